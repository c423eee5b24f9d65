internal import LiaisonSync

/// Making and opening.
extension Layout {
  /// Makes the tables in a namespace that is empty or is made now. In a transaction of the caller's.
  /// - Throws: ``StoreError/exists(_:)`` if there is something in it already.
  static func make(_ connection: PostgresConnection, _ address: PostgresAddress) throws {
    try lock(connection, address)
    let held = try connection.run(
      Statement(
        "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace($1)",
        .one(address.namespace)))
    guard try held.first?.value(0) == Int64(0) else {
      throw StoreError.exists("\(address) holds something already")
    }
    try connection.run(Statement("CREATE SCHEMA IF NOT EXISTS \(address.namespace)"))
    try connection.run(
      Statement("CREATE TABLE layout (version bigint NOT NULL CHECK (version > 0))"))
    try migrate(connection, from: 0)
  }

  /// Brings an older layout to this version's; at once if it has it already.
  /// - Throws: ``StoreError``: ``StoreError/missing(_:)`` if there is no register,
  ///   ``StoreError/newer``.
  static func open(_ connection: PostgresConnection, _ address: PostgresAddress) throws {
    guard try version(connection, address) < migrations.count else { return }
    try connection.run(Statement("BEGIN"))
    try lock(connection, address)
    // Another server may have done it meanwhile.
    try migrate(connection, from: try version(connection, address))
    try connection.commit()
  }

  private static func version(
    _ connection: PostgresConnection, _ address: PostgresAddress
  ) throws -> Int {
    let found = try connection.run(
      Statement("SELECT to_regclass($1) IS NOT NULL", .one("\(address.namespace).layout")))
    guard try found.first?.value(0) == true else {
      throw StoreError.missing("there is no register in \(address)")
    }
    let version =
      try connection.run(Statement("SELECT max(version) FROM layout")).first?
      .optional(0) as Int64?
    guard let version else {
      throw StoreError.damaged("the database does not say which layout it has")
    }
    guard version <= migrations.count else { throw StoreError.newer }
    return Int(version)
  }

  /// One process at a time changes the layout of a namespace.
  private static func lock(_ connection: PostgresConnection, _ address: PostgresAddress) throws {
    try connection.run(
      Statement(
        "SELECT pg_advisory_xact_lock(hashtext('liaison'), hashtext($1))",
        .one(address.namespace)))
  }

  private static func migrate(_ connection: PostgresConnection, from version: Int) throws {
    for migration in migrations[version...] {
      for statement in statements(of: migration) { try connection.run(Statement(statement)) }
    }
    try connection.run(
      Statement("INSERT INTO layout VALUES ($1)", .one(Int64(migrations.count))))
  }

  /// PostgreSQL prepares one statement at a time.
  private static func statements(of migration: String) -> [String] {
    migration.split(separator: ";\n").map(String.init)
      .filter { !$0.allSatisfy(\.isWhitespace) }
  }
}
