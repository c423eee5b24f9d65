internal import GRDB
internal import LiaisonModel

/// What the indexed records refer to, as this office sees them. Derived, and made with the texts that
/// ``SearchTable`` files: a clone stays fast.
struct LinkTable {
  static let layout = """
    CREATE TABLE link (
      target BLOB NOT NULL CHECK (length(target) = 16),
      record INTEGER NOT NULL,
      PRIMARY KEY (target, record)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX link_record ON link (record);
    -- What was indexed before there were links is indexed anew.
    UPDATE search_indexed SET record = 0;
    """

  let db: Database

  func replace(of id: Int64, with references: Set<RecordID>) throws {
    try remove(id)
    let insert = try db.cachedStatement(sql: "INSERT INTO link (target, record) VALUES (?, ?)")
    for target in references { try insert.execute(arguments: [target.data, id]) }
  }

  func remove(_ id: Int64) throws {
    try db.cachedStatement(sql: "DELETE FROM link WHERE record = ?").execute(arguments: [id])
  }
}
