internal import Foundation
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
      bytes BLOB NOT NULL
    ) STRICT;
    CREATE INDEX history_record ON history (record, position);
    """

  let db: Database

  /// Latest first.
  func revisions(of record: RecordID) throws -> [EncodedRevision] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT h.revision, h.bytes FROM history h JOIN record r ON r.id = h.record
        WHERE r.record = ? ORDER BY h.position DESC
        """, arguments: [record.data]
    ).compactMap { try $0.revision(0, 1) }
  }

  /// Keeps a record's head before another takes its place.
  func insertHead(of id: Int64) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO history (record, position, revision, bytes)
        SELECT id, position, revision, bytes FROM record WHERE id = ? AND bytes IS NOT NULL
        """
    ).execute(arguments: [id])
  }

  /// Keeps an entry that came after a later one of its record.
  func insert(_ entry: Entry, of id: Int64) throws {
    try db.cachedStatement(
      sql: """
        INSERT INTO history (record, position, revision, bytes) SELECT ?1, ?2, ?3, ?4
        WHERE NOT EXISTS (SELECT 1 FROM history WHERE record = ?1 AND position = ?2)
        """
    ).execute(arguments: [
      id, entry.position.number, entry.revision.id.data, Data(entry.revision.bytes),
    ])
  }
}
