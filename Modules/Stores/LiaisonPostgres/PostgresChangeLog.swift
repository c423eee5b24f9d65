public import LiaisonModel
public import LiaisonSync

/// A server's change log in PostgreSQL, 15 or later. Any number of servers may use one at the same time.
///
/// Who appends locks the register's one row first: positions have no gaps and become visible in their order.
/// What was answered is as durable as the database makes a commit: also on its synchronous standby, if it
/// has one.
public final class PostgresChangeLog: ChangeLog {
  let pool: ConnectionPool
  let known: KnownRegister
  let schemas: RegisterSchemas
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
      try Layout.current.make(connection, address)
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
  public convenience init(
    _ address: PostgresAddress, coding: any SchemaCoding, for access: RegisterAccess = .writing
  ) async throws {
    try await self.init(address, coding: coding, for: access, layout: .current)
  }

  /// - Parameter layout: what the register is brought to.
  init(
    _ address: PostgresAddress, coding: any SchemaCoding, for access: RegisterAccess = .writing,
    layout: Layout
  ) async throws {
    pool = ConnectionPool(address)
    let schemas = RegisterSchemas(coding)
    let register: RegisterID = try await pool.use { connection in
      try Self.check(connection)
      try layout.open(connection, address)
      let rows = try connection.read([
        Statement("SELECT register, moved_to FROM register"), RegisterSchemas.place,
      ])
      guard let row = rows[0].first else { throw KnownRegister.noRegister }
      if access == .writing { try KnownRegister.checkIsHere(row, 1) }
      _ = try schemas.filed(at: RegisterSchemas.place(rows[1]), connection)
      return try row.value(0)
    }
    self.schemas = schemas
    known = KnownRegister(
      register: register, start: LogChain(of: register, coding), layout: layout,
      namespace: address.namespace)
    watch = HeadWatch(address)
    commits = CommitQueue(pool, known, schemas, watch)
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
    try await pool.use { [known, schemas, watch] connection in
      let transaction = PostgresLogTransaction(connection, known, schemas)
      // Before the body runs, which may not be able to run again.
      try connection.retrying { try transaction.begin() }
      try connection.run(connection.maintaining())
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
    try await pool.use { connection in
      try connection.retrying { try connection.read(statements) }
    }
  }

  /// - Parameter body: may run again if the connection is lost before it has done anything, or if it met another
  ///   transaction.
  func write<Result: Sendable>(
    _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws -> Result {
    try await pool.use { [known] connection in
      try connection.retrying {
        let rows = try connection.run(known.opening + KnownRegister.held)
        try known.check(rows.last?.first)
        if let row = rows.last?.first { try KnownRegister.checkIsHere(row, 2) }
        let result = try body(connection)
        try connection.commit()
        return result
      }
    }
  }
}
