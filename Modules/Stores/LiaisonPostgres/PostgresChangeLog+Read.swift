public import LiaisonModel
public import LiaisonSync

/// What changed.
extension PostgresChangeLog {
  public func status(among places: [Cursor]) async throws -> LogStatus {
    let rows = try await pool.use { [known, schemas] connection -> ([Rows], FiledSchema) in
      let rows = try connection.read([
        Statement(
          """
          SELECT \(KnownRegister.columns), head, prefix, is_healing, pg_is_in_recovery(), moved_to
          FROM register
          """),
        Self.shared(places),
        Statement(
          "SELECT record, revision FROM wanted ORDER BY random() LIMIT $1",
          .one(Int64(SyncLimits.wanted))),
        RegisterSchemas.place,
      ])
      try known.check(rows[0].first)
      return (rows, try schemas.filed(at: RegisterSchemas.place(rows[3]), connection))
    }
    guard let row = rows.0[0].first else { throw KnownRegister.noRegister }
    let known = Set(
      try rows.0[1].map { Cursor(position: try $0.position(0), prefix: try $0.value(1)) }
        + [self.known.start.end])
    return LogStatus(
      register: self.known.register,
      head: Cursor(position: try row.position(2), prefix: try row.value(3)),
      schema: rows.1, isHealing: try row.value(4), isStandby: try row.value(5),
      movedTo: try row.optional(6),
      shared: places.filter { known.contains($0) }.max { $0.position < $1.position },
      wanted: try rows.0[2].map {
        WantedRevision(record: try $0.value(0), revision: try $0.value(1))
      })
  }

  public func has(_ place: Cursor) async throws -> Bool {
    guard place != known.start.end else { return true }
    let rows = try await read([Self.shared([place])])
    return try rows[0].first?.value(1) == place.prefix
  }

  /// The cursors at some places.
  private static func shared(_ places: [Cursor]) -> Statement {
    Statement(
      """
      SELECT position, prefix FROM change WHERE position = ANY ($1)
      UNION ALL SELECT position, prefix FROM schema_change WHERE position = ANY ($1)
      """, .all(places.map(\.position.number)))
  }

  public func count(after position: LogPosition) async throws -> RecordCount {
    let rows = try await read([
      Statement(
        "SELECT count(*), count(*) FILTER (WHERE NOT is_deleted) FROM record WHERE head > $1",
        .one(position.number))
    ])
    return try rows[0].first.map { RecordCount(all: try $0.number(0), live: try $0.number(1)) }
      ?? RecordCount(all: 0, live: 0)
  }

  public func changes(
    after position: LogPosition, since: LogPosition, limit: BatchLimit
  ) async throws -> LogBatch {
    // One at least: who asks for none would be told that there is none.
    let most = max(limit.count, 1)
    return try await pool.use { [known, schemas] connection in
      let rows = try connection.read([
        Statement("SELECT \(KnownRegister.columns), head, prefix FROM register"),
        Self.page(after: position, since: since, most: most + 1, bytes: limit.bytes),
        Statement(
          "SELECT position, bytes FROM schema_change WHERE position > $1 ORDER BY position",
          .one(position.number)),
      ])
      try known.check(rows[0].first)
      guard let end = rows[0].first else { throw KnownRegister.noRegister }
      let edits = try EntryEdits(rows[1], from: 3, since: since, connection)
      var batch = LogPage(most: most, bytes: limit.bytes)
      try rows[1].forEach { row in
        let cursor = Cursor(position: try row.position(0), prefix: try row.value(1))
        batch.add(
          Change(
            position: cursor.position, bytes: try row.value(2), edits: edits[cursor.position]),
          at: cursor)
      }
      let head = Cursor(position: try end.position(2), prefix: try end.value(3))
      let through = batch.isWhole ? head : batch.through ?? head
      let schema = try rows[2].map { (try $0.position(0), try $0.value(1) as [UInt8]) }
        .last { $0.0 <= through.position }
      return LogBatch(
        changes: batch.changes, schema: try schema.map { try schemas.coding.file(schema: $0.1) },
        through: through, isLast: batch.isWhole)
    }
  }

  /// Heads behind a place, in their order: as many as may be needed, and one more.
  private static func page(
    after position: LogPosition, since: LogPosition, most: Int, bytes: Int
  ) -> Statement {
    Statement(
      """
      SELECT position, prefix, bytes, \(EntryEdits.columns) FROM (
        SELECT change.*, row_number() OVER (ORDER BY position) AS place,
          sum(length(bytes)) OVER (ORDER BY position) - length(bytes) AS before_it
        FROM (
          SELECT change.* FROM record JOIN change ON change.position = record.head
          WHERE record.head > $1 ORDER BY record.head LIMIT $2
        ) AS change
      ) AS change WHERE before_it <= $3 OR place <= 2 ORDER BY position
      """, .one(position.number), .one(Int64(clamping: most)), .one(Int64(max(bytes, 0))),
      .one(since.number))
  }

  public func committed(_ edits: Set<EditID>) async throws -> [EditID: FiledEdit] {
    guard !edits.isEmpty else { return [:] }
    let known = try FactsLoad.known(try await read([FactsLoad.statement(known: edits)])[0])
    if !known.isEmpty { try await confirm() }
    return known
  }

  /// Waits until what is visible is as durable as what was answered: a commit that has stopped waiting for its
  /// standby is visible, and nobody was told of it.
  private func confirm() async throws {
    // A transaction that writes to the log of PostgreSQL waits for all before it; one that changes nothing does
    // not.
    let message = Statement(
      """
      SELECT CASE WHEN NOT pg_is_in_recovery()
        THEN pg_logical_emit_message(true, 'liaison', '') END
      """)
    try await pool.use { try $0.commit(after: [Statement("BEGIN"), message]) }
  }

  public func history(
    of record: RecordID, parents: @escaping @Sendable ([UInt8]) throws -> [RevisionID]
  ) async throws -> [Change] {
    try await pool.use { connection in
      let rows = try connection.read([
        Statement(
          """
          \(FactsLoad.entries)
          SELECT change.position, change.bytes, change.revision, \(EntryEdits.columns)
          FROM entries JOIN change ON change.position = entries.position
          ORDER BY change.position DESC
          """, .all([record]), .one(Int64(0)), .one(Int64(0)), .one(Int64.max)),
        Statement("SELECT revision, bytes FROM ancestor WHERE record = $1", .one(record)),
      ])
      let edits = try EntryEdits(rows[0], from: 3, since: nil, connection)
      let ancestors = Dictionary(
        try rows[1].map { (try $0.value(0) as RevisionID, try $0.value(1) as [UInt8]) }
      ) { first, _ in first }
      var names: Set<RevisionID> = []
      var open: [RevisionID] = []
      var found = try rows[0].map { row -> Change in
        names.insert(try row.value(2))
        let position = try row.position(0)
        let change = Change(
          position: position, bytes: try row.value(1), edits: edits[position])
        open += try parents(change.bytes)
        return change
      }
      while let next = open.popLast() {
        guard names.insert(next).inserted, let bytes = ancestors[next] else { continue }
        found.append(Change(position: .zero, bytes: bytes))
        open += try parents(bytes)
      }
      return found
    }
  }

  public func latest(_ limit: Int, isHandedBack: Bool) async throws -> [LoggedRevision] {
    let rows = try await read([
      Statement(
        """
        SELECT position, revision, bytes, handed_back_by FROM change
        WHERE NOT $1 OR handed_back_by IS NOT NULL ORDER BY position DESC LIMIT $2
        """, .one(isHandedBack), .one(Int64(limit)))
    ])
    return try rows[0].map { row in
      LoggedRevision(
        position: try row.position(0), revision: try row.revision(1, 2),
        handedBackBy: row.hasNull(3) ? nil : try row.office(3))
    }
  }
}

/// The changes of a batch, as long as they fit into it.
private struct LogPage {
  let most: Int
  let bytes: Int
  var changes: [Change] = []
  var through: Cursor?
  /// Whether all were taken that came.
  var isWhole = true
  private var size = 0

  init(most: Int, bytes: Int) {
    self.most = most
    self.bytes = bytes
  }

  mutating func add(_ change: Change, at cursor: Cursor) {
    size += change.bytes.count
    isWhole = isWhole && (changes.isEmpty || (changes.count < most && size <= bytes))
    guard isWhole else { return }
    changes.append(change)
    through = cursor
  }
}
