internal import LiaisonModel
internal import LiaisonSync

extension KeptRevision {
  /// - Parameter row: record, position, revision and bytes; then kind, code and whether it is deleted, which
  ///   are NULL for a revision that is not its record's head.
  init(_ row: Columns) throws {
    let record: RecordID = try row.value(0)
    let filed =
      row.hasNull(4)
      ? nil
      : RevisionSummary(
        record: record, kind: KindNumber(try row.value(4)), code: try row.code(5),
        isDeleted: try row.value(6))
    self.init(
      position: LogPosition(try row.value(1)), record: record,
      encoded: EncodedRevision(id: try row.value(2), bytes: try row.value(3)), filed: filed)
  }
}
