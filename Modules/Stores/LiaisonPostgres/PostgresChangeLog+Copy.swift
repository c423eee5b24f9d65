public import LiaisonModel
public import LiaisonSync

/// The whole register, which goes to another place or comes from one.
extension PostgresChangeLog {
  public func whole<Result: Sendable>(
    _ body: @escaping @Sendable (any RegisterReading) throws -> Result
  ) async throws -> Result {
    try await snapshot { try body(PostgresRegister(connection: $0)) }
  }

  /// One snapshot, for as long as it takes.
  func snapshot<Result: Sendable>(
    _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws -> Result {
    try await pool.use { connection in
      try connection.run([PostgresConnection.snapshot] + connection.maintaining())
      let result = try body(connection)
      try connection.run(Statement("COMMIT"))
      return result
    }
  }

  public func giveUp<Result: Sendable>(
    to place: String, isForced: Bool, noting entry: AuditEntry,
    _ body: @escaping @Sendable (any RegisterReading) throws -> Result
  ) async throws -> Result {
    try await pool.use { connection in
      // Whoever writes has a lock on it: nobody has begun before the snapshot, which is the next statement's, and
      // ends behind it.
      try connection.run([
        Statement("BEGIN ISOLATION LEVEL REPEATABLE READ"),
        Statement("LOCK TABLE register IN EXCLUSIVE MODE"),
      ])
      try connection.run(connection.maintaining())
      let row = try connection.run(Statement("SELECT moved_to FROM register")).first
      if !isForced, let other = try row?.optional(0) as String?, other != place {
        throw StoreError.moved(to: other)
      }
      try PostgresRoster(connection).note(entry)
      let result = try body(PostgresRegister(connection: connection))
      try connection.run(Statement("UPDATE register SET moved_to = $1", .one(place)))
      try connection.commit()
      return result
    }
  }

  public func forEachHead(
    at position: LogPosition, _ body: @escaping @Sendable (RevisionID) throws -> Void
  ) async throws {
    try await snapshot { connection in
      let query = Statement(
        """
        SELECT DISTINCT ON (record) revision FROM change WHERE position <= $1
        ORDER BY record, position DESC
        """, .one(position.number))
      try connection.forEachPart(of: query) { rows in
        try rows.forEach { try body(try $0.value(0)) }
      }
    }
  }

  /// Makes a register in a namespace that is empty or is made now, of what `body` puts there: as a whole, or
  /// nothing.
  /// - Throws: ``StoreError``: ``StoreError/exists(_:)`` if the namespace holds something already; what `body`
  ///   throws.
  public static func fill<Result: Sendable>(
    _ address: PostgresAddress, coding: any SchemaCoding,
    _ body: (any RegisterWriting) async throws -> Result
  ) async throws -> Result {
    try await PostgresFault.guarding {
      let draft = try await PostgresDraft.begin(address, coding)
      let result = try await body(draft)
      try await draft.keep()
      return result
    }
  }
}
