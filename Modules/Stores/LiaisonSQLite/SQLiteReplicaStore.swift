internal import Foundation
internal import GRDB
public import LiaisonModel
public import LiaisonSync

/// An office's replica in one SQLite file, in WAL.
///
/// Several processes may use it at once: each call is one transaction, and a sync takes a
/// ``DirectoryLock`` of its own.
public final class SQLiteReplicaStore: ReplicaStore {
  let queue: DatabaseQueue
  private let coding: any SchemaCoding

  /// Makes an empty replica that has not pulled yet.
  /// - Returns: whether the folder was there.
  /// - Throws: ``StoreError`` where the folder holds something already or cannot be written.
  @discardableResult
  public static func create(
    _ directory: DataDirectory, office: OfficeID, address: String
  ) throws -> Bool {
    let wasThere = try directory.create()
    do {
      try Databases.guarding {
        let queue = try DatabaseQueue(
          path: directory.databasePath, configuration: Databases.configuration())
        try Databases.migrate(queue, directory, with: ReplicaMigrations.migrator, isNew: true)
        try queue.write { db in
          try db.execute(
            sql: "INSERT INTO replica (id, office, address) VALUES (1, ?, ?)",
            arguments: [office.text, address])
        }
        try queue.close()
      }
    } catch {
      try directory.remove(keepingFolder: wasThere)
      throw error
    }
    return wasThere
  }

  /// Opens a replica; only for reading where its folder takes no writing, as on a full disk.
  /// - Throws: ``StoreError`` where there is none, or its file is damaged or newer.
  public init(_ directory: DataDirectory, coding: any SchemaCoding) throws {
    try directory.checkExists()
    self.coding = coding
    do {
      queue = try Databases.guarding {
        let queue = try DatabaseQueue(
          path: directory.databasePath, configuration: Databases.configuration())
        try Databases.migrate(queue, directory, with: ReplicaMigrations.migrator, isNew: false)
        try Databases.makeDurable(queue)
        return queue
      }
    } catch let error as StoreError where error.code == .io || error.code == .full {
      guard let queue = Databases.readOnly(directory, with: ReplicaMigrations.migrator) else {
        throw error
      }
      self.queue = queue
    }
  }

  public func identity() async throws -> ReplicaIdentity {
    try await read { [coding] db in
      let sql = "SELECT office, address, register, lineage, position, schema, head FROM replica"
      guard let row = try Row.fetchOne(db, sql: sql), let office = OfficeID(row[0] as String) else {
        throw StoreError.damaged("the database holds no replica")
      }
      let lineage: Int64? = row[3]
      return ReplicaIdentity(
        office: office, address: row[1], register: RegisterID(try row.bytes(2)),
        cursor: lineage.map {
          Cursor(
            lineage: Lineage(UInt64(bitPattern: $0)), position: LogPosition(row[4]))
        },
        head: (row[6] as Int64?).map { LogPosition($0) },
        schema: try row.hasNull(atIndex: 5) ? nil : coding.decodeSchema(row.bytes(5)))
    }
  }

  /// Points the replica at another address of the same register's server.
  public func setAddress(_ address: String) async throws {
    try await write { db in
      try db.execute(sql: "UPDATE replica SET address = ?", arguments: [address])
    }
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await Databases.guarding { try await queue.read(body) }
  }

  func write<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await Databases.guarding { try await queue.write(body) }
  }

  /// A transaction that a power cut may take back as a whole: what it writes can be pulled again.
  func writeRepeatable(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
    try await Databases.guarding {
      try await queue.writeWithoutTransaction { db in
        try Databases.setSynchronous(.normal, in: db)
        let result = Result { try db.inTransaction(.immediate) { try body(db); return .commit } }
        try Databases.setSynchronous(.full, in: db)
        try result.get()
      }
    }
  }

  public func adopt(_ header: PullHeader) async throws {
    let schema = try header.schema.map { Data(try coding.encode($0)) }
    try await write { db in
      try db.execute(
        sql: """
          UPDATE replica SET register = ?, lineage = ?, position = 0 WHERE register IS NULL
          """,
        arguments: [header.register.data, Int64(bitPattern: header.head.lineage.number)])
      // Most syncs find nothing new: they need not write.
      try db.execute(
        sql: "UPDATE replica SET head = ?1 WHERE head IS NOT ?1",
        arguments: [header.head.position.number])
      guard let schema else { return }
      try db.execute(sql: "UPDATE replica SET schema = ?", arguments: [schema])
    }
  }

  /// Reads every page of the file.
  /// - Throws: ``StoreError`` `.damaged` where one is not what it should be.
  public func checkIntegrity() async throws {
    try await Databases.guarding { try await queue.read(Databases.checkIntegrity) }
  }

  public func recordCount() async throws -> Int {
    try await read { db in
      try Int.fetchOne(
        db, sql: "SELECT count(*) FROM record WHERE is_deleted = 0 AND position IS NOT NULL") ?? 0
    }
  }

  public func outboxCounts() async throws -> OutboxCounts {
    try await read { db in
      var counts = OutboxCounts()
      let rows = try Row.fetchAll(db, sql: "SELECT status, count(*) FROM outbox GROUP BY status")
      for row in rows {
        switch OutboxStatus(rawValue: row[0]) {
        case .ready: counts.ready = row[1]
        case .inFlight: counts.inFlight = row[1]
        case .conflict: counts.conflicts += row[1] as Int
        case .codeTaken:
          counts.codeTaken = row[1]
          counts.conflicts += counts.codeTaken
        case .refused: counts.refused = row[1]
        case nil: throw StoreError.damaged("the outbox holds an edit of no known status")
        }
      }
      return counts
    }
  }
}

/// The statuses of an outbox row.
enum OutboxStatus: Int {
  case ready = 0
  case inFlight = 1
  case conflict = 2
  case codeTaken = 3
  case refused = 4
}
