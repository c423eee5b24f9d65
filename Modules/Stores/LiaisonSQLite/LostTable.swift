internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// What the server has lost, and the older places of the log from which that is seen.
struct LostTable {
  static let layout = """
    CREATE TABLE waypoint (
      position INTEGER PRIMARY KEY CHECK (position >= 0),
      prefix BLOB NOT NULL CHECK (length(prefix) = 32)
    ) STRICT;

    CREATE TABLE lost (
      id INTEGER PRIMARY KEY,
      -- How often the replica has gone back: what was lost later stood before it.
      turn INTEGER NOT NULL,
      record BLOB NOT NULL CHECK (length(record) = 16),
      revision BLOB NOT NULL UNIQUE CHECK (length(revision) = 32),
      -- What the record was at the last place that both logs share.
      shared BLOB CHECK (length(shared) = 32),
      bytes BLOB NOT NULL,
      edits BLOB CHECK (length(edits) >= 16)
    ) STRICT;
    CREATE INDEX lost_record ON lost (record);
    """

  let db: Database

  func waypoints() throws -> [LiaisonSync.Cursor] {
    try PreparedStatement(db, "SELECT position, prefix FROM waypoint ORDER BY position").all {
      LiaisonSync.Cursor(position: LogPosition(try $0.value(0)), prefix: try $0.value(1))
    }
  }

  func setWaypoints(_ places: [LiaisonSync.Cursor]) throws {
    try PreparedStatement(db, "DELETE FROM waypoint").run()
    for place in places {
      try PreparedStatement(db, "INSERT INTO waypoint (position, prefix) VALUES (?, ?)")
        .bound(place.position.number, place.prefix).run()
    }
  }

  func lost() throws -> [LostRevision] {
    try PreparedStatement(
      db, "SELECT record, revision, bytes, shared, edits FROM lost ORDER BY turn DESC, id"
    ).all {
      LostRevision(
        record: try $0.value(0),
        revision: EncodedRevision(id: try $0.value(1), bytes: try $0.value(2)),
        shared: try $0.value(3), edits: try $0.value(4))
    }
  }

  /// Keeps all that came behind a position.
  func insertRevisions(after position: LogPosition) throws {
    try PreparedStatement(
      db,
      """
      INSERT OR IGNORE INTO lost (turn, record, revision, shared, bytes, edits)
      SELECT (SELECT ifnull(max(turn), 0) + 1 FROM lost), record, revision, (
          SELECT revision FROM history
          WHERE history.record = row AND history.position <= ?1
          ORDER BY history.position DESC LIMIT 1), bytes, edits
      FROM (
        SELECT record, id AS row, position, revision, bytes, edits FROM record WHERE position > ?1
        UNION ALL
        SELECT r.record, r.id, h.position, h.revision, h.bytes, h.edits
        FROM history h JOIN record r ON r.id = h.record WHERE h.position > ?1
        ORDER BY position)
      """
    ).bound(position.number).run()
    // What was shared before may be lost as well by now.
    try PreparedStatement(
      db,
      """
      UPDATE lost SET shared = (SELECT other.shared FROM lost other WHERE other.revision = lost.shared)
      WHERE shared IN (SELECT revision FROM lost)
      """
    ).run()
  }

  func forget(_ revisions: [RevisionID]) throws {
    for revision in revisions {
      try PreparedStatement(db, "DELETE FROM lost WHERE revision = ?").bound(revision).run()
    }
  }
}
