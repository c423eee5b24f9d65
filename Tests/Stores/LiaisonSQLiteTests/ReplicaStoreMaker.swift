import LiaisonFolder
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import TestSupport
import Testing

/// How a test gets an empty store. The next store is one line in ``all``.
struct ReplicaStoreMaker: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let make: @Sendable (RevisionMaker, Scratch) throws -> any ReplicaStore

  static let all = [
    ReplicaStoreMaker("memory") { maker, _ in
      MemoryReplicaStore(office: maker.office, address: address)
    },
    ReplicaStoreMaker("SQLite") { try sqlite($0, $1) },
  ]

  static let address = "127.0.0.1:1"

  static func sqlite(_ maker: RevisionMaker, _ scratch: Scratch) throws -> SQLiteReplicaStore {
    let directory = DataDirectory(scratch.folder("vienna"), role: .replica)
    try SQLiteReplicaStore.create(directory, office: maker.office, address: address)
    return try SQLiteReplicaStore(directory, coding: PlainSchemaCoding([maker.schema]))
  }

  init(
    _ description: String,
    _ make: @escaping @Sendable (RevisionMaker, Scratch) throws -> any ReplicaStore
  ) {
    testDescription = description
    self.make = make
  }
}

/// A store that has had its first header, and shorthands for what tests do with it.
struct KeptReplica: Sendable {
  let scratch: Scratch
  let maker: RevisionMaker
  let store: any ReplicaStore
  let register: RegisterID

  init(_ stores: ReplicaStoreMaker) async throws {
    scratch = try Scratch()
    let maker = try RevisionMaker()
    self.maker = maker
    store = try stores.make(maker, scratch)
    let register: RegisterID = maker.new()
    self.register = register
    try await store.write(.durable) {
      try $0.adopt(maker.header(register, schema: maker.schema))
    }
  }

  func apply(_ entries: Entry..., through: Int64? = nil) async throws {
    let through = Cursor.test(through ?? entries.last?.position.number ?? 0)
    try await store.write(.repeatable) { try $0.apply(entries, through: through) }
  }

  func put(_ entry: OutboxEntry) async throws {
    try await store.write(.durable) { try $0.put(entry) }
  }

  func remove(_ revision: FiledRevision) async throws {
    try await store.write(.durable) { try $0.remove(revision.summary.record) }
  }

  func record(_ revision: FiledRevision) async throws -> StoredRecord? {
    try await store.read { try $0.record(revision.summary.record) }
  }

  func pending(_ revision: FiledRevision) async throws -> OutboxEntry? {
    try await record(revision)?.pending
  }

  func revisions() async throws -> [KeptRevision] {
    try await store.read { reader in
      var revisions: [KeptRevision] = []
      try reader.forEachRevision { revisions.append($0) }
      return revisions
    }
  }

  func position() async throws -> Int64? { try await store.identity().cursor?.position.number }

  /// The ids of the records that may refer to one.
  func referring(to record: RecordID) async throws -> [RecordID] {
    try await store.read { reader in
      var ids: [RecordID] = []
      try reader.forEachRecord(referringTo: record) { stored in
        ids.append(stored.id)
        return true
      }
      return ids
    }
  }

  /// The ids of the records that have a code.
  func holders(_ code: String) async throws -> [RecordID] {
    let code = try #require(RecordCode(code))
    return try await store.read { try $0.records(code: code).map(\.id) }
  }

  /// An entry in each state that a store must keep, each of a new record.
  func everyState() throws -> [OutboxEntry] {
    let refused = OutboxEntry.Refused(message: "because", position: LogPosition(4))
    func entry(_ code: String, _ state: (FiledRevision) throws -> OutboxEntry.State) throws
      -> OutboxEntry
    {
      let base = try maker.revision("BASE-\(code)")
      let ours = try maker.next(base, name: "Ours", code: code)
      return OutboxEntry(edit: maker.new(), base: base.encoded, ours: ours, state: try state(ours))
    }
    return [
      maker.ready(try maker.revision("NEW")),
      try entry("READY") { _ in .ready },
      try entry("SENT") { _ in .inFlight(nil) },
      try entry("AMENDED") {
        .inFlight(
          .init(edit: maker.new(), revision: try maker.next($0, name: "More", code: "MORE")))
      },
      try entry("DELETED") {
        .inFlight(.init(edit: maker.new(), revision: try maker.deletion(of: $0)))
      },
      try entry("CONFLICT") { .conflict(theirs: $0.id) },
      try entry("TAKEN") { _ in .codeTaken(refused) },
      try entry("REFUSED") { _ in .refused(refused) },
    ]
  }
}
