internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// What persons did here, each with the row of the outbox as it was before.
struct UndoTable {
  /// An outbox's columns have the same names here: they are read alike.
  static let layout = """
    CREATE TABLE undo (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL CHECK (length(record) = 16),
      kind INTEGER NOT NULL CHECK (kind > 0),
      shown_code TEXT NOT NULL,
      action TEXT NOT NULL,
      time INTEGER NOT NULL,
      after BLOB CHECK (length(after) = 16),
      edit BLOB, state INTEGER, theirs BLOB, reason TEXT, position INTEGER, base_revision BLOB,
      revision BLOB, is_merge INTEGER, absorbed BLOB, ancestors BLOB, code TEXT,
      is_deletion INTEGER, next_edit BLOB, next_revision BLOB, next_code TEXT,
      next_is_deletion INTEGER, base_bytes BLOB, bytes BLOB, next_bytes BLOB
    ) STRICT;
    """

  private static let outboxColumns = """
    edit, state, theirs, reason, position, base_revision, revision, is_merge, absorbed, ancestors,
    code, is_deletion, next_edit, next_revision, next_code, next_is_deletion, base_bytes, bytes,
    next_bytes
    """

  let db: Database

  func steps() throws -> [RememberedStep] {
    try PreparedStatement(
      db,
      """
      SELECT o.id, o.record, o.kind, o.shown_code, o.action, o.time, o.after,
        \(OutboxEntry.columns)
      FROM undo o ORDER BY o.id DESC
      """
    ).all { row in
      guard let action = UndoStep.Action(rawValue: try row.value(4)) else {
        throw StoreError.damaged("the database holds a step that is none")
      }
      let step = UndoStep(
        record: try row.value(1), kind: KindNumber(try row.value(2)), code: try row.code(3),
        action: action, time: Timestamp(milliseconds: try row.value(5)), after: try row.value(6))
      return RememberedStep(
        number: try row.value(0), step: step,
        before: try OutboxEntry(row, from: 7, of: step.record, step.kind))
    }
  }

  func insert(_ step: UndoStep) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO undo (record, kind, shown_code, action, time, after, \(Self.outboxColumns))
      SELECT ?1, ?2, ?3, ?4, ?5, ?6, \(Self.outboxColumns)
      FROM (SELECT 1) LEFT JOIN outbox ON outbox.record = (
        SELECT record.id FROM record WHERE record.record = ?1)
      """
    ).bound(
      step.record, step.kind.number, step.code.text, step.action.rawValue,
      step.time.milliseconds, step.after
    ).run()
    try PreparedStatement(db, "DELETE FROM undo WHERE id <= (SELECT max(id) FROM undo) - ?")
      .bound(Tuning.undoSteps).run()
  }

  func remove(_ number: Int64) throws {
    try PreparedStatement(db, "DELETE FROM undo WHERE id = ?").bound(number).run()
  }
}
