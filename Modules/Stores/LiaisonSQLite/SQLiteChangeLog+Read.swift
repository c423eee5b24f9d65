internal import GRDB
public import LiaisonModel
public import LiaisonSync

/// What changed, and who may ask for it.
extension SQLiteChangeLog {
  public func changes(
    after position: LogPosition, since: LogPosition, limit: BatchLimit
  ) async throws -> LogBatch {
    // One at least: who asks for none would be told that there is none.
    let most = max(limit.count, 1)
    return try await read { [start, schemas] db in
      let head = try SQLiteLogTransaction.chain(db, start).end
      var changes: [Change] = []
      var through = head
      var size = 0
      var isLast = true
      let edits = try EntryEdits(db, since: since)
      try PreparedStatement(
        db,
        """
        SELECT change.bytes, change.prefix, \(EntryEdits.columns)
        FROM record JOIN change ON change.position = record.head
        WHERE record.head > ? ORDER BY record.head LIMIT ?
        """
      ).bound(position.number, most + 1).until { row in
        let bytes: [UInt8] = try row.value(0)
        size += bytes.count
        isLast = changes.isEmpty || (changes.count < most && size <= limit.bytes)
        guard isLast else { return false }
        let cursor = LiaisonSync.Cursor(
          position: LogPosition(try row.value(2)), prefix: try row.value(1))
        changes.append(
          Change(
            position: cursor.position, bytes: bytes,
            edits: try edits.ids(row, from: 2)))
        through = cursor
        return true
      }
      if isLast { through = head }
      return LogBatch(
        changes: changes,
        schema: try schemas.last(after: position, through: through.position, db),
        through: through, isLast: isLast)
    }
  }

  public func committed(_ edits: Set<EditID>) async throws -> [EditID: FiledEdit] {
    guard !edits.isEmpty else { return [:] }
    return try await read { [start, schemas] in
      try SQLiteLogTransaction($0, start, schemas).committed(edits)
    }
  }

  public func history(
    of record: RecordID, parents: @escaping @Sendable ([UInt8]) throws -> [RevisionID]
  ) async throws -> [Change] {
    try await read { db in
      var names: Set<RevisionID> = []
      var open: [RevisionID] = []
      let edits = try EntryEdits(db, since: nil)
      var found: [Change] = try PreparedStatement(
        db,
        """
        \(SQLiteLogTransaction.entries)
        SELECT change.bytes, change.revision, \(EntryEdits.columns) FROM entries
        CROSS JOIN change ON change.position = entries.position ORDER BY change.position DESC
        """
      ).bound(record).all { row in
        names.insert(try row.value(1))
        let change = Change(
          position: LogPosition(try row.value(2)), bytes: try row.value(0),
          edits: try edits.ids(row, from: 2))
        open += try parents(change.bytes)
        return change
      }
      let ancestor = try PreparedStatement(db, "SELECT bytes FROM ancestor WHERE revision = ?")
      while let next = open.popLast() {
        guard names.insert(next).inserted,
          let bytes: [UInt8] = try ancestor.bound(next).first({ try $0.value(0) })
        else { continue }
        found.append(Change(position: .zero, bytes: bytes))
        open += try parents(bytes)
      }
      return found
    }
  }

  public func latest(_ limit: Int, isHandedBack: Bool) async throws -> [LoggedRevision] {
    try await read { db in
      try PreparedStatement(
        db,
        """
        SELECT position, revision, bytes, handed_back_by FROM change
        WHERE NOT ?1 OR handed_back_by IS NOT NULL ORDER BY position DESC LIMIT ?2
        """
      ).bound(isHandedBack, limit).all { row in
        LoggedRevision(
          position: LogPosition(try row.value(0)),
          revision: EncodedRevision(id: try row.value(1), bytes: try row.value(2)),
          handedBackBy: row.hasNull(3) ? nil : try row.office(3))
      }
    }
  }

  public func forEachEntry(
    _ body: @escaping @Sendable (RevisionID, LiaisonSync.Cursor) throws -> Void
  ) async throws {
    try await read { [schemas] db in
      var names: [Int64: RevisionID] = [:]
      for logged in try schemas.all(db) { names[logged.position.number] = logged.filed.name }
      try PreparedStatement.separate(
        db,
        """
        SELECT position, prefix, revision FROM change
        UNION ALL SELECT position, prefix, NULL FROM schema_change ORDER BY position
        """
      ).forEach { row in
        let cursor = LiaisonSync.Cursor(
          position: LogPosition(try row.value(0)), prefix: try row.value(1))
        guard let name = try row.hasNull(2) ? names[cursor.position.number] : row.value(2) else {
          throw StoreError.damaged("the log has lost a schema")
        }
        try body(name, cursor)
      }
    }
  }

  public func schemas() async throws -> [LoggedSchema] {
    try await read { [schemas] db in try schemas.all(db) }
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
          filed[FieldNumber(try row.value(0))] = try row.ids(1)
        }
        try body(
          KeptRevision(
            position: kept.position, record: kept.record, encoded: kept.encoded,
            filed: kept.filed, links: filed))
      }
    }
  }

  public func office(_ id: OfficeID) async throws -> Office? {
    try await read { try RosterTable(db: $0).office(id) }
  }

  public func offices() async throws -> [Office] {
    try await read { try RosterTable(db: $0).offices() }
  }

  public func add(_ office: Office) async throws {
    try await write { db in
      let isNew = try PreparedStatement(
        db, "INSERT INTO office (code, name, role) VALUES (?, ?, ?) ON CONFLICT (code) DO NOTHING"
      ).bound(office.id.text, office.name, office.role.rawValue).run()
      guard isNew else {
        throw StoreError.exists("the register has an office \(office.id) already")
      }
    }
  }
}
