internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// Earlier heads that this replica has seen.
struct HistoryTable {
  static let layout = """
    CREATE TABLE history (
      id INTEGER PRIMARY KEY,
      record INTEGER NOT NULL REFERENCES record (id),
      position INTEGER NOT NULL CHECK (position > 0),
      revision BLOB NOT NULL CHECK (length(revision) = 32),
      bytes BLOB NOT NULL,
      edits BLOB CHECK (length(edits) >= 16)
    ) STRICT;
    CREATE INDEX history_record ON history (record, position);
    """

  let db: Database

  /// Latest first.
  func revisions(of record: RecordID) throws -> [EncodedRevision] {
    try PreparedStatement(
      db,
      """
      SELECT h.revision, h.bytes FROM history h JOIN record r ON r.id = h.record
      WHERE r.record = ? ORDER BY h.position DESC
      """
    ).bound(record).all { EncodedRevision(id: try $0.value(0), bytes: try $0.value(1)) }
  }

  /// Keeps a record's head before another takes its place.
  func insertHead(of id: Int64) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO history (record, position, revision, bytes, edits)
      SELECT id, position, revision, bytes, edits FROM record WHERE id = ? AND bytes IS NOT NULL
      """
    ).bound(id).run()
  }

  /// Keeps an entry that came after a later one of its record.
  func insert(_ entry: Entry, of id: Int64) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO history (record, position, revision, bytes, edits) SELECT ?1, ?2, ?3, ?4, ?5
      WHERE NOT EXISTS (SELECT 1 FROM history WHERE record = ?1 AND position = ?2)
      """
    ).bound(id, entry.position.number, entry.revision.id, entry.revision.bytes, entry.edits)
      .run()
  }
}
