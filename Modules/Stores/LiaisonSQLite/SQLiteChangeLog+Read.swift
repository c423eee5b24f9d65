internal import GRDB
public import LiaisonModel
public import LiaisonSync

/// What changed, and who may ask for it.
extension SQLiteChangeLog {
  public func changes(
    after position: LogPosition, limit: BatchLimit
  ) async throws -> LogBatch {
    // One at least: who asks for none would be told that there is none.
    let most = max(limit.count, 1)
    return try await read { db in
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
      ).bound(position.number, most + 1).until { row in
        let bytes: [UInt8] = try row.value(1)
        size += bytes.count
        isLast = changes.isEmpty || (changes.count < most && size <= limit.bytes)
        if isLast { changes.append(Change(position: LogPosition(try row.value(0)), bytes: bytes)) }
        return isLast
      }
      let through = isLast ? max(head, position) : changes.last?.position ?? position
      return LogBatch(changes: changes, through: through, isLast: isLast)
    }
  }

  public func forEachRevision(
    _ body: @escaping @Sendable (KeptRevision) throws -> Void
  ) async throws {
    try await read { db in
      let kept = try PreparedStatement(
        db,
        """
        SELECT change.record, change.position, change.revision, change.bytes,
          record.kind, record.code, record.is_deleted
        FROM change LEFT JOIN record ON record.head = change.position WHERE change.position = ?
        """)
      let links = try PreparedStatement(db, "SELECT field, targets FROM link WHERE record = ?")
      // Sorted without their bytes, which would go through a file.
      try PreparedStatement.separate(
        db, "SELECT position FROM change ORDER BY record, position"
      ).forEach { row in
        let position: Int64 = try row.value(0)
        guard let kept = try kept.bound(position).first({ try KeptRevision($0) }) else {
          throw StoreError.damaged("the log has lost an entry")
        }
        guard kept.filed != nil else { return try body(kept) }
        var filed = Links()
        try links.bound(kept.record).forEach { row in
          filed[FieldNumber(try row.value(0))] = try row.records(1)
        }
        try body(
          KeptRevision(
            position: kept.position, record: kept.record, encoded: kept.encoded,
            filed: kept.filed, links: filed))
      }
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
      try await database.write { db in
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
