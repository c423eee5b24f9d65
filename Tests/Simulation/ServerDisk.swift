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
  var backups: [any SimulatedDisk] = []
  /// Requests that are under way for longer than anybody waits.
  var late: [(office: OfficeID, request: PushRequest)] = []

  init(_ stored: any SimulatedDisk, _ coding: any RevisionCoding, batch: Int, _ plant: Plant?) {
    disk = ServerDisk(stored, plant)
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

  func crash() {
    disk.crash()
    restart()
  }

  func backUp() throws { backups.append(try disk.stored.copy()) }

  func restore(_ backup: any SimulatedDisk) throws {
    disk.replace(with: try backup.copy())
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
  private(set) var stored: any SimulatedDisk
  private let plant: Plant?
  /// What the disk holds if it was not told to keep what was written since.
  private var synced: any SimulatedDisk
  private var commits = 0
  /// See ``Folder/gate``.
  var gate: (() async -> Void)?

  init(_ stored: any SimulatedDisk, _ plant: Plant?) {
    (self.stored, self.plant) = (stored, plant)
    synced = stored
  }

  func replace(with stored: any SimulatedDisk) {
    self.stored = stored
    synced = stored
  }

  private func asking<Answer: Sendable>(
    _ body: @escaping @Sendable (any ChangeLog) async throws -> Answer
  ) async throws -> Answer {
    let log = try stored.log()
    return stored.isElsewhere ? try waiting { try await body(log) } : try await body(log)
  }

  func crash() {
    if plant == .verdictBeforeFsync { stored = synced }
  }

  func status(among places: [Cursor]) async throws -> LogStatus {
    let status = try await asking { try await $0.status(among: places) }
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
    if plant == .verdictBeforeFsync, commits % 3 == 1 { synced = try stored.copy() }
    return try await asking { try await $0.commit(question, decide: decide) }
  }

  func count(after position: LogPosition) async throws -> RecordCount {
    try await asking { try await $0.count(after: position) }
  }

  func office(_ id: OfficeID) async throws -> Office? {
    try await asking { try await $0.office(id) }
  }

  func offices() async throws -> [Office] { try await asking { try await $0.offices() } }

  func add(_ office: Office) async throws { try await asking { try await $0.add(office) } }

  func changes(
    after position: LogPosition, since: LogPosition, limit: BatchLimit
  ) async throws -> LogBatch {
    try await asking { try await $0.changes(after: position, since: since, limit: limit) }
  }

  func forEachRevision(_ body: @escaping @Sendable (KeptRevision) throws -> Void) async throws {
    try await asking { try await $0.forEachRevision(body) }
  }

  func setHealing(_ isHealing: Bool) async throws {
    try await asking { try await $0.setHealing(isHealing) }
  }

  func committed(_ edits: Set<EditID>) async throws -> [EditID: FiledEdit] {
    try await asking { try await $0.committed(edits) }
  }

  func history(
    of record: RecordID, parents: @escaping @Sendable ([UInt8]) throws -> [RevisionID]
  ) async throws -> [Change] {
    try await asking { try await $0.history(of: record, parents: parents) }
  }

  func latest(_ limit: Int, isHandedBack: Bool) async throws -> [LoggedRevision] {
    try await asking { try await $0.latest(limit, isHandedBack: isHandedBack) }
  }

  func schemas() async throws -> [LoggedSchema] { try await asking { try await $0.schemas() } }

  func forEachEntry(_ body: @escaping @Sendable (RevisionID, Cursor) throws -> Void) async throws {
    try await asking { try await $0.forEachEntry(body) }
  }

  func transaction<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result {
    try await asking { try await $0.transaction(body) }
  }

  func checkIntegrity() async throws {}
}
