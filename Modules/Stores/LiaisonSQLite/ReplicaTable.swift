internal import Foundation
internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// The replica itself, one row: whose it is, of which register, and where it stands.
struct ReplicaTable {
  static let layout = """
    CREATE TABLE replica (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      office TEXT NOT NULL,
      address TEXT NOT NULL,
      register BLOB CHECK (length(register) = 16),
      lineage INTEGER,
      position INTEGER CHECK (position >= 0),
      -- The register's last change when its last pull began.
      head INTEGER CHECK (head >= 0),
      schema BLOB,
      CHECK ((register IS NULL) = (lineage IS NULL) AND (lineage IS NULL) = (position IS NULL))
    ) STRICT;
    """

  /// How many live records the register has is kept, not counted: `status` takes as long over a
  /// thousand records as over a million.
  static let counted = """
    ALTER TABLE replica ADD COLUMN records INTEGER NOT NULL DEFAULT 0 CHECK (records >= 0);
    UPDATE replica SET records = (
      SELECT count(*) FROM record WHERE is_deleted = 0 AND position IS NOT NULL);
    """

  let db: Database

  func insert(office: OfficeID, address: String) throws {
    try db.execute(
      sql: "INSERT INTO replica (id, office, address) VALUES (1, ?, ?)",
      arguments: [office.text, address])
  }

  func identity(_ schemas: SchemaCache) throws -> ReplicaIdentity {
    let statement = try db.cachedStatement(
      sql: "SELECT office, address, register, lineage, position, schema, head FROM replica")
    guard let row = try Row.fetchOne(statement),
      let office = OfficeID(try row.value(0) as String)
    else {
      throw StoreError.damaged("the database holds no replica")
    }
    let lineage: Int64? = try row.value(3)
    return ReplicaIdentity(
      office: office, address: try row.value(1), register: RegisterID(try row.bytes(2)),
      cursor: try lineage.map {
        Cursor(lineage: Lineage(UInt64(bitPattern: $0)), position: LogPosition(try row.value(4)))
      },
      head: try (row.value(6) as Int64?).map { LogPosition($0) },
      schema: row.hasNull(atIndex: 5) ? nil : try schemas.decode(row.bytes(5)))
  }

  func adopt(_ header: PullHeader, _ schemas: SchemaCache) throws {
    try db.execute(
      sql: "UPDATE replica SET register = ?, lineage = ?, position = 0 WHERE register IS NULL",
      arguments: [header.register.data, Int64(bitPattern: header.head.lineage.number)])
    // Most syncs find nothing new: they need not write.
    try db.execute(
      sql: "UPDATE replica SET head = ?1 WHERE head IS NOT ?1",
      arguments: [header.head.position.number])
    guard let schema = header.schema else { return }
    try db.execute(
      sql: "UPDATE replica SET schema = ?", arguments: [Data(try schemas.encode(schema))])
  }

  /// - Parameter records: how many live records more there are now.
  func advance(to position: LogPosition, records: Int) throws {
    try db.cachedStatement(
      sql: "UPDATE replica SET position = max(position, ?), records = records + ?"
    ).execute(arguments: [position.number, records])
  }

  /// How many live records the register has.
  func records() throws -> Int {
    try Int.fetchOne(db.cachedStatement(sql: "SELECT records FROM replica")) ?? 0
  }

  func setAddress(_ address: String) throws {
    try db.execute(sql: "UPDATE replica SET address = ?", arguments: [address])
  }
}
