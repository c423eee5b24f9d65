import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// Event → action, for every method and every fault of a peer.
struct SyncMachineTests {
  let maker: RevisionMaker
  let register: RegisterID

  init() throws {
    maker = try RevisionMaker()
    register = maker.new()
  }

  private func cursor(_ position: Int64, log: UInt8 = 7) -> Cursor { .test(position, log: log) }

  /// A machine of a replica that stands there; of an empty one without a cursor.
  private func machine(at cursor: Cursor?, hasSchema: Bool = true) -> SyncMachine {
    SyncMachine(
      ReplicaIdentity(
        office: maker.office, address: "", register: cursor.map { _ in register }, cursor: cursor,
        schema: hasSchema ? FiledSchema(plain: maker.schema) : nil))
  }

  private var mark: SchemaMark { FiledSchema(plain: maker.schema).mark }

  private func header(_ head: Cursor, schema: Schema? = nil) -> PullHeader {
    PullHeader(
      register: register, head: head, schema: schema.map(FiledSchema.init(plain:)),
      limits: ServerLimits())
  }

  private func batch(_ positions: Int64..., through: Int64) -> PullBatch {
    PullBatch(
      changes: positions.map { Change(position: LogPosition($0), bytes: []) },
      through: cursor(through), remaining: 0)
  }

  /// A machine whose pull has had its header.
  private func streaming(from position: Int64, head: Int64) throws -> SyncMachine {
    var machine = machine(at: cursor(position))
    _ = machine.beginPull(at: cursor(position))
    try machine.received(header(cursor(head)))
    return machine
  }

  /// A machine that has sent these edits.
  private func pushing(_ edits: [EditID]) throws -> SyncMachine {
    var machine = try streaming(from: 5, head: 5)
    try machine.pullEnded()
    machine.beginPush()
    machine.sending(edits)
    return machine
  }

  private func response(_ outcome: Verdict.Outcome, _ edits: EditID...) -> PushResponse {
    PushResponse(verdicts: edits.map { Verdict(edit: $0, outcome: outcome) })
  }

  // MARK: Pull

  @Test func aSyncWithNothingToDoIsOneCall() throws {
    var machine = machine(at: cursor(5))
    let request = machine.beginPull(at: cursor(5))
    #expect(
      request
        == PullRequest(
          register: register, cursor: cursor(5), schema: mark, follow: false))
    try machine.received(header(cursor(5)))
    try machine.pullEnded()
    #expect(machine.rebased(sendable: 0) == .done)
    #expect(machine.report.calls == 1 && machine.report.received == 0)
  }

  @Test func aCloneAsksForAllAndLearnsItsRegister() throws {
    var machine = machine(at: nil, hasSchema: false)
    let request = machine.beginPull(at: nil, follow: true)
    #expect(request == PullRequest(register: nil, cursor: nil, schema: nil, follow: true))
    try machine.received(header(cursor(2), schema: maker.schema))
    try machine.received(batch(1, 2, through: 2))
    try machine.pullEnded()
    #expect(machine.report.received == 2)
    let next = machine.beginPull(at: cursor(2))
    #expect(next.register == register && next.schema == mark && next.cursor == cursor(2))
    #expect(machine.report.calls == 2)
  }

  @Test(
    arguments: [
      ("same", 5, 7, nil), ("ahead", 9, 7, nil), ("behind", 4, 7, CallError.otherHistory),
      ("another", 5, 8, .otherHistory),
    ] as [(String, Int64, UInt8, CallError?)])
  func aHeaderIsOfTheLogThatWasFollowed(
    _ name: String, _ head: Int64, _ log: UInt8, _ expected: CallError?
  ) {
    var machine = machine(at: cursor(5))
    _ = machine.beginPull(at: cursor(5))
    #expect(fault { try machine.received(header(cursor(head, log: log))) } == expected)
  }

  @Test func anotherRegisterOrProtocolIsRefused() {
    var machine = machine(at: cursor(5))
    _ = machine.beginPull(at: cursor(5))
    let other = maker.header(maker.new(), head: 5, schema: nil)
    #expect(fault { try machine.received(other) } == .otherRegister)
    let newer = PullHeader(
      version: SyncProtocol.version + 1, register: register, head: cursor(5), schema: nil,
      limits: ServerLimits())
    #expect(fault { try machine.received(newer) } == .otherProtocol)
  }

  @Test func aReplicaWithoutASchemaMustBeSentOne() {
    var machine = machine(at: nil, hasSchema: false)
    _ = machine.beginPull(at: nil)
    #expect(fault { try machine.received(header(cursor(5))) } == .peerFault(.noSchema))
  }

  @Test func aServerThatTakesNoEditAtAllIsNotPushedTo() {
    for limit in [BatchLimit(count: 0), BatchLimit(bytes: 0)] {
      var machine = machine(at: cursor(5))
      _ = machine.beginPull(at: cursor(5))
      let header = PullHeader(
        register: register, head: cursor(5), schema: nil,
        limits: ServerLimits(batch: limit))
      #expect(fault { try machine.received(header) } == .peerFault(.noRoom))
    }
  }

  @Test func messagesOutOfOrderAreThePeersFault() throws {
    var early = machine(at: cursor(5))
    _ = early.beginPull(at: cursor(5))
    #expect(fault { try early.received(batch(6, through: 6)) } == .peerFault(.headerOutOfOrder))
    #expect(fault { try early.pullEnded() } == .peerFault(.noHeader))
    var twice = try streaming(from: 5, head: 9)
    #expect(fault { try twice.received(header(cursor(9))) } == .peerFault(.headerOutOfOrder))
    var ended = try streaming(from: 5, head: 5)
    try ended.pullEnded()
    #expect(fault { try ended.received(header(cursor(9))) } == .peerFault(.headerOutOfOrder))
    #expect(fault { try ended.received(batch(6, through: 6)) } == .peerFault(.headerOutOfOrder))
  }

  @Test func changesGoOnOneAfterTheOtherAndTheCursorWithThem() throws {
    for (batch, expected) in [
      (batch(6, 7, through: 7), nil), (batch(6, through: 8), nil), (batch(through: 5), nil),
      (batch(through: 6), nil), (batch(5, through: 7), CallError.PeerFault.changesOutOfOrder),
      (batch(7, 6, through: 7), .changesOutOfOrder), (batch(6, 6, through: 7), .changesOutOfOrder),
      (batch(6, 7, through: 6), .cursorBehindChanges), (batch(through: 4), .cursorBehindChanges),
      (batch(through: 9), nil), (batch(6, 12, through: 12), nil),
      (batch(through: 10), .cursorPastLog), (batch(6, 12, through: 13), .cursorPastLog),
    ] {
      var machine = try streaming(from: 5, head: 9)
      #expect(fault { try machine.received(batch) } == expected.map { .peerFault($0) })
    }
    var machine = try streaming(from: 5, head: 9)
    try machine.received(batch(7, through: 8))
    let again = batch(8, through: 9)
    #expect(fault { try machine.received(again) } == .peerFault(.changesOutOfOrder))
  }

  @Test func aPullThatEndsBeforeTheHeadIsNotComplete() throws {
    var machine = try streaming(from: 5, head: 9)
    try machine.received(batch(7, through: 7))
    var cut = machine
    #expect(fault { try cut.pullEnded() } == .unreachable(.endedEarly))
    try machine.received(batch(through: 9))
    #expect(fault { try machine.pullEnded() } == nil)
  }

  // MARK: Push

  @Test func aPushIsMadeOnlyIfThereIsSomethingToSend() throws {
    let machine = try streaming(from: 5, head: 5)
    #expect(machine.rebased(sendable: 0) == .done && machine.rebased(sendable: 1) == .push)
  }

  @Test func verdictsAreCountedByWhatTheySay() throws {
    let edits: [EditID] = (0..<4).map { _ in maker.new() }
    var machine = try pushing(edits)
    let committed = Committed(position: LogPosition(6), revision: try maker.revision().id)
    let outcomes = [
      Verdict.Outcome.committed(committed), .alreadyCommitted(committed),
      .refused(Refusal(.invalid, "no")), .stale(head: nil),
    ]
    try machine.received(PushResponse(verdicts: zip(edits, outcomes).map(Verdict.init)))
    #expect(try machine.pushEnded(unsent: 0, amended: 0) == .pull(afterAttempt: 1))
    let report = machine.report
    #expect(report.committed == 2 && report.refused == 1 && report.stale == 1 && report.calls == 2)
  }

  @Test func aRequestHasEachOfItsVerdictsInItsOrder() throws {
    let (one, two): (EditID, EditID) = (maker.new(), maker.new())
    let stale = Verdict.Outcome.stale(head: nil)
    for response in [
      response(stale), response(stale, one), response(stale, two, one), response(stale, one, one),
      response(stale, one, two, two),
    ] {
      var machine = try pushing([one, two])
      #expect(fault { try machine.received(response) } == .peerFault(.otherVerdicts))
    }
    var machine = try pushing([one, two])
    try machine.received(response(stale, one, two))
    // One answer more than there were requests.
    #expect(fault { try machine.received(response(stale)) } == .peerFault(.otherVerdicts))
    #expect(fault { try machine.received(response(stale, one)) } == .peerFault(.otherVerdicts))
  }

  @Test func aPushThatLeavesAnEditWithoutItsVerdictIsThePeersFault() throws {
    let edit: EditID = maker.new()
    var unanswered = try pushing([edit])
    let fault = CallError.peerFault(.missingVerdicts)
    #expect(self.fault { _ = try unanswered.pushEnded(unsent: 0, amended: 0) } == fault)
    var unsent = try pushing([edit])
    try unsent.received(response(.stale(head: nil), edit))
    #expect(self.fault { _ = try unsent.pushEnded(unsent: 1, amended: 0) } == fault)
  }

  // MARK: Rounds

  /// One push, of which one edit has this outcome.
  private func push(
    _ machine: inout SyncMachine, _ outcome: Verdict.Outcome, amended: Int = 0
  ) throws(CallError) -> SyncMachine.AfterPush {
    let edit: EditID = maker.new()
    machine.beginPush()
    machine.sending([edit])
    try machine.received(response(outcome, edit))
    return try machine.pushEnded(unsent: 0, amended: amended)
  }

  private let stale = Verdict.Outcome.stale(head: nil)
  private let refused = Verdict.Outcome.refused(Refusal(.invalid, "no"))

  @Test func staleLeadsBackToPullingUntilItHasBeenTooOften() throws {
    var machine = try streaming(from: 5, head: 5)
    for round in 1...SyncLimits.staleRounds {
      #expect(try push(&machine, stale) == .pull(afterAttempt: round))
    }
    #expect(fault { _ = try push(&machine, stale) } == .tooManyRounds)
    #expect(machine.report.stale == SyncLimits.staleRounds + 1)
  }

  /// A watch pushes for days over one machine.
  @Test func staleRoundsAreCountedInARow() throws {
    var machine = try streaming(from: 5, head: 5)
    for _ in 1...3 * SyncLimits.staleRounds {
      #expect(try push(&machine, stale) == .pull(afterAttempt: 1))
      #expect(try push(&machine, refused) == .done)
    }
  }

  @Test func whatWasAmendedMeanwhileGoesOnUntilItHasBeenTooOften() throws {
    var machine = try streaming(from: 5, head: 5)
    for _ in 1...2 {
      for _ in 1...SyncLimits.staleRounds {
        #expect(try push(&machine, refused, amended: 1) == .rebase)
      }
      #expect(try push(&machine, refused, amended: 1) == .done)
      // A push that nobody amended starts anew.
      #expect(try push(&machine, refused) == .done)
    }
  }

  @Test func staleComesBeforeAmended() throws {
    var machine = try streaming(from: 5, head: 5)
    #expect(try push(&machine, stale, amended: 1) == .pull(afterAttempt: 1))
  }

  /// A follow is a pull that does not end, with pushes beside it.
  @Test func aPushBesideAFollowLeavesItsCursorAlone() throws {
    var machine = try streaming(from: 5, head: 5)
    #expect(try push(&machine, refused) == .done)
    try machine.received(batch(6, through: 6))
    #expect(try push(&machine, stale) == .pull(afterAttempt: 1))
    try machine.received(batch(7, through: 7))
    try machine.pullEnded()
    #expect(machine.report.received == 2 && machine.report.calls == 3)
  }

  private func fault(_ body: () throws -> Void) -> CallError? {
    do {
      try body()
      return nil
    } catch {
      return error as? CallError
    }
  }
}
