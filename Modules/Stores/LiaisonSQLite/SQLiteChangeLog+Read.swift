internal import GRDB
public import LiaisonModel
public import LiaisonSync

/// What changed, and who may ask for it.
extension SQLiteChangeLog {
  public func changes(
    after position: LogPosition, limit: BatchLimit
  ) async throws -> LogBatch {
    try await read { db in
      let head = try SQLiteLogTransaction.head(db)
      let statement = try db.cachedStatement(
        sql: """
          SELECT change.position, change.bytes
          FROM record JOIN change ON change.position = record.head
          WHERE record.head > ? ORDER BY record.head LIMIT ?
          """)
      var changes: [Change] = []
      var size = 0
      let rows = try Row.fetchCursor(statement, arguments: [position.number, limit.count + 1])
      while let row = try rows.next() {
        let bytes = try row.bytes(1)
        size += bytes.count
        if let last = changes.last, changes.count == limit.count || size > limit.bytes {
          return LogBatch(changes: changes, through: last.position, isLast: false)
        }
        changes.append(Change(position: LogPosition(try row.value(0)), bytes: bytes))
      }
      return LogBatch(changes: changes, through: max(head, position), isLast: true)
    }
  }

  public func forEachHead(
    _ body: @escaping @Sendable (EncodedRevision) throws -> Void
  ) async throws {
    try await read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT change.revision, change.bytes
          FROM record JOIN change ON change.position = record.head ORDER BY record.record
          """)
      while let row = try rows.next() { try row.revision(0, 1).map(body) }
    }
  }

  public func office(_ id: OfficeID) async throws -> Office? {
    try await read { db in
      try String.fetchOne(
        db, sql: "SELECT name FROM office WHERE code = ?", arguments: [id.text])
    }.map { Office(id: id, name: $0) }
  }

  public func offices() async throws -> [Office] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT code, name FROM office ORDER BY code").compactMap { row in
        let name: String = try row.value(1)
        return try OfficeID(row.value(0) as String).map { Office(id: $0, name: name) }
      }
    }
  }

  public func add(_ office: Office) async throws {
    try await Databases.guarding {
      try await pool.write { db in
        try db.execute(
          sql: "INSERT INTO office (code, name) VALUES (?, ?) ON CONFLICT (code) DO NOTHING",
          arguments: [office.id.text, office.name])
        guard db.changesCount == 1 else {
          throw StoreError.exists("the register has an office \(office.id) already")
        }
      }
    }
  }
}
