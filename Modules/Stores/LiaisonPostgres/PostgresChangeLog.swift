public import LiaisonModel
public import LiaisonSync

/// A server's change log in PostgreSQL, 15 or later. Any number of servers may use one at the same time.
///
/// Who appends locks the register's one row first: positions have no gaps and become visible in their order.
/// What was answered is as durable as the database makes a commit: also on its synchronous standby, if it
/// has one.
public final class PostgresChangeLog: ChangeLog {
  let pool: ConnectionPool
  let register: RegisterID
  let schemas: RegisterSchemas
  /// The chain of this register's log before its first entry.
  let start: LogChain
  let watch: HeadWatch
  private let commits: CommitQueue

  /// The oldest version of PostgreSQL that is supported, as it numbers them.
  private static let oldest = 150_000

  /// Makes a register: an empty log with its schema.
  /// - Throws: ``StoreError``: ``StoreError/exists(_:)`` if the namespace holds something already.
  public static func create(
    _ address: PostgresAddress, register: RegisterID, schema: Schema, coding: any SchemaCoding,
    standing: Standing? = nil
  ) async throws {
    let filed = try coding.encode(schema)
    let end = LogChain(of: register, coding).end
    try await ConnectionPool(address, most: 1).use { connection in
      try check(connection)
      try connection.run(Statement("BEGIN"))
      try Layout.make(connection, address)
      try connection.run([
        Statement(
          "INSERT INTO register (id, register, prefix) VALUES (1, $1, $2)", .one(register),
          .one(end.prefix)),
        Statement(
          "INSERT INTO schema_change (position, prefix, bytes) VALUES (0, $1, $2)",
          .one(end.prefix), .one(filed.bytes)),
      ])
      if let standing { try connection.run(standing.statements) }
      try connection.commit()
    }
  }

  /// Opens a register; brings one of an older layout to this version's.
  /// - Throws: ``StoreError`` if there is none, it is newer, the database cannot be reached, or it is to be
  ///   written to and has moved.
  public init(
    _ address: PostgresAddress, coding: any SchemaCoding, for access: RegisterAccess = .writing
  ) async throws {
    pool = ConnectionPool(address)
    let schemas = RegisterSchemas(coding)
    register = try await pool.use { connection in
      try Self.check(connection)
      try Layout.open(connection, address)
      let rows = try connection.run(
        Statement("SELECT register, schema_position, moved_to FROM register"))
      guard let row = rows.first else {
        throw StoreError.damaged("the database holds no register")
      }
      if access == .writing, let place = try row.optional(2) as String? {
        throw StoreError.moved(to: place)
      }
      _ = try schemas.filed(at: row.position(1), connection)
      return try row.value(0)
    }
    self.schemas = schemas
    start = LogChain(of: register, coding)
    watch = HeadWatch(address)
    commits = CommitQueue(pool, start, schemas, watch)
  }

  static func check(_ connection: PostgresConnection) throws {
    guard connection.version >= oldest else {
      throw StoreError.unfit("the database is older than PostgreSQL \(oldest / 10_000)")
    }
  }

  // MARK: Commits

  public func commit(
    _ question: CommitQuestion,
    decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict] {
    try await commits.commit(question, decide: decide)
  }

  public func transaction<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result {
    try await pool.use { [start, schemas, watch] connection in
      connection.patience = .maintenance
      let transaction = PostgresLogTransaction(connection, start, schemas)
      // Before the body runs, which may not be able to run again.
      try transaction.begin()
      let result = try body(transaction)
      if let head = try transaction.commit() { watch.committed(through: head) }
      return result
    }
  }

  public func setHealing(_ isHealing: Bool) async throws {
    try await write { connection in
      _ = try connection.run(Statement("UPDATE register SET is_healing = $1", .one(isHealing)))
    }
  }

  // MARK: Statements

  /// Runs statements on one snapshot, in one round trip.
  func read(_ statements: [Statement]) async throws -> [Rows] {
    try await pool.use { try $0.read(statements) }
  }

  /// - Parameter body: may run again if the connection is lost before it has done anything.
  func write<Result: Sendable>(
    _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws -> Result {
    try await pool.use { connection in
      try connection.run(Statement("BEGIN"))
      let result = try body(connection)
      try connection.commit()
      return result
    }
  }
}

extension PostgresConnection {
  static let snapshot = Statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

  /// Runs statements on one snapshot, in one round trip.
  func read(_ statements: [Statement]) throws -> [Rows] {
    // One alone has a snapshot of its own.
    if statements.count == 1 { return try run(statements) }
    let rows = try run([Self.snapshot] + statements + [Statement("COMMIT")])
    return Array(rows.dropFirst().dropLast())
  }
}
