public import LiaisonModel
public import LiaisonSync

/// The whole log, which is verified and copied: in parts, so that it takes the same memory however long it is.
extension PostgresChangeLog {
  public func schemas() async throws -> [LoggedSchema] {
    let rows = try await read([
      Statement("SELECT position, bytes FROM schema_change WHERE position > 0 ORDER BY position")
    ])
    return try rows[0].map {
      LoggedSchema(
        position: try $0.position(0), filed: try schemas.coding.file(schema: $0.value(1)))
    }
  }

  public func forEachEntry(
    _ body: @escaping @Sendable (RevisionID, Cursor) throws -> Void
  ) async throws {
    try await snapshot { [schemas] connection in
      let query = Statement(
        """
        SELECT position, prefix, revision, NULL::bytea FROM change
        UNION ALL SELECT position, prefix, NULL, bytes FROM schema_change WHERE position > 0
        ORDER BY position
        """)
      try connection.forEachPart(of: query) { rows in
        try rows.forEach { row in
          let name: RevisionID =
            try row.hasNull(2)
            ? schemas.coding.id(of: row.value(3) as [UInt8]) : row.value(2)
          try body(name, Cursor(position: try row.position(0), prefix: try row.value(1)))
        }
      }
    }
  }

  public func forEachRevision(
    _ body: @escaping @Sendable (KeptRevision) throws -> Void
  ) async throws {
    try await snapshot { connection in
      // Sorted without their bytes, which would go through a file.
      let names = Statement(
        "SELECT position, length(bytes)::bigint FROM change ORDER BY record, position")
      try connection.forEachPart(named: names) { (positions: [Int64]) in
        let kept = try connection.run([Self.kept(positions), Self.links(positions)])
        guard kept[0].count == positions.count else {
          throw StoreError.damaged("the log has lost an entry")
        }
        var links: [LogPosition: Links] = [:]
        try kept[1].forEach { row in
          links[try row.position(0), default: Links()][try row.field(1)] = try row.all(2)
        }
        try kept[0].forEach { row in
          try body(try Self.kept(row, links[try row.position(1)] ?? Links()))
        }
      }
    }
  }

  private static func kept(_ positions: [Int64]) -> Statement {
    Statement(
      """
      SELECT change.record, change.position, change.revision, change.bytes,
        record.kind, record.code, record.is_deleted
      FROM change LEFT JOIN record ON record.head = change.position
      WHERE change.position = ANY ($1) ORDER BY change.record, change.position
      """, .all(positions))
  }

  /// What heads at some positions refer to.
  private static func links(_ positions: [Int64]) -> Statement {
    Statement(
      """
      SELECT record.head, link.field, array_agg(link.target ORDER BY link.target)
      FROM record JOIN link ON link.record = record.record WHERE record.head = ANY ($1)
      GROUP BY record.head, link.field
      """, .all(positions))
  }

  private static func kept(_ row: Row, _ links: Links) throws -> KeptRevision {
    let record: RecordID = try row.value(0)
    let filed =
      row.hasNull(4)
      ? nil
      : RevisionSummary(
        record: record, kind: try row.kind(4), code: try row.code(5), isDeleted: try row.value(6))
    return KeptRevision(
      position: try row.position(1), record: record, encoded: try row.revision(2, 3), filed: filed,
      links: links)
  }

  public func checkIntegrity() async throws {
    try await snapshot { connection in
      for (what, query) in Self.checks {
        let found = try connection.run(Statement("SELECT EXISTS (\(query))"))
        if try found.first?.value(0) == true {
          throw StoreError.damaged("\(what) is not what the log says")
        }
      }
    }
  }

  private static let checks = [
    (
      "the end of the log",
      """
      SELECT 1 FROM register WHERE head !=
        (SELECT count(*) FROM change) + (SELECT count(*) FROM schema_change WHERE position > 0)
        OR prefix IS DISTINCT FROM coalesce(
          (SELECT prefix FROM change WHERE position = head),
          (SELECT prefix FROM schema_change WHERE position = head))
      """
    ),
    (
      "the table of records",
      """
      SELECT 1 FROM record JOIN change ON change.position = record.head
      WHERE change.record != record.record
      """
    ),
    (
      "the register's schema",
      """
      SELECT 1 FROM register
      WHERE schema_position != (SELECT max(position) FROM schema_change)
      """
    ),
    (
      "the table of links",
      "SELECT 1 FROM link WHERE NOT EXISTS (SELECT 1 FROM record WHERE record.record = link.record)"
    ),
  ]
}

extension PostgresConnection {
  /// Hands over the names of long rows part by part, inside a transaction: each time of so many rows as may be
  /// read at once.
  /// - Parameter query: answers names, and how many bytes the row of each holds. PostgreSQL knows these without
  ///   reading them.
  func forEachPart<Name: PostgresValue>(
    named query: Statement, _ body: ([Name]) throws -> Void
  ) throws {
    try forEachPart(of: query) { rows in
      var (names, bytes): ([Name], Int) = ([], 0)
      try rows.forEach { row in
        names.append(try row.value(0))
        bytes += try row.number(1)
        guard RegisterPart.isFull(rows: names.count, bytes: bytes) else { return }
        try body(names)
        (names, bytes) = ([], 0)
      }
      if !names.isEmpty { try body(names) }
    }
  }

  /// Hands over what a query answers part by part, inside a transaction. Its rows are short.
  func forEachPart(of query: Statement, _ body: (Rows) throws -> Void) throws {
    try run(Statement("DECLARE whole NO SCROLL CURSOR FOR " + query.text, query.parameters))
    while true {
      let rows = try run(Statement("FETCH \(RegisterPart.rows) FROM whole"))
      guard rows.count > 0 else { break }
      try body(rows)
    }
    try run(Statement("CLOSE whole"))
  }
}
