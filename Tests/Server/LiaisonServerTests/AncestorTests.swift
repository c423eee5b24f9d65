import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

/// What stands behind a second parent comes with the edit, and is kept.
struct AncestorTests {
  let server: ServerFixture
  let base, side, other: Revision

  init() async throws {
    server = try await ServerFixture()
    let maker = server.maker
    base = try maker.area("ONE")
    let parent = try maker.id(of: base)
    side = try maker.area("ONE", name: "S", record: base.record, parent: parent)
    other = try maker.area("ONE", name: "O", record: base.record, parent: parent)
    _ = try await server.push([base])
  }

  private func resolution(
    _ second: Revision, on parent: Revision, name: String = "R"
  ) throws -> Revision {
    Revision(
      record: base.record, kind: base.kind, parent: try server.maker.id(of: parent),
      secondParent: try server.maker.id(of: second),
      state: RecordState(code: base.state.code, fields: [TestRegister.name: .text(name)]),
      origin: base.origin)
  }

  private func bytes(_ revision: Revision) throws -> [UInt8] {
    try server.maker.coding.encode(revision).bytes
  }

  private func push(_ revision: Revision, _ ancestors: [[UInt8]]) async throws -> Verdict.Outcome {
    let edit = Edit(id: server.maker.newID(), bytes: try bytes(revision), ancestors: ancestors)
    return try await server.push(server.pushRequest([edit]))[0].outcome
  }

  private func reason(_ outcome: Verdict.Outcome) -> Refusal.Reason? {
    if case .refused(let refusal) = outcome { refusal.reason } else { nil }
  }

  @Test func ancestorsThatDoNotStandBehindTheirRevisionAreMalformed() async throws {
    for ancestors in [
      [try bytes(other)], [try bytes(side), try bytes(other)], [[1, 2]],
      Array(repeating: try bytes(side), count: SyncLimits.ancestors + 1),
    ] {
      let outcome = try await push(try resolution(side, on: base), ancestors)
      #expect(reason(outcome) == .malformed, "\(ancestors.count)")
    }
  }

  /// Each behind the second parent of the one before it.
  @Test(arguments: [SyncLimits.ancestors, SyncLimits.ancestors + 1])
  func asManyAsTheLimitSays(count: Int) async throws {
    var chain = [side]
    for number in 1..<count {
      chain.append(try resolution(chain[number - 1], on: base, name: "\(number)"))
    }
    let last = try resolution(chain[count - 1], on: base)
    let outcome = try await push(last, chain.reversed().map(bytes))
    #expect(reason(outcome) == (count > SyncLimits.ancestors ? .malformed : nil))
    #expect(
      try await server.log.status().head.position.number == (count > SyncLimits.ancestors ? 1 : 2))
  }

  @Test func aHistoryOfManyRevisionsComesInParts() async throws {
    let server = try await ServerFixture(limit: BatchLimit(count: 2))
    var revisions = [try server.maker.area("ONE")]
    for number in 1..<5 {
      revisions.append(
        try server.maker.area(
          "ONE", name: "\(number)", record: revisions[0].record,
          parent: server.maker.id(of: revisions[number - 1])))
    }
    for revision in revisions { _ = try await server.push([revision]) }
    let responses = Collected<HistoryResponse>()
    try await server.history(of: revisions[0].record) { responses.add($0) }
    #expect(responses.all.map { $0.revisions.map(\.position.number) } == [[5, 4], [3, 2], [1]])
  }

  @Test func aHistoryIsOfThisRegisterAndThisProtocol() async throws {
    let other = try #require(LogPrefix(Array(repeating: 7, count: 32)))
    await #expect(throws: CallError.otherHistory) {
      try await server.history(
        of: base.record, cursor: Cursor(position: LogPosition(1), prefix: other)
      ) { _ in }
    }
    await #expect(throws: CallError.otherProtocol) {
      try await server.history(of: base.record, version: SyncProtocol.version + 1) { _ in }
    }
  }

  @Test func theyComeBackWithTheRecordsHistory() async throws {
    let first = try resolution(side, on: base)
    _ = try await push(first, [try bytes(side)])
    _ = try await push(try resolution(other, on: first, name: "2"), [try bytes(other)])
    let responses = Collected<HistoryResponse>()
    try await server.endpoint().history(
      HistoryRequest(
        register: server.register, record: base.record, cursor: server.log.cursor(at: 0))
    ) { responses.add($0) }
    let history = responses.all.flatMap(\.revisions)
    #expect(history.map(\.position.number) == [3, 2, 1, 0, 0])
    #expect(try Set(history.suffix(2).map(\.bytes)) == [bytes(side), bytes(other)])
    let unknown = Collected<HistoryResponse>()
    try await server.endpoint().history(
      HistoryRequest(
        register: server.register, record: server.maker.newID(), cursor: server.log.cursor(at: 1))
    ) { unknown.add($0) }
    #expect(unknown.all.isEmpty)
    await #expect(throws: CallError.otherRegister) {
      try await server.endpoint().history(
        HistoryRequest(
          register: server.maker.newID(), record: base.record, cursor: server.log.cursor(at: 1))
      ) { _ in }
    }
  }

  /// Another replica has brought it, behind what it has made of it.
  @Test func whatIsHandedBackAndStandsBehindAnotherIsThereAlready() async throws {
    let taking = try resolution(side, on: base)
    _ = try await push(taking, [try bytes(side)])
    let edit = Edit(id: server.maker.newID(), bytes: try bytes(side), isReoffer: true)
    let outcome = try await server.push(server.pushRequest([edit]))[0].outcome
    let committed = Committed(position: LogPosition(2), revision: try server.maker.id(of: taking))
    #expect(outcome == .alreadyCommitted(committed))
  }

  @Test func whatWasSentBeforeAndCameFromAnotherIsThereAlready() async throws {
    _ = try await push(side, [])
    _ = try await push(try resolution(other, on: side), [try bytes(other)])
    let edit = Edit(id: server.maker.newID(), bytes: try bytes(side), wasSent: true)
    let outcome = try await server.push(server.pushRequest([edit]))[0].outcome
    let committed = Committed(position: LogPosition(2), revision: try server.maker.id(of: side))
    #expect(outcome == .alreadyCommitted(committed))
    let first = Edit(id: server.maker.newID(), bytes: try bytes(side))
    #expect(
      try await server.push(server.pushRequest([first]))[0].outcome
        == .stale(head: server.maker.id(of: resolution(other, on: side))))
  }

  @Test func aSecondParentThatIsBehindTheParentAlreadyIsRefused() async throws {
    let first = try resolution(side, on: base)
    _ = try await push(first, [try bytes(side)])
    #expect(try await reason(push(try resolution(base, on: first, name: "2"), [])) == .invalid)
  }
}
