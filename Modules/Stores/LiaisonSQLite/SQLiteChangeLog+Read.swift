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
      var changes: [Change] = []
      var size = 0
      var isLast = true
      try PreparedStatement(
        db,
        """
        SELECT change.position, change.bytes
        FROM record JOIN change ON change.position = record.head
        WHERE record.head > ? ORDER BY record.head LIMIT ?
        """
      ).bound(position.number, limit.count + 1).until { row in
        let bytes: [UInt8] = try row.value(1)
        size += bytes.count
        isLast = changes.isEmpty || (changes.count < limit.count && size <= limit.bytes)
        if isLast { changes.append(Change(position: LogPosition(try row.value(0)), bytes: bytes)) }
        return isLast
      }
      let through = isLast ? max(head, position) : changes.last?.position ?? position
      return LogBatch(changes: changes, through: through, isLast: isLast)
    }
  }

  public func forEachHead(
    _ body: @escaping @Sendable (EncodedRevision) throws -> Void
  ) async throws {
    try await read { db in
      try PreparedStatement(
        db,
        """
        SELECT change.revision, change.bytes
        FROM record JOIN change ON change.position = record.head ORDER BY record.record
        """
      ).forEach { try body(EncodedRevision(id: $0.value(0), bytes: $0.value(1))) }
    }
  }

  public func office(_ id: OfficeID) async throws -> Office? {
    try await read { db in
      try PreparedStatement(db, "SELECT name FROM office WHERE code = ?").bound(id.text)
        .first { Office(id: id, name: try $0.value(0)) }
    }
  }

  public func offices() async throws -> [Office] {
    try await read { db in
      try PreparedStatement(db, "SELECT code, name FROM office ORDER BY code").all { row in
        Office(id: try row.office(0), name: try row.value(1))
      }
    }
  }

  public func add(_ office: Office) async throws {
    try await Databases.guarding {
      try await pool.write { db in
        let isNew = try PreparedStatement(
          db, "INSERT INTO office (code, name) VALUES (?, ?) ON CONFLICT (code) DO NOTHING"
        ).bound(office.id.text, office.name).run()
        guard isNew else {
          throw StoreError.exists("the register has an office \(office.id) already")
        }
      }
    }
  }
}
