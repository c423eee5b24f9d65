internal import Foundation
internal import GRDB
public import LiaisonModel
public import LiaisonSync
internal import Synchronization

/// A server's change log in one SQLite file, in WAL.
public final class SQLiteChangeLog: ChangeLog {
  private let pool: DatabasePool
  private let coding: any SchemaCoding
  private let register: RegisterID
  private let lineage: Lineage
  private let schema: Schema

  /// Makes a register: an empty log with its schema.
  /// - Throws: ``StoreError`` where the folder holds something already or cannot be written.
  public static func create(
    _ directory: DataDirectory, register: RegisterID, lineage: Lineage, schema: Schema,
    coding: any SchemaCoding
  ) throws {
    let wasThere = try directory.create()
    do {
      try Databases.guarding {
        let pool = try DatabasePool(
          path: directory.databasePath, configuration: Databases.configuration())
        try Databases.migrate(
          pool, directory, with: ChangeLogMigrations.migrator, isNew: true)
        let encoded = Data(try coding.encode(schema))
        try pool.write { db in
          try db.execute(
            sql: "INSERT INTO register (id, register, lineage, schema) VALUES (1, ?, ?, ?)",
            arguments: [register.data, Int64(bitPattern: lineage.number), encoded])
        }
        try pool.close()
      }
    } catch {
      try directory.remove(keepingFolder: wasThere)
      throw error
    }
  }

  /// Opens a register.
  /// - Throws: ``StoreError`` where there is none, or its file is damaged or newer.
  public init(_ directory: DataDirectory, coding: any SchemaCoding) throws {
    try directory.checkExists()
    self.coding = coding
    (pool, register, lineage, schema) = try Databases.guarding {
      let pool = try DatabasePool(
        path: directory.databasePath, configuration: Databases.configuration())
      try Databases.migrate(pool, directory, with: ChangeLogMigrations.migrator, isNew: false)
      try Databases.makeDurable(pool)
      let row = try pool.read { db in
        try Row.fetchOne(db, sql: "SELECT register, lineage, schema FROM register")
      }
      guard let row else { throw StoreError.damaged("the database holds no register") }
      let schema = try coding.decodeSchema(row.bytes(2))
      return (pool, try row.identity(0), Lineage(UInt64(bitPattern: row[1])), schema)
    }
  }

  public func status() async throws -> LogStatus {
    let head = try await Databases.guarding {
      try await pool.read { try SQLiteChangeLog.head($0) }
    }
    return LogStatus(
      register: register, head: Cursor(lineage: lineage, position: head), schema: schema)
  }

  public func office(_ id: OfficeID) async throws -> Office? {
    try await Databases.guarding {
      try await pool.read { db in
        try String.fetchOne(db, sql: "SELECT name FROM office WHERE code = ?", arguments: [id.text])
      }
    }.map { Office(id: id, name: $0) }
  }

  /// All offices, in the order of their ids.
  public func offices() throws -> [Office] {
    try Databases.guarding {
      try pool.read { db in
        try Row.fetchAll(db, sql: "SELECT code, name FROM office ORDER BY code")
          .compactMap { row in
            OfficeID(row[0] as String).map { Office(id: $0, name: row[1]) }
          }
      }
    }
  }

  /// - Throws: ``StoreError`` `.exists` where the register has an office of this id.
  public func add(_ office: Office) throws {
    try Databases.guarding {
      try pool.write { db in
        try db.execute(
          sql: "INSERT INTO office (code, name) VALUES (?, ?) ON CONFLICT (code) DO NOTHING",
          arguments: [office.id.text, office.name])
        guard db.changesCount == 1 else {
          throw StoreError.exists("the register has an office \(office.id) already")
        }
      }
    }
  }

  public func changes(after position: LogPosition, limit: BatchLimit) async throws
    -> LogBatch
  {
    try await Databases.guarding {
      try await pool.read { db in
        try SQLiteChangeLog.changes(db, after: position, limit: limit)
      }
    }
  }

  public func count(after position: LogPosition) async throws -> Int {
    try await Databases.guarding {
      try await pool.read { db in
        try Int.fetchOne(
          db, sql: "SELECT count(*) FROM record WHERE head > ?", arguments: [position.number]) ?? 0
      }
    }
  }

  public func forEachHead(
    _ body: @escaping @Sendable (EncodedRevision) throws -> Void
  ) async throws {
    try await Databases.guarding {
      try await pool.read { db in
        let rows = try Row.fetchCursor(
          db,
          sql: """
            SELECT change.revision, change.bytes
            FROM record JOIN change ON change.position = record.head ORDER BY record.record
            """)
        while let row = try rows.next() { try row.revision(0, 1).map(body) }
      }
    }
  }

  public func write<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result {
    let schema = schema
    return try await Databases.guarding {
      try await pool.write { db in
        let head = try SQLiteChangeLog.head(db)
        return try body(SQLiteLogTransaction(db, schema: schema, head: head))
      }
    }
  }

  /// Reads every page of the file.
  /// - Throws: ``StoreError`` `.damaged` where one is not what it should be.
  public func checkIntegrity() async throws {
    try await Databases.guarding { try await pool.read(Databases.checkIntegrity) }
  }

  /// How many live records there are.
  public func recordCount() throws -> Int {
    try Databases.guarding {
      try pool.read { db in
        try Int.fetchOne(db, sql: "SELECT count(*) FROM record WHERE is_deleted = 0") ?? 0
      }
    }
  }

  private static func head(_ db: Database) throws -> LogPosition {
    let number = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT ifnull(max(position), 0) FROM change"))
    return LogPosition(number ?? 0)
  }

  private static func changes(
    _ db: Database, after position: LogPosition, limit: BatchLimit
  ) throws -> LogBatch {
    let head = try head(db)
    let statement = try db.cachedStatement(
      sql: """
        SELECT change.position, change.bytes
        FROM record JOIN change ON change.position = record.head
        WHERE record.head > ? ORDER BY record.head LIMIT ?
        """)
    var items: [LogBatch.Item] = []
    var size = 0
    let rows = try Row.fetchCursor(statement, arguments: [position.number, limit.count + 1])
    while let row = try rows.next() {
      let bytes = try row.bytes(1)
      size += bytes.count
      if let last = items.last, items.count == limit.count || size > limit.bytes {
        return LogBatch(items: items, through: last.position, isLast: false)
      }
      items.append(LogBatch.Item(position: LogPosition(row[0]), bytes: bytes))
    }
    return LogBatch(items: items, through: max(head, position), isLast: true)
  }
}
