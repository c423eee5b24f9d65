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
}
