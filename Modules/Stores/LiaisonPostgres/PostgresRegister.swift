internal import LiaisonModel
internal import LiaisonSync

/// A whole register, read inside one transaction.
struct PostgresRegister: RegisterReading {
  let connection: PostgresConnection

  func forEachPart(_ body: @Sendable (RegisterPart) throws -> Void) throws {
    try body(.register(try register()))
    try forEachLogPart(body)
    try forEachProvenancePart(body)
    try forEachDerivedPart(body)
    try forEachRosterPart(body)
  }

  private func register() throws -> RegisterPart.Register {
    let rows = try connection.run([
      Statement(
        """
        SELECT register, head, register.prefix, is_healing, roster, bytes, schema_position
        FROM register JOIN schema_change ON position = schema_position
        """),
      Standing.reading, Standing.readingHosts,
    ])
    guard let row = rows[0].first else {
      throw KnownRegister.noRegister
    }
    return RegisterPart.Register(
      id: try row.value(0), head: try row.cursor(1, 2), isHealing: try row.value(3),
      generation: try row.number(4), schema: try row.value(5), schemaPosition: try row.position(6),
      standing: try rows[1].first.map { try Standing($0, hosts: rows[2]) })
  }

  /// Short rows.
  private func read<Value>(
    _ query: String, _ value: (Row) throws -> Value, _ body: ([Value]) throws -> Void
  ) throws {
    try connection.forEachPart(of: Statement(query)) { try body($0.map(value)) }
  }

  /// Long rows.
  /// - Parameters:
  ///   - names: answers the name of each row, and how many bytes the row holds.
  ///   - query: answers the rows of some names, in the same order.
  private func read<Name: PostgresValue, Value>(
    _ names: String, by _: Name.Type, _ query: String, _ value: (Row) throws -> Value,
    _ body: ([Value]) throws -> Void
  ) throws {
    try connection.forEachPart(named: Statement(names)) { (names: [Name]) in
      try body(connection.run(Statement(query, .all(names))).map(value))
    }
  }

  private func forEachLogPart(_ body: (RegisterPart) throws -> Void) throws {
    try read(
      """
      SELECT position, length(bytes)::bigint FROM schema_change WHERE position > 0
      ORDER BY position
      """, by: Int64.self,
      """
      SELECT position, prefix, bytes FROM schema_change WHERE position = ANY ($1)
      ORDER BY position
      """
    ) { row in
      RegisterPart.Schema(cursor: try row.cursor(0, 1), bytes: try row.value(2))
    } _: {
      try body(.schemas($0))
    }
    try read(
      "SELECT position, length(bytes)::bigint FROM change ORDER BY position", by: Int64.self,
      """
      SELECT position, prefix, before, record, revision, bytes, edit, handed_back_by
      FROM change WHERE position = ANY ($1) ORDER BY position
      """
    ) { row in
      RegisterPart.Entry(
        cursor: try row.cursor(0, 1),
        before: try (row.optional(2) as Int64?).map(LogPosition.init), record: try row.value(3),
        revision: try row.revision(4, 5), edit: try row.optional(6),
        handedBackBy: row.hasNull(7) ? nil : try row.office(7))
    } _: {
      try body(.entries($0))
    }
  }

  /// What came with the entries.
  private func forEachProvenancePart(_ body: (RegisterPart) throws -> Void) throws {
    try read("SELECT edit, position FROM absorbed ORDER BY edit") { row in
      RegisterPart.Absorbed(edit: try row.value(0), position: try row.position(1))
    } _: {
      try body(.absorbed($0))
    }
    try read(
      "SELECT revision, length(bytes)::bigint FROM ancestor ORDER BY revision",
      by: RevisionID.self,
      """
      SELECT record, revision, bytes, position FROM ancestor
      WHERE revision = ANY ($1) ORDER BY revision
      """
    ) { row in
      RegisterPart.Ancestor(
        record: try row.value(0), revision: try row.revision(1, 2), position: try row.position(3))
    } _: {
      try body(.ancestors($0))
    }
    try read("SELECT record, revision, position FROM wanted ORDER BY record, revision") { row in
      RegisterPart.Wanted(
        record: try row.value(0), revision: try row.value(1), position: try row.position(2))
    } _: {
      try body(.wanted($0))
    }
  }

  private func forEachDerivedPart(_ body: (RegisterPart) throws -> Void) throws {
    try read(
      """
      SELECT record.record, kind, code, is_deleted, revision, head
      FROM record JOIN change ON change.position = record.head ORDER BY record.record
      """
    ) { row in
      RegisterPart.Head(
        summary: RevisionSummary(
          record: try row.value(0), kind: try row.kind(1), code: try row.code(2),
          isDeleted: try row.value(3)),
        revision: try row.value(4), position: try row.position(5))
    } _: {
      try body(.heads($0))
    }
    try read(
      // A target has the bytes of its id, and of the length before it.
      "SELECT record, count(*) * 20 FROM link GROUP BY record ORDER BY record",
      by: RecordID.self,
      """
      SELECT record, field, array_agg(target ORDER BY target) FROM link
      WHERE record = ANY ($1) GROUP BY record, field ORDER BY record, field
      """
    ) { row in
      RegisterPart.Link(
        record: try row.value(0), field: try row.field(1), targets: try row.all(2))
    } _: {
      try body(.links($0))
    }
    try read(
      "SELECT hash, length(key)::bigint FROM unique_key ORDER BY record, key", by: [UInt8].self,
      "SELECT record, key FROM unique_key WHERE hash = ANY ($1) ORDER BY record, key"
    ) { row in
      RegisterPart.Key(record: try row.value(0), key: try row.value(1))
    } _: {
      try body(.keys($0))
    }
  }

  private func forEachRosterPart(_ body: (RegisterPart) throws -> Void) throws {
    let rows = try connection.run([
      Statement(PostgresRoster.offices),
      Statement(PostgresRoster.replicas + " ORDER BY office, number"),
      Statement(PostgresRoster.invitations + " ORDER BY id"),
      Statement(ReplicaSighting.reading + " ORDER BY replica"),
    ])
    try body(.offices(try rows[0].map { try Office($0) }))
    try body(.replicas(try rows[1].map { try EnrolledReplica($0) }))
    try body(.invitations(try rows[2].map { try IssuedInvitation($0) }))
    try body(
      .sightings(
        try rows[3].map {
          RegisterPart.Sighting(replica: try $0.value(0), seen: try ReplicaSighting($0))
        }))
    try read("SELECT time, act, subject, actor, note FROM audit ORDER BY id") {
      try AuditEntry($0)
    } _: {
      try body(.audit($0))
    }
  }
}

extension Row {
  fileprivate func cursor(_ position: Int, _ prefix: Int) throws -> Cursor {
    Cursor(position: try self.position(position), prefix: try value(prefix))
  }
}
