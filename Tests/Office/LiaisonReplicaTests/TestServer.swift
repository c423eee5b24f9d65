import LiaisonModel
import LiaisonSync
import Synchronization
import TestSupport
import Testing

/// A register in memory that answers as a server does, and fails where a test says.
final class TestServer: SyncConnector {
  /// Where a call can break.
  enum Place: Hashable, CaseIterable {
    case connect, header, firstBatch, pullEnd, push, verdicts, follow
  }

  private struct State {
    var log: [Change] = []
    var cursors: [Cursor] = []
    var heads: [RecordID: RevisionID] = [:]
    var codes: [RecordID: RecordCode] = [:]
    var committed: [EditID: Committed] = [:]
    var refusals: [RecordCode: Refusal] = [:]
    var faults: [Place: CallError] = [:]
    var pushed: [[EditID]] = []
    var pulls = 0
    var connections = 0
    var followers = 0
  }

  private let state = Mutex(State())
  /// Runs between a request's arrival and its verdicts.
  private let meanwhile = Mutex<(@Sendable () async throws -> Void)?>(nil)
  let schema: Schema
  let register: RegisterID
  let batch: BatchLimit
  let coding = PlainCoding()

  init(topics: [String] = [], batch: BatchLimit = BatchLimit(count: 3)) throws {
    schema = try Registry.schema()
    self.batch = batch
    var random = Seeded(99)
    register = RegisterID(UUIDv7(milliseconds: 1, random: &random))
    let start = LogChain(of: register, coding).end
    state.withLock { $0.cursors = [start] }
    for code in topics {
      _ = try commit(
        RecordID(UUIDv7(milliseconds: 2, random: &random)), code, [Registry.name: .text(code)])
    }
  }

  // MARK: What a test says

  /// The next call that comes there breaks, once.
  func breaks(at place: Place, _ error: CallError = .unreachable(.silent)) {
    state.withLock { $0.faults[place] = error }
  }

  /// Edits of a record with this code are refused from now on; nil ends that.
  func refuses(_ code: String, _ refusal: Refusal?) throws {
    let code = try #require(RecordCode(code))
    state.withLock { $0.refusals[code] = refusal }
  }

  /// Happens once, while a request is under way.
  func meanwhile(_ body: @escaping @Sendable () async throws -> Void) {
    meanwhile.withLock { $0 = body }
  }

  var pushed: [[EditID]] { state.withLock { $0.pushed } }
  var pulls: Int { state.withLock { $0.pulls } }
  var connections: Int { state.withLock { $0.connections } }
  var followers: Int { state.withLock { $0.followers } }
  var position: Int { state.withLock { $0.log.count } }

  /// Another office's accepted revision of a record, on its head.
  @discardableResult
  func commit(_ record: RecordID, _ code: String, _ fields: Fields?) throws -> RevisionID {
    let code = try #require(RecordCode(code))
    let office = try #require(OfficeID("NYC"))
    let content = fields.map { RecordState.Content.fields($0) } ?? .deleted
    return try state.withLock { state in
      let filed = try coding.encode(
        Revision(
          record: record, kind: Registry.topic, parent: state.heads[record],
          state: RecordState(code: code, content: content),
          origin: Origin(office: office, author: "Other", time: Timestamp(milliseconds: 5))))
      append(filed, &state)
      return filed.id
    }
  }

  // MARK: Calls

  func connecting<Result: Sendable>(
    _ body: @escaping @Sendable (any SyncEndpoint) async throws -> Result
  ) async throws -> Result {
    state.withLock { $0.connections += 1 }
    try fault(.connect)
    return try await body(TestEndpoint(server: self))
  }

  fileprivate func fault(_ place: Place) throws {
    if let error = state.withLock({ $0.faults.removeValue(forKey: place) }) { throw error }
  }

  fileprivate func header(_ request: PullRequest) -> PullHeader {
    state.withLock { state in
      state.pulls += 1
      if request.follow { state.followers += 1 }
      return PullHeader(
        register: request.register == nil ? register : nil,
        head: state.cursors.last == request.cursor ? nil : state.cursors.last,
        schema: request.schema == nil ? FiledSchema(plain: schema) : nil,
        limits: ServerLimits(batch: batch))
    }
  }

  fileprivate var start: Cursor { LogChain(of: register, coding).end }

  fileprivate func batch(after position: LogPosition) -> PullBatch? {
    state.withLock { state in
      let changes = Array(
        state.log.dropFirst(Int(position.number)).prefix(batch.count))
      guard let last = changes.last else { return nil }
      let remaining = state.log.count - Int(last.position.number)
      return PullBatch(
        changes: changes, through: state.cursors[Int(last.position.number)], remaining: remaining)
    }
  }

  fileprivate func decide(_ request: PushRequest) async throws -> PushResponse {
    state.withLock { $0.pushed.append(request.edits.map(\.id)) }
    let body = meanwhile.withLock { meanwhile in
      defer { meanwhile = nil }
      return meanwhile
    }
    try await body?()
    return try state.withLock { state in
      PushResponse(
        verdicts: try request.edits.map { edit in
          Verdict(edit: edit.id, outcome: try outcome(edit, &state))
        })
    }
  }

  private func outcome(_ edit: Edit, _ state: inout State) throws -> Verdict.Outcome {
    if let committed = state.committed[edit.id] { return .alreadyCommitted(committed) }
    let revision = try coding.decode(edit.bytes)
    let head = state.heads[revision.record]
    guard revision.parent == head else { return .stale(head: head) }
    if let refusal = state.refusals[revision.state.code] { return .refused(refusal) }
    let isTaken = state.codes.contains {
      $0.value == revision.state.code && $0.key != revision.record
    }
    if isTaken { return .refused(Refusal(.codeTaken, "another record has the code")) }
    let filed = try coding.encode(revision)
    append(filed, &state)
    let committed = Committed(
      position: LogPosition(Int64(state.log.count)), revision: filed.id)
    state.committed[edit.id] = committed
    return .committed(committed)
  }

  private func append(_ filed: FiledRevision, _ state: inout State) {
    let position = LogPosition(Int64(state.log.count + 1))
    state.log.append(Change(position: position, bytes: filed.bytes))
    var chain = LogChain(from: state.cursors[state.cursors.count - 1], coding)
    state.cursors.append(chain.append(filed.id))
    state.heads[filed.summary.record] = filed.id
    state.codes[filed.summary.record] = filed.summary.isDeleted ? nil : filed.summary.code
  }
}

private struct TestEndpoint: SyncEndpoint {
  let server: TestServer

  func history(
    _ request: HistoryRequest,
    receive: @escaping @Sendable (HistoryResponse) async throws -> Void
  ) async throws { throw CallError.storeUnavailable }

  func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
  ) async throws {
    try server.fault(.header)
    try await receive(.header(server.header(request)))
    try server.fault(.firstBatch)
    var through = request.cursor ?? server.start
    repeat {
      while let batch = server.batch(after: through.position) {
        try await receive(.batch(batch))
        through = batch.through
      }
      if request.follow {
        try await receive(.batch(PullBatch(changes: [], through: through, remaining: 0)))
        try server.fault(.follow)
        try Task.checkCancellation()
        await Task.yield()
      }
    } while request.follow
    try server.fault(.pullEnd)
  }

  func push(
    next: @escaping @Sendable () async throws -> PushRequest?,
    receive: @escaping @Sendable (PushResponse) async throws -> Void
  ) async throws {
    while let request = try await next() {
      try server.fault(.push)
      let response = try await server.decide(request)
      try server.fault(.verdicts)
      try await receive(response)
    }
  }
}
