internal import LiaisonModel
internal import LiaisonSync

// A replica goes back to an older place of the log.
extension RecordTable {
  /// Makes each record what it was at a position.
  /// - Returns: the rows of records that the register did not have there, and nobody edits.
  func rewind(
    to position: LogPosition, summary: ([UInt8]) throws -> RevisionSummary
  ) throws -> [Int64] {
    let rows: [Int64] = try PreparedStatement(db, "SELECT id FROM record WHERE position > ?")
      .bound(position.number).all { try $0.value(0) }
    try PreparedStatement(db, "DELETE FROM history WHERE position > ?").bound(position.number).run()
    return try rows.filter { row in
      try markChanged(row)
      guard try !takeLast(row, summary) else { return false }
      return try !leaveToEdit(row)
    }
  }

  /// Makes the last revision of the history the head.
  /// - Returns: false if there is none.
  private func takeLast(
    _ row: Int64, _ summary: ([UInt8]) throws -> RevisionSummary
  ) throws -> Bool {
    let last = try PreparedStatement(
      db,
      """
      SELECT id, position, revision, bytes, edits FROM history WHERE record = ?
      ORDER BY position DESC LIMIT 1
      """
    ).bound(row).first { last in
      (
        id: try last.value(0) as Int64, position: try last.value(1) as Int64,
        revision: EncodedRevision(id: try last.value(2), bytes: try last.value(3)),
        edits: try last.value(4) as EditIDs?
      )
    }
    guard let last else { return false }
    let filed = try summary(last.revision.bytes)
    try PreparedStatement(
      db,
      """
      UPDATE record SET code = ?, is_deleted = ?, position = ?, revision = ?, bytes = ?, edits = ?
      WHERE id = ?
      """
    ).bound(
      filed.code.text, filed.isDeleted, last.position, last.revision.id, last.revision.bytes,
      last.edits, row
    ).run()
    try PreparedStatement(db, "DELETE FROM history WHERE id = ?").bound(last.id).run()
    return true
  }

  /// Leaves a record that the register did not have to its edit.
  /// - Returns: false if it has none.
  private func leaveToEdit(_ row: Int64) throws -> Bool {
    try PreparedStatement(
      db,
      """
      UPDATE record SET position = NULL, revision = NULL, bytes = NULL, edits = NULL,
        is_deleted = 0,
        code = (SELECT coalesce(next_code, code) FROM outbox WHERE outbox.record = record.id)
      WHERE id = ? AND id IN (SELECT record FROM outbox)
      """
    ).bound(row).run()
  }
}
