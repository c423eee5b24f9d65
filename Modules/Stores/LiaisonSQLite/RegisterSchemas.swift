internal import GRDB
internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// The register's schema, which another process may change: it is read anew if the log has another one.
final class RegisterSchemas: Sendable {
  private let coding: any SchemaCoding
  private let known = Mutex<LoggedSchema?>(nil)

  init(_ coding: any SchemaCoding) { self.coding = coding }

  func current(_ db: Database) throws -> FiledSchema {
    let position = try PreparedStatement(db, "SELECT schema_position FROM register")
      .first { LogPosition(try $0.value(0)) }
    if let known = known.withLock({ $0 }), known.position == position { return known.filed }
    let bytes: [UInt8]? = try PreparedStatement(db, "SELECT schema FROM register")
      .first { try $0.value(0) }
    guard let position, let bytes else {
      throw StoreError.damaged("the database holds no register")
    }
    let filed = try coding.file(schema: bytes)
    // A server is never older than its schema.
    guard !filed.schema.isOpaque else { throw StoreError.newer }
    known.withLock { $0 = LoggedSchema(position: position, filed: filed) }
    return filed
  }

  /// The last schema of the log behind a place and up to another.
  func last(
    after position: LogPosition, through last: LogPosition, _ db: Database
  ) throws -> FiledSchema? {
    try PreparedStatement(
      db,
      """
      SELECT bytes FROM schema_change WHERE position > ? AND position <= ?
      ORDER BY position DESC LIMIT 1
      """
    ).bound(position.number, last.number).first { try coding.file(schema: $0.value(0)) }
  }

  /// All schemas of the log, oldest first.
  func all(_ db: Database) throws -> [LoggedSchema] {
    try PreparedStatement(db, "SELECT position, bytes FROM schema_change ORDER BY position").all {
      LoggedSchema(
        position: LogPosition(try $0.value(0)), filed: try coding.file(schema: $0.value(1)))
    }
  }

  /// Makes this the register's at a place of the log.
  func set(_ filed: FiledSchema, at cursor: LiaisonSync.Cursor, _ db: Database) throws {
    try PreparedStatement(
      db, "INSERT INTO schema_change (position, prefix, bytes) VALUES (?, ?, ?)"
    ).bound(cursor.position.number, cursor.prefix, filed.bytes).run()
    try PreparedStatement(db, "UPDATE register SET schema = ?, schema_position = ?")
      .bound(filed.bytes, cursor.position.number).run()
  }
}
