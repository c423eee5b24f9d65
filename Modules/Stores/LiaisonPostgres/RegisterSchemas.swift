internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// The register's schema, which another server may change: it is read anew if the log has another one.
final class RegisterSchemas: Sendable {
  let coding: any SchemaCoding
  /// By its place with its prefix: after a failover another schema may stand at the position of one that was lost.
  private let known = Mutex<(place: Cursor, filed: FiledSchema)?>(nil)

  init(_ coding: any SchemaCoding) { self.coding = coding }

  /// Reads where the register's schema stands.
  static let place = Statement(
    """
    SELECT position, prefix FROM schema_change
    WHERE position = (SELECT schema_position FROM register)
    """)

  /// - Parameter rows: what ``place`` answered.
  static func place(_ rows: Rows) throws -> Cursor {
    guard let row = rows.first else { throw missing }
    return Cursor(position: try row.position(0), prefix: try row.value(1))
  }

  /// The schema that has stood at this place since; nil if it has to be read.
  func known(at place: Cursor) -> FiledSchema? {
    known.withLock { $0?.place == place ? $0?.filed : nil }
  }

  func filed(at place: Cursor, _ connection: PostgresConnection) throws -> FiledSchema {
    if let filed = known(at: place) { return filed }
    return try read(connection.run(Self.statement(place)), at: place)
  }

  static func statement(_ place: Cursor) -> Statement {
    Statement(
      "SELECT bytes FROM schema_change WHERE position = $1 AND prefix = $2",
      .one(place.position.number), .one(place.prefix))
  }

  private static let missing = StoreError.damaged("the database holds no schema")

  /// - Parameter rows: what ``statement(_:)`` answered.
  func read(_ rows: Rows, at place: Cursor) throws -> FiledSchema {
    guard let bytes: [UInt8] = try rows.first?.value(0) else { throw Self.missing }
    let filed = try coding.file(schema: bytes)
    // A server is never older than its schema.
    guard !filed.schema.isOpaque else { throw StoreError.newer }
    known.withLock { $0 = (place, filed) }
    return filed
  }
}
