internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// The register's schema, which another server may change: it is read anew if the log has another one.
final class RegisterSchemas: Sendable {
  let coding: any SchemaCoding
  private let known = Mutex<LoggedSchema?>(nil)

  init(_ coding: any SchemaCoding) { self.coding = coding }

  /// The schema that has stood at this position since; nil if it has to be read.
  func known(at position: LogPosition) -> FiledSchema? {
    known.withLock { $0?.position == position ? $0?.filed : nil }
  }

  func filed(at position: LogPosition, _ connection: PostgresConnection) throws -> FiledSchema {
    if let filed = known(at: position) { return filed }
    return try read(connection.run(Self.statement(position)), at: position)
  }

  static func statement(_ position: LogPosition) -> Statement {
    Statement("SELECT bytes FROM schema_change WHERE position = $1", .one(position.number))
  }

  /// - Parameter rows: what ``statement(_:)`` answered.
  func read(_ rows: Rows, at position: LogPosition) throws -> FiledSchema {
    guard let bytes: [UInt8] = try rows.first?.value(0) else {
      throw StoreError.damaged("the database holds no schema")
    }
    let filed = try coding.file(schema: bytes)
    // A server is never older than its schema.
    guard !filed.schema.isOpaque else { throw StoreError.newer }
    known.withLock { $0 = LoggedSchema(position: position, filed: filed) }
    return filed
  }
}
