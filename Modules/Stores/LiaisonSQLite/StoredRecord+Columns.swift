internal import LiaisonModel
internal import LiaisonSync

extension StoredRecord {
  /// The columns that ``init(_:)`` reads, of records `r` and the outbox `o`.
  static let select = """
    SELECT r.record, r.kind, r.revision, r.bytes, r.position, \(OutboxEntry.columns)
    FROM record r LEFT JOIN outbox o ON o.record = r.id
    """

  init(_ row: Columns) throws {
    let record: RecordID = try row.value(0)
    let kind = KindNumber(try row.value(1))
    self.init(
      id: record, kind: kind, head: try row.revision(2, 3),
      position: try (row.value(4) as Int64?).map { LogPosition($0) },
      pending: try OutboxEntry(row, from: 5, of: record, kind))
  }
}
