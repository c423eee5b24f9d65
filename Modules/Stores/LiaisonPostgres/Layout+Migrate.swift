internal import LiaisonSync

/// Making and opening.
extension Layout {
  /// Makes the tables in a namespace that is empty or is made now. In a transaction of the caller's.
  /// - Throws: ``StoreError/exists(_:)`` if there is something in it already.
  func make(_ connection: PostgresConnection, _ address: PostgresAddress) throws {
    try connection.run(Self.lock(address.namespace, isAlone: true))
    let held = try connection.run(
      Statement(
        "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace($1)",
        .one(address.quotedNamespace)))
    guard try held.first?.value(0) == Int64(0) else {
      throw StoreError.exists("\(address) holds something already")
    }
    try connection.run(Statement("CREATE SCHEMA IF NOT EXISTS \(address.quotedNamespace)"))
    try connection.run(
      Statement("CREATE TABLE layout (version bigint NOT NULL CHECK (version > 0))"))
    try migrate(connection, from: 0)
  }

  /// Brings an older layout to this version's; at once if it has it already.
  /// - Throws: ``StoreError``: ``StoreError/missing(_:)`` if there is no register,
  ///   ``StoreError/newer``.
  func open(_ connection: PostgresConnection, _ address: PostgresAddress) throws {
    guard try found(connection, address) < version else { return }
    try connection.run([Statement("BEGIN")] + connection.maintaining())
    try connection.run(Self.lock(address.namespace, isAlone: true))
    // Another server may have done it meanwhile.
    let found = try found(connection, address)
    if found < version { try migrate(connection, from: found) }
    try connection.commit()
    connection.patience = .call
  }

  /// - Returns: the version that the tables have.
  private func found(
    _ connection: PostgresConnection, _ address: PostgresAddress
  ) throws -> Int {
    let table = try connection.run(
      Statement(
        "SELECT to_regclass($1 || '.layout') IS NOT NULL AND to_regclass($1 || '.register') IS NOT NULL",
        .one(address.quotedNamespace)))
    guard try table.first?.value(0) == true else {
      throw StoreError.missing("there is no register in \(address)")
    }
    let found =
      try connection.run(Statement("SELECT max(version) FROM layout")).first?
      .optional(0) as Int64?
    guard let found, found > 0 else {
      throw StoreError.damaged("the database does not say which layout it has")
    }
    guard found <= version else { throw StoreError.newer }
    return Int(found)
  }

  /// Who writes into a namespace keeps its layout as it is; who changes it is alone.
  static func lock(_ namespace: String, isAlone: Bool) -> Statement {
    Statement(
      """
      SELECT pg_advisory_xact_lock\(isAlone ? "" : "_shared")(hashtext('liaison'), hashtext($1))
      """, .one(namespace))
  }

  private func migrate(_ connection: PostgresConnection, from old: Int) throws {
    for migration in migrations[old...] {
      for statement in Self.statements(of: migration) { try connection.run(Statement(statement)) }
    }
    try connection.run(
      Statement("INSERT INTO layout VALUES ($1)", .one(Int64(version))))
  }

  /// PostgreSQL prepares one statement at a time.
  private static func statements(of migration: String) -> [String] {
    migration.split(separator: ";\n").map(String.init)
      .filter { !$0.allSatisfy(\.isWhitespace) }
  }
}
