internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// What persons wrote and stands behind a second parent: it is no head, and may never be one.
struct AncestorTable {
  static let layout = """
    CREATE TABLE ancestor (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL CHECK (length(record) = 16),
      revision BLOB NOT NULL UNIQUE CHECK (length(revision) = 32),
      bytes BLOB NOT NULL
    ) STRICT;
    CREATE INDEX ancestor_record ON ancestor (record);
    """

  let db: Database

  func insert(_ revision: EncodedRevision, of record: RecordID) throws {
    try PreparedStatement(
      db, "INSERT OR IGNORE INTO ancestor (record, revision, bytes) VALUES (?, ?, ?)"
    ).bound(record, revision.id, revision.bytes).run()
  }

  /// Latest first.
  func revisions(of record: RecordID) throws -> [EncodedRevision] {
    try PreparedStatement(
      db, "SELECT revision, bytes FROM ancestor WHERE record = ? ORDER BY id DESC"
    ).bound(record).all { EncodedRevision(id: try $0.value(0), bytes: try $0.value(1)) }
  }

  /// A revision of this name, among all that the replica has of a record.
  func revision(_ name: RevisionID, of record: RecordID) throws -> EncodedRevision? {
    try PreparedStatement(
      db,
      """
      SELECT revision, bytes FROM record WHERE record = ?1 AND revision = ?2
      UNION ALL SELECT h.revision, h.bytes FROM history h JOIN record r ON r.id = h.record
      WHERE r.record = ?1 AND h.revision = ?2
      UNION ALL SELECT revision, bytes FROM ancestor WHERE revision = ?2 AND record = ?1
      """
    ).bound(record, name).first { try $0.revision(0, 1) }
  }
}
