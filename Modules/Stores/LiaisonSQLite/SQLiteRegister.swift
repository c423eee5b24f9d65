internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// A whole register, read inside one transaction.
struct SQLiteRegister: RegisterReading {
  let db: Database
  /// The chain of its log before the first entry.
  let start: LogChain

  func forEachPart(_ body: @Sendable (RegisterPart) throws -> Void) throws {
    try body(.register(try register()))
    try forEachLogPart(body)
    try forEachDerivedPart(body)
    try forEachRosterPart(body)
  }

  private func register() throws -> RegisterPart.Register {
    let hosts: [String] = try PreparedStatement(db, "SELECT name FROM host ORDER BY id")
      .all { try $0.value(0) }
    let standing = try PreparedStatement(db, "SELECT certificate, key, port FROM authority").first {
      Standing(
        certificate: try $0.value(0), key: try $0.value(1), hosts: hosts, port: try $0.value(2))
    }
    let head = try SQLiteLogTransaction.chain(db, start).end
    let row = try PreparedStatement(
      db, "SELECT register, is_healing, roster, schema, schema_position FROM register"
    ).first {
      RegisterPart.Register(
        id: try $0.value(0), head: head, isHealing: try $0.value(1), generation: try $0.value(2),
        schema: try $0.value(3), schemaPosition: LogPosition(try $0.value(4)), standing: standing)
    }
    guard let row else { throw StoreError.damaged("the database holds no register") }
    return row
  }

  /// Hands over what a query finds, some rows at a time.
  private func read<Row>(
    _ sql: String, _ row: (Columns) throws -> Row, _ body: ([Row]) throws -> Void
  ) throws {
    var (rows, bytes): ([Row], Int) = ([], 0)
    try PreparedStatement.separate(db, sql).forEach { columns in
      rows.append(try row(columns))
      bytes += columns.byteCount
      guard RegisterPart.isFull(rows: rows.count, bytes: bytes) else { return }
      try body(rows)
      rows.removeAll(keepingCapacity: true)
      bytes = 0
    }
    if !rows.isEmpty { try body(rows) }
  }

  private func forEachLogPart(_ body: (RegisterPart) throws -> Void) throws {
    try read("SELECT position, prefix, bytes FROM schema_change ORDER BY position") { row in
      RegisterPart.Schema(cursor: try row.cursor(0, 1), bytes: try row.value(2))
    } _: {
      try body(.schemas($0))
    }
    try read(
      """
      SELECT position, prefix, before, record, revision, bytes, edit, handed_back_by
      FROM change ORDER BY position
      """
    ) { row in
      RegisterPart.Entry(
        cursor: try row.cursor(0, 1), before: try (row.value(2) as Int64?).map(LogPosition.init),
        record: try row.value(3),
        revision: EncodedRevision(id: try row.value(4), bytes: try row.value(5)),
        edit: try row.value(6), handedBackBy: row.hasNull(7) ? nil : try row.office(7))
    } _: {
      try body(.entries($0))
    }
    try read("SELECT edit, position FROM absorbed ORDER BY edit") { row in
      RegisterPart.Absorbed(edit: try row.value(0), position: LogPosition(try row.value(1)))
    } _: {
      try body(.absorbed($0))
    }
    try read("SELECT record, revision, bytes, position FROM ancestor ORDER BY revision") { row in
      RegisterPart.Ancestor(
        record: try row.value(0),
        revision: EncodedRevision(id: try row.value(1), bytes: try row.value(2)),
        position: LogPosition(try row.value(3)))
    } _: {
      try body(.ancestors($0))
    }
    try read("SELECT record, revision, position FROM wanted ORDER BY record, revision") { row in
      RegisterPart.Wanted(
        record: try row.value(0), revision: try row.value(1),
        position: LogPosition(try row.value(2)))
    } _: {
      try body(.wanted($0))
    }
  }

  private func forEachDerivedPart(_ body: (RegisterPart) throws -> Void) throws {
    try read(
      """
      SELECT record.record, kind, code, is_deleted, revision, head
      FROM record CROSS JOIN change ON change.position = record.head ORDER BY record.record
      """
    ) { row in
      RegisterPart.Head(
        summary: RevisionSummary(
          record: try row.value(0), kind: KindNumber(try row.value(1)), code: try row.code(2),
          isDeleted: try row.value(3)),
        revision: try row.value(4), position: LogPosition(try row.value(5)))
    } _: {
      try body(.heads($0))
    }
    try read("SELECT record, field, targets FROM link ORDER BY record, field") { row in
      RegisterPart.Link(
        record: try row.value(0), field: FieldNumber(try row.value(1)), targets: try row.ids(2))
    } _: {
      try body(.links($0))
    }
    try read("SELECT record, key FROM unique_key ORDER BY record, key") { row in
      RegisterPart.Key(record: try row.value(0), key: try row.value(1))
    } _: {
      try body(.keys($0))
    }
  }

  private func forEachRosterPart(_ body: (RegisterPart) throws -> Void) throws {
    let roster = RosterTable(db: db)
    try body(.offices(try roster.offices()))
    try body(.replicas(try roster.replicas()))
    try body(.invitations(try roster.invitations().reversed()))
    let seen = try SightingTable(db: db).all().map { RegisterPart.Sighting(replica: $0, seen: $1) }
    try body(.sightings(seen.sorted { $0.replica.uuid < $1.replica.uuid }))
    try read("SELECT time, act, subject, actor, note FROM audit ORDER BY id", AuditEntry.init) {
      try body(.audit($0))
    }
  }
}

extension Columns {
  fileprivate func cursor(_ position: Int, _ prefix: Int) throws -> LiaisonSync.Cursor {
    LiaisonSync.Cursor(position: LogPosition(try value(position)), prefix: try value(prefix))
  }
}
