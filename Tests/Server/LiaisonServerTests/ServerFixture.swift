import LiaisonModel
import LiaisonServer
import LiaisonSync
import Synchronization
import TestSupport

/// A service over a log in memory, and one office that calls it.
struct ServerFixture {
  let maker: AreaMaker
  let log: MemoryChangeLog
  let quiet = Quiet()
  let service: SyncService
  let register: RegisterID

  init(
    limit: BatchLimit = BatchLimit(), officeCalls: Int = SyncLimits.officeCalls,
    log other: (any ChangeLog)? = nil, protocols: ClosedRange<UInt32> = SyncProtocol.spoken
  ) async throws {
    maker = try AreaMaker(seed: 5)
    register = maker.newID()
    log = MemoryChangeLog(
      register: register, schema: try TestRegister.schema(), hashing: maker.coding)
    try await log.add(Office(id: maker.office, name: "Vienna"))
    let quiet = quiet
    service = SyncService(
      log: other ?? log, coding: maker.coding, limit: limit, officeCalls: officeCalls,
      protocols: protocols,
      // Its store is not asked by itself: by a real clock it would fall silent on a busy machine.
      pause: { try await quiet.pause($0) }, uptime: { .zero }, report: { _ in })
  }

  /// Of the register's schema.
  static var mark: SchemaMark? { try? FiledSchema(plain: TestRegister.schema()).mark }

  func endpoint() async throws -> any SyncEndpoint {
    try await service.endpoint(for: maker.office)
  }

  func request(
    after position: Int64? = nil, follow: Bool = false, register: RegisterID? = nil,
    cursor: Cursor? = nil, versions: ClosedRange<UInt32> = SyncProtocol.spoken,
    schema: SchemaMark? = ServerFixture.mark
  ) -> PullRequest {
    PullRequest(
      versions: versions, register: register,
      cursor: cursor ?? position.map { log.cursor(at: $0) }, schema: schema,
      follow: follow)
  }

  func history(
    of record: RecordID, version: UInt32 = SyncProtocol.version, cursor: Cursor? = nil,
    receive: @escaping @Sendable (HistoryResponse) async throws -> Void
  ) async throws {
    try await endpoint().history(
      HistoryRequest(
        version: version, register: register, record: record, cursor: cursor ?? log.cursor(at: 0)),
      receive: receive)
  }

  /// All that a pull sends.
  func pull(_ request: PullRequest) async throws -> [PullResponse] {
    let received = Collected<PullResponse>()
    try await endpoint().pull(request) { received.add($0) }
    return received.all
  }

  func push(_ request: PushRequest) async throws -> [Verdict] {
    let verdicts = Collected<Verdict>()
    let left = Mutex([request])
    try await endpoint().push {
      left.withLock { $0.popLast() }
    } receive: { response in
      for verdict in response.verdicts { verdicts.add(verdict) }
    }
    return verdicts.all
  }

  func push(_ revisions: [Revision]) async throws -> [Verdict] {
    try await push(pushRequest(revisions.map { try maker.edit($0) }))
  }

  func pushRequest(
    _ edits: [Edit], version: UInt32 = SyncProtocol.version, register: RegisterID? = nil,
    cursor: Cursor? = nil
  ) -> PushRequest {
    PushRequest(
      version: version, register: register ?? self.register, cursor: cursor ?? log.cursor(at: 0),
      edits: edits)
  }
}

/// Time that passes when a test says so.
final class Quiet: Sendable {
  private let waiting = Mutex<[Int: CheckedContinuation<Bool, Never>]>([:])
  private let last = Mutex(0)
  private let asked = Mutex<Duration?>(nil)

  /// How long it was last asked to wait.
  var duration: Duration? { asked.withLock { $0 } }

  /// Waits until ``pass()``, or until its task is cancelled.
  func pause(_ duration: Duration) async throws {
    asked.withLock { $0 = duration }
    let id = last.withLock { last in
      last += 1
      return last
    }
    let passed = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isCancelled = waiting.withLock { waiting in
          guard !Task.isCancelled else { return true }
          waiting[id] = continuation
          return false
        }
        if isCancelled { continuation.resume(returning: false) }
      }
    } onCancel: {
      let waiter = waiting.withLock { $0.removeValue(forKey: id) }
      waiter?.resume(returning: false)
    }
    guard passed else { throw CancellationError() }
  }

  var waiters: Int { waiting.withLock { $0.count } }

  /// Lets the time of all who wait pass.
  func pass() {
    let woken = waiting.withLock { waiting in
      defer { waiting = [:] }
      return waiting.values.map { $0 }
    }
    for waiter in woken { waiter.resume(returning: true) }
  }
}

/// A log that cannot answer.
struct BrokenLog: ChangeLog {
  func status(among places: [Cursor]) async throws -> LogStatus { throw StoreError.full }
  func count(after position: LogPosition) async throws -> RecordCount { throw StoreError.full }
  func office(_ id: OfficeID) async throws -> Office? { throw StoreError.full }
  func offices() async throws -> [Office] { throw StoreError.full }
  func add(_ office: Office) async throws { throw StoreError.full }
  func history(
    of record: RecordID, parents: @escaping @Sendable ([UInt8]) throws -> [RevisionID]
  ) async throws -> [Change] { throw StoreError.full }
  func latest(_ limit: Int, isHandedBack: Bool) async throws -> [LoggedRevision] {
    throw StoreError.full
  }
  func setHealing(_ isHealing: Bool) async throws { throw StoreError.full }
  func committed(_ edits: Set<EditID>) async throws -> [EditID: FiledEdit] {
    throw StoreError.full
  }
  func changes(
    after position: LogPosition, since: LogPosition, limit: BatchLimit
  ) async throws -> LogBatch {
    throw StoreError.full
  }
  func schemas() async throws -> [LoggedSchema] { throw StoreError.full }
  func forEachEntry(_ body: @escaping @Sendable (RevisionID, Cursor) throws -> Void) async throws {
    throw StoreError.full
  }
  func forEachRevision(_ body: @escaping @Sendable (KeptRevision) throws -> Void) async throws {
    throw StoreError.full
  }
  func commit(
    _ question: CommitQuestion, decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict] { throw StoreError.full }
  func transaction<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result { throw StoreError.full }
  func checkIntegrity() async throws { throw StoreError.damaged("it is broken") }
}
