internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// The replica itself, one row: whose it is, of which register, and where it stands.
struct ReplicaTable {
  static let layout = """
    CREATE TABLE replica (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      office TEXT NOT NULL,
      -- Which of its office's replicas it is.
      number INTEGER NOT NULL DEFAULT 1 CHECK (number > 0),
      -- Whether it was let in by a certificate: then it never calls without one.
      is_enrolled INTEGER NOT NULL DEFAULT 0 CHECK (is_enrolled IN (0, 1)),
      address TEXT NOT NULL,
      -- Who writes, if nobody else is named.
      author TEXT,
      -- What its office may do, as the server said last.
      role TEXT,
      register BLOB CHECK (length(register) = 16),
      -- The cursor: up to where the log has been applied.
      position INTEGER CHECK (position >= 0),
      prefix BLOB CHECK (length(prefix) = 32),
      -- The last position that anything was applied of.
      last INTEGER NOT NULL DEFAULT 0 CHECK (last >= 0),
      -- Where the log ended when its last pull began.
      head INTEGER CHECK (head >= 0),
      head_prefix BLOB CHECK (length(head_prefix) = 32),
      -- How often it has gone back to an older place.
      turns INTEGER NOT NULL DEFAULT 0 CHECK (turns >= 0),
      schema BLOB,
      -- How many live records the register has: kept, not counted, so that `status` takes as long over
      -- a thousand records as over a million.
      records INTEGER NOT NULL DEFAULT 0 CHECK (records >= 0),
      CHECK ((position IS NULL) = (prefix IS NULL)),
      CHECK ((head IS NULL) = (head_prefix IS NULL)),
      CHECK (position IS NULL OR register IS NOT NULL)
    ) STRICT;
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
      db,
      """
      SELECT office, address, register, position, prefix, schema, head, last, head_prefix,
        turns, number, role, is_enrolled, author FROM replica
      """
    ).first { row -> ReplicaIdentity? in
      guard let office = OfficeID(try row.value(0) as String) else { return nil }
      return ReplicaIdentity(
        office: office, address: try row.value(1), register: try row.value(2),
        cursor: try (row.value(3) as Int64?).map {
          LiaisonSync.Cursor(position: LogPosition($0), prefix: try row.value(4))
        },
        last: LogPosition(try row.value(7)),
        head: try (row.value(6) as Int64?).map {
          LiaisonSync.Cursor(position: LogPosition($0), prefix: try row.value(8))
        },
        turns: try row.value(9), number: try row.value(10),
        role: try (row.value(11) as String?).flatMap(Role.init(rawValue:)),
        isEnrolled: try row.value(12), author: try row.value(13),
        schema: try (row.value(5) as [UInt8]?).map { try schemas.filed($0) })
    }
    guard let identity else { throw StoreError.damaged("the database holds no replica") }
    return identity
  }

  func adopt(_ header: PullHeader) throws {
    if let register = header.register {
      try PreparedStatement(db, "UPDATE replica SET register = ? WHERE register IS NULL")
        .bound(register).run()
    }
    // Most syncs find nothing new: they need not write.
    try PreparedStatement(
      db,
      """
      UPDATE replica SET head = ifnull(?1, position), head_prefix = ifnull(?2, prefix)
      WHERE head IS NOT ifnull(?1, position) OR head_prefix IS NOT ifnull(?2, prefix)
      """
    ).bound(header.head?.position.number, header.head?.prefix).run()
    if let role = header.role {
      try PreparedStatement(db, "UPDATE replica SET role = ?1 WHERE role IS NOT ?1")
        .bound(role.rawValue).run()
    }
    if let schema = header.schema { try adopt(schema) }
  }

  func adopt(_ schema: FiledSchema) throws {
    try PreparedStatement(db, "UPDATE replica SET schema = ?").bound(schema.bytes).run()
  }

  /// - Parameters:
  ///   - last: the last position that anything was applied of.
  ///   - records: how many live records more there are now.
  func advance(to cursor: LiaisonSync.Cursor, last: LogPosition, records: Int) throws {
    try PreparedStatement(
      db,
      """
      UPDATE replica SET records = records + ?3, last = max(last, ?4),
        prefix = iif(position >= ?1, prefix, ?2), position = iif(position >= ?1, position, ?1)
      """
    ).bound(cursor.position.number, cursor.prefix, records, last.number).run()
  }

  /// Goes back to a place, after the records have.
  func rewind(to cursor: LiaisonSync.Cursor) throws {
    try PreparedStatement(
      db,
      """
      UPDATE replica SET position = ?1, prefix = ?2, last = ?1, turns = turns + 1, records = (
        SELECT count(*) FROM record WHERE is_deleted = 0 AND position IS NOT NULL)
      """
    ).bound(cursor.position.number, cursor.prefix).run()
  }

  /// How many live records the register has.
  func records() throws -> Int {
    try PreparedStatement(db, "SELECT records FROM replica").first { try $0.value(0) } ?? 0
  }

  func setNumber(_ number: Int) throws {
    try PreparedStatement(db, "UPDATE replica SET number = ?, is_enrolled = 1").bound(number).run()
  }

  func setAddress(_ address: String) throws {
    try PreparedStatement(db, "UPDATE replica SET address = ?").bound(address).run()
  }

  func setAuthor(_ author: String?) throws {
    try PreparedStatement(db, "UPDATE replica SET author = ?").bound(author).run()
  }
}
