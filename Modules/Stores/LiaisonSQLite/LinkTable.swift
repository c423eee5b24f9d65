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
    let insert = try PreparedStatement(db, "INSERT INTO link (target, record) VALUES (?, ?)")
    for target in references { try insert.bound(target, id).run() }
  }

  func remove(_ id: Int64) throws {
    try PreparedStatement(db, "DELETE FROM link WHERE record = ?").bound(id).run()
  }
}
