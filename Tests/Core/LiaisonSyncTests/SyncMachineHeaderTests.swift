import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What a header leaves out, and a log that has lost entries.
struct SyncMachineHeaderTests {
  let maker: RevisionMaker
  let register: RegisterID

  init() throws {
    maker = try RevisionMaker()
    register = maker.new()
  }

  private func machine(at cursor: Cursor?) -> SyncMachine {
    SyncMachine(
      ReplicaIdentity(
        office: maker.office, address: "", register: cursor.map { _ in register }, cursor: cursor,
        schema: FiledSchema(plain: maker.schema)))
  }

  private func header(_ head: Cursor?, shared: Cursor? = nil) -> PullHeader {
    PullHeader(
      register: nil, head: head, schema: nil, limits: ServerLimits(),
      shared: shared)
  }

  @Test func aHeaderNeedNotRepeatWhatTheRequestSaid() throws {
    var machine = machine(at: .test(5))
    _ = machine.beginPull(at: .test(5))
    try machine.received(header(nil))
    try machine.pullEnded()
    var clone = self.machine(at: nil)
    _ = clone.beginPull(at: nil)
    #expect(throws: CallError.peerFault(.noHeader), "a clone said nothing") {
      try clone.received(header(nil))
    }
  }

  @Test func onePlaceOfALogHasOneName() throws {
    for place in [5, 9] as [Int64] {
      var machine = machine(at: .test(5))
      _ = machine.beginPull(at: .test(5))
      try machine.received(header(.test(9)))
      let other = PullBatch(changes: [], through: .test(place, log: 8), remaining: 0)
      #expect(throws: CallError.otherHistory) { try machine.received(other) }
    }
  }

  @Test func afterALogThatDoesNotKnowTheCursorAPullNamesOlderPlacesAndGoesOnFromOne() throws {
    var machine = machine(at: .test(5))
    _ = machine.beginPull(at: .test(5))
    machine.pullRefused()
    let places = [Cursor.test(0), .test(3)]
    let request = machine.beginPull(at: .test(5), older: places)
    #expect(request.older == places && request.cursor == .test(5))
    try machine.received(header(.test(4, log: 8), shared: .test(3)))
    let change = Change(position: LogPosition(4), bytes: [])
    try machine.received(
      PullBatch(changes: [change], through: .test(4, log: 8), remaining: 0))
    try machine.pullEnded()
    machine.handingBack()
    #expect(machine.report.calls == 3 && machine.report.received == 1)
  }

  @Test func theNewestProtocolThatBothSpeakIsSpoken() {
    let rows: [(ClosedRange<UInt32>, ClosedRange<UInt32>, UInt32?)] = [
      (1...1, 1...1, 1), (1...3, 1...1, 1), (1...1, 1...3, 1), (1...3, 2...5, 3),
      (2...3, 4...5, nil),
      (4...5, 2...3, nil),
    ]
    for (one, other, expected) in rows {
      #expect(SyncProtocol.common(one, other) == expected, "\(one) and \(other)")
    }
    let identity = ReplicaIdentity(
      office: maker.office, address: "a", register: register, cursor: .test(5),
      schema: FiledSchema(plain: maker.schema))
    var machine = SyncMachine(identity, speaking: 1...3)
    #expect(machine.beginPull(at: .test(5)).versions == 1...3)
    let older = PullHeader(
      version: 2, register: register, head: .test(5), schema: nil, limits: ServerLimits())
    #expect(throws: Never.self) { try machine.received(older) }
    #expect(machine.version == 2, "what is pushed is in that one")
  }
}
