import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport

/// A server and its disk. All that it commits is durable; bugs may be planted that make it less.
// Unchecked: one history runs on one thread, see Turns.
final class Server: @unchecked Sendable {
  let disk: ServerDisk
  private let coding: any RevisionCoding
  private let batch: Int
  private(set) var service: SyncService
  /// What its program speaks.
  private var protocols: ClosedRange<UInt32> = 1...2
  /// Grows when connections break because the server stops.
  private(set) var starts = 0
  var backups: [MemoryChangeLog] = []
  /// Requests that are under way for longer than anybody waits.
  var late: [(office: OfficeID, request: PushRequest)] = []

  init(_ log: MemoryChangeLog, _ coding: any RevisionCoding, batch: Int, _ plant: Plant?) {
    disk = ServerDisk(log, plant)
    (self.coding, self.batch) = (coding, batch)
    service = Self.service(disk, coding, batch, 1...2)
  }

  private static func service(
    _ disk: ServerDisk, _ coding: any RevisionCoding, _ batch: Int,
    _ protocols: ClosedRange<UInt32>
  ) -> SyncService {
    SyncService(
      log: disk, coding: coding, limit: BatchLimit(count: batch), protocols: protocols,
      pause: { _ in
        try Task.checkCancellation()
        await Turns.pass()
      })
  }

  func speaksOther(than protocols: ClosedRange<UInt32>) -> Bool {
    SyncProtocol.common(self.protocols, protocols) == nil
  }

  /// Another version of the program takes over.
  func run(speaking protocols: ClosedRange<UInt32>) {
    self.protocols = protocols
    restart()
  }

  var entries: [Entry] { disk.log.entries }

  func crash() {
    disk.crash()
    restart()
  }

  func restore(_ backup: MemoryChangeLog) {
    disk.replace(with: backup.backup())
    restart()
  }

  private func restart() {
    starts += 1
    service = Self.service(disk, coding, batch, protocols)
  }
}

/// The log of a server, which may be another one after a restore.
// Unchecked: one history runs on one thread, see Turns.
final class ServerDisk: ChangeLog, @unchecked Sendable {
  private(set) var log: MemoryChangeLog
  private let plant: Plant?
  /// What the disk holds if it was not told to keep what was written since.
  private var synced: MemoryChangeLog
  private var commits = 0
  /// See ``Folder/gate``.
  var gate: (() async -> Void)?

  init(_ log: MemoryChangeLog, _ plant: Plant?) {
    (self.log, self.plant) = (log, plant)
    synced = log
  }

  func replace(with log: MemoryChangeLog) {
    self.log = log
    synced = log
  }

  func crash() {
    if plant == .verdictBeforeFsync { log = synced }
  }

  func status(among places: [Cursor]) async throws -> LogStatus {
    let status = try await log.status(among: places)
    guard plant == .restoredServerBelieved, let place = places.first else { return status }
    return LogStatus(
      register: status.register, head: status.head, schema: status.filedSchema,
      isHealing: status.isHealing, shared: place)
  }

  func commit(
    _ question: CommitQuestion,
    decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict] {
    await gate?()
    commits += 1
    // A bug syncs the disk only now and then.
    if plant == .verdictBeforeFsync, commits % 3 == 1 { synced = log.backup() }
    return try await log.commit(question, decide: decide)
  }

  func count(after position: LogPosition) async throws -> RecordCount {
    try await log.count(after: position)
  }

  func office(_ id: OfficeID) async throws -> Office? { try await log.office(id) }

  func offices() async throws -> [Office] { try await log.offices() }

  func add(_ office: Office) async throws { try await log.add(office) }

  func changes(
    after position: LogPosition, since: LogPosition, limit: BatchLimit
  ) async throws -> LogBatch {
    try await log.changes(after: position, since: since, limit: limit)
  }

  func forEachRevision(_ body: @escaping @Sendable (KeptRevision) throws -> Void) async throws {
    try await log.forEachRevision(body)
  }

  func setHealing(_ isHealing: Bool) async throws { try await log.setHealing(isHealing) }

  func committed(_ edits: Set<EditID>) async throws -> [EditID: FiledEdit] {
    try await log.committed(edits)
  }

  func history(
    of record: RecordID, parents: @escaping @Sendable ([UInt8]) throws -> [RevisionID]
  ) async throws -> [Change] {
    try await log.history(of: record, parents: parents)
  }

  func latest(_ limit: Int, isHandedBack: Bool) async throws -> [LoggedRevision] {
    try await log.latest(limit, isHandedBack: isHandedBack)
  }

  func schemas() async throws -> [LoggedSchema] { try await log.schemas() }

  func forEachEntry(_ body: @escaping @Sendable (RevisionID, Cursor) throws -> Void) async throws {
    try await log.forEachEntry(body)
  }

  func transaction<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result {
    try await log.transaction(body)
  }

  func checkIntegrity() async throws {}
}
