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

  /// A row if the number that is kept is not that of the records.
  static let miscounted = """
    SELECT 1 FROM replica WHERE records != (
      SELECT count(*) FROM record WHERE is_deleted = 0 AND position IS NOT NULL)
    """

  let db: Database

  func insert(office: OfficeID, address: String) throws {
    try PreparedStatement(db, "INSERT INTO replica (id, office, address) VALUES (1, ?, ?)")
      .bound(office.text, address).run()
  }

  /// Whether it is this office's, nothing has come yet, and nobody has written anything.
  func isUntouched(of office: OfficeID) throws -> Bool {
    try PreparedStatement(
      db,
      """
      SELECT register IS NULL AND NOT EXISTS (SELECT 1 FROM record)
        AND NOT EXISTS (SELECT 1 FROM outbox) FROM replica WHERE office = ?
      """
    ).bound(office.text).first { try $0.value(0) } ?? false
  }

  /// Leaves a file that is nobody's replica.
  func remove() throws { try PreparedStatement(db, "DELETE FROM replica").run() }

  func identity(_ schemas: SchemaCache) throws -> ReplicaIdentity {
    let identity = try PreparedStatement(
      db, "SELECT office, address, register, lineage, position, schema, head FROM replica"
    ).first { row -> ReplicaIdentity? in
      guard let office = OfficeID(try row.value(0) as String) else { return nil }
      return ReplicaIdentity(
        office: office, address: try row.value(1), register: try row.value(2),
        cursor: try (row.value(3) as Int64?).map {
          Cursor(lineage: Lineage(UInt64(bitPattern: $0)), position: LogPosition(try row.value(4)))
        },
        head: try (row.value(6) as Int64?).map { LogPosition($0) },
        schema: try (row.value(5) as [UInt8]?).map { try schemas.decode($0) })
    }
    guard let identity else { throw StoreError.damaged("the database holds no replica") }
    return identity
  }

  func adopt(_ header: PullHeader, _ schemas: SchemaCache) throws {
    try PreparedStatement(
      db, "UPDATE replica SET register = ?, lineage = ?, position = 0 WHERE register IS NULL"
    ).bound(header.register, Int64(bitPattern: header.head.lineage.number)).run()
    // Most syncs find nothing new: they need not write.
    try PreparedStatement(db, "UPDATE replica SET head = ?1 WHERE head IS NOT ?1")
      .bound(header.head.position.number).run()
    guard let schema = header.schema else { return }
    try PreparedStatement(db, "UPDATE replica SET schema = ?").bound(schemas.encode(schema)).run()
  }

  /// - Parameter records: how many live records more there are now.
  func advance(to position: LogPosition, records: Int) throws {
    try PreparedStatement(
      db, "UPDATE replica SET position = max(position, ?), records = records + ?"
    ).bound(position.number, records).run()
  }

  /// How many live records the register has.
  func records() throws -> Int {
    try PreparedStatement(db, "SELECT records FROM replica").first { try $0.value(0) } ?? 0
  }

  func setAddress(_ address: String) throws {
    try PreparedStatement(db, "UPDATE replica SET address = ?").bound(address).run()
  }
}
