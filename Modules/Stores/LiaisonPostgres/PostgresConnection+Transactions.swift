internal import LiaisonSync

extension PostgresConnection {
  static let snapshot = Statement("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

  /// Runs statements on one snapshot, in one round trip.
  func read(_ statements: [Statement]) throws -> [Rows] {
    // One alone has a snapshot of its own.
    if statements.count == 1 { return try run(statements) }
    let rows = try run([Self.snapshot] + statements + [Statement("COMMIT")])
    return Array(rows.dropFirst().dropLast())
  }

  /// Runs a transaction, and at once again if it met another one: a few times.
  func retrying<Result>(_ body: () throws -> Result) throws -> Result {
    for _ in 1..<Tuning.storeTries {
      do {
        return try body()
      } catch let fault as PostgresFault where fault.isPassing {
        guard recover() else { throw fault }
      }
    }
    return try body()
  }

  /// What a transaction that reads or writes a whole register begins with: from then on each wait may take
  /// longer than a caller of the server waits.
  func maintaining() -> [Statement] {
    patience = .maintenance
    return [
      Statement(
        "SELECT set_config(name, $1, true) FROM unnest($2) AS setting (name)",
        .one("\(Tuning.maintenanceSeconds)s"),
        .all(["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]))
    ]
  }
}
