public import LiaisonSync

extension PostgresChangeLog {
  /// - Throws: ``StoreError/missing(_:)`` if the register has none.
  public func standing() async throws -> Standing {
    let rows = try await read([Standing.readingHosts, Standing.reading])
    guard let row = rows[1].first else {
      throw StoreError.missing("the register has no authority")
    }
    return try Standing(row, hosts: rows[0])
  }

  public func add(hosts: [String]) async throws {
    guard !hosts.isEmpty else { return }
    try await write { _ = try $0.run(Standing.statement(hosts)) }
  }

  public func setPort(_ port: Int) async throws {
    try await write { connection in
      _ = try connection.run(Statement("UPDATE authority SET port = $1", .one(Int64(port))))
    }
  }
}

extension Standing {
  static let readingHosts = Statement("SELECT name FROM host ORDER BY id")
  static let reading = Statement("SELECT certificate, key, port FROM authority")

  /// A row of ``reading``, and those of ``readingHosts``.
  init(_ row: Row, hosts: Rows) throws {
    self.init(
      certificate: try row.value(0), key: try row.value(1),
      hosts: try hosts.map { try $0.value(0) },
      port: try row.number(2))
  }

  var statements: [Statement] {
    [
      Statement(
        "INSERT INTO authority (id, certificate, key, port) VALUES (1, $1, $2, $3)",
        .one(certificate), .one(key), .one(Int64(port))),
      Self.statement(hosts),
    ]
  }

  static func statement(_ hosts: [String]) -> Statement {
    Statement(
      """
      INSERT INTO host (name) SELECT name FROM unnest($1) WITH ORDINALITY AS new (name, number)
      ORDER BY number ON CONFLICT (name) DO NOTHING
      """, .all(hosts))
  }
}
