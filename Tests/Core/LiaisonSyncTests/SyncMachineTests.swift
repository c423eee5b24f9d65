import LiaisonModel
import LiaisonSync
import Testing

/// Event → action, for every sentence of the round.
struct SyncMachineTests {
  let register: RegisterID
  let other: RegisterID
  let office: OfficeID

  init() throws {
    var random = SystemRandomNumberGenerator()
    register = RegisterID(UUIDv7(milliseconds: 1, random: &random))
    other = RegisterID(UUIDv7(milliseconds: 2, random: &random))
    office = try #require(OfficeID("VIE"))
  }

  private func cursor(_ position: Int64, lineage: UInt64 = 7) -> Cursor {
    Cursor(lineage: Lineage(lineage), position: LogPosition(position))
  }

  private func header(
    _ head: Cursor, register: RegisterID? = nil, version: UInt32 = SyncProtocol.version
  ) -> SyncMachine.Event {
    .received(
      .header(
        PullHeader(
          version: version, register: register ?? self.register, head: head, schemaVersion: 1,
          schema: nil, limits: ServerLimits())))
  }

  private func batch(through: Int64) -> SyncMachine.Event {
    .received(
      .batch(
        PullBatch(changes: [], through: LogPosition(through), remaining: 0)))
  }

  private func machine(at cursor: Cursor?) -> SyncMachine {
    SyncMachine(
      ReplicaIdentity(
        office: office, address: "", register: cursor == nil ? nil : register, cursor: cursor,
        schema: .cooperationRegister))
  }

  private func verdict(_ outcome: Verdict.Outcome) -> Verdict {
    var random = SystemRandomNumberGenerator()
    return Verdict(edit: EditID(UUIDv7(milliseconds: 3, random: &random)), outcome: outcome)
  }

  @Test func aSyncWithNothingToDoIsOneCall() throws {
    var machine = machine(at: cursor(5))
    #expect(machine.start().cursor == cursor(5))
    guard case .adopt = try machine.handle(header(cursor(5))) else {
      Issue.record("a header is adopted")
      return
    }
    #expect(try machine.handle(.pullEnded) == .rebase)
    #expect(try machine.handle(.rebased(sendable: 0)) == .finish)
    #expect(machine.report.calls == 1)
  }

  @Test func aPushIsMadeOnlyWhereThereIsSomethingToSend() throws {
    var machine = machine(at: nil)
    _ = machine.start()
    _ = try machine.handle(header(cursor(0)))
    _ = try machine.handle(.pullEnded)
    #expect(try machine.handle(.rebased(sendable: 1)) == .push)
    let refused = verdict(.refused(Refusal(.invalid, "because")))
    #expect(try machine.handle(.sent([refused.edit])) == .proceed)
    #expect(try machine.handle(.verdicts([refused])) == .settle([refused]))
    #expect(try machine.handle(.pushEnded(unsent: 0, amended: 0)) == .finish)
    #expect(machine.report.calls == 2 && machine.report.refused == 1)
  }

  @Test func staleLeadsBackToPullingAfterAPauseThatGrows() throws {
    var machine = machine(at: cursor(5))
    _ = machine.start()
    for round in 1...SyncLimits.staleRounds {
      _ = try machine.handle(header(cursor(9)))
      _ = try machine.handle(batch(through: 9))
      _ = try machine.handle(.pullEnded)
      _ = try machine.handle(.rebased(sendable: 1))
      try stale(&machine)
      #expect(
        try machine.handle(.pushEnded(unsent: 0, amended: 0))
          == .wait(milliseconds: Backoff.pause(attempt: round)))
      guard case .pull(let request) = try machine.handle(.waited) else {
        Issue.record("a pause leads to a pull")
        return
      }
      #expect(request.cursor == cursor(9))
    }
    _ = try machine.handle(header(cursor(9)))
    _ = try machine.handle(.pullEnded)
    _ = try machine.handle(.rebased(sendable: 1))
    try stale(&machine)
    #expect(code { _ = try machine.handle(.pushEnded(unsent: 0, amended: 0)) } == .tooManyRounds)
  }

  private func stale(_ machine: inout SyncMachine) throws {
    let stale = verdict(.stale(head: nil))
    _ = try machine.handle(.sent([stale.edit]))
    _ = try machine.handle(.verdicts([stale]))
  }

  @Test func aPullThatEndsBeforeTheHeadIsNotComplete() throws {
    var machine = machine(at: cursor(5))
    _ = machine.start()
    _ = try machine.handle(header(cursor(9)))
    _ = try machine.handle(batch(through: 7))
    var cut = machine
    #expect(code { _ = try cut.handle(.pullEnded) } == .unreachable)
    _ = try machine.handle(batch(through: 9))
    #expect(try machine.handle(.pullEnded) == .rebase)
  }

  @Test func aPushThatLeavesAnEditWithoutItsVerdictIsThePeersFault() throws {
    let (one, other) = (verdict(.stale(head: nil)), verdict(.stale(head: nil)))
    var pushing = machine(at: cursor(5))
    _ = pushing.start()
    _ = try pushing.handle(header(cursor(5)))
    _ = try pushing.handle(.pullEnded)
    _ = try pushing.handle(.rebased(sendable: 2))
    for verdicts in [[], [other], [one, other], [one, one]] {
      var machine = pushing
      _ = try machine.handle(.sent([one.edit]))
      #expect(code { _ = try machine.handle(.verdicts(verdicts)) } == .peerFault)
    }
    var early = pushing
    #expect(code { _ = try early.handle(.verdicts([one])) } == .peerFault)
    var unanswered = pushing
    _ = try unanswered.handle(.sent([one.edit]))
    #expect(code { _ = try unanswered.handle(.pushEnded(unsent: 0, amended: 0)) } == .peerFault)
    var ended = pushing
    _ = try ended.handle(.sent([one.edit]))
    _ = try ended.handle(.verdicts([one]))
    #expect(code { _ = try ended.handle(.pushEnded(unsent: 1, amended: 0)) } == .peerFault)
  }

  @Test func anotherRegisterLineageOrProtocolIsRefused() {
    for (event, expected) in [
      (header(cursor(5), register: other), SyncError.Code.otherRegister),
      (header(cursor(5, lineage: 8)), .otherLineage),
      (header(cursor(4)), .otherLineage),
      (header(cursor(5), version: 2), .otherProtocol),
    ] {
      var machine = machine(at: cursor(5))
      _ = machine.start()
      #expect(code { _ = try machine.handle(event) } == expected)
    }
  }

  @Test func whatThePeerMayNotSendIsItsFault() throws {
    var early = machine(at: nil)
    #expect(code { _ = try early.handle(batch(through: 1)) } == .peerFault)
    #expect(code { _ = try early.handle(.pullEnded) } == .peerFault)
    var twice = machine(at: cursor(5))
    _ = try twice.handle(header(cursor(9)))
    #expect(code { _ = try twice.handle(header(cursor(9))) } == .peerFault)
    #expect(code { _ = try twice.handle(batch(through: 4)) } == .peerFault)
  }

  @Test func pausesDoubleUpToACeiling() {
    #expect((1...4).map(Backoff.pause) == [50, 100, 200, 400])
    #expect(Backoff.pause(attempt: 1000) == Tuning.backoffCeilingMilliseconds)
  }

  private func code(_ body: () throws -> Void) -> SyncError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? SyncError)?.code
    }
  }
}
