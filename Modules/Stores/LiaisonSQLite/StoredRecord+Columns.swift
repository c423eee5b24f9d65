internal import LiaisonModel
internal import LiaisonSync

extension StoredRecord {
  /// The columns that ``init(_:from:)`` reads, of records `r` and the outbox `o`.
  static let columns = "r.record, r.kind, r.revision, r.bytes, r.position, \(OutboxEntry.columns)"
  static let tables = "FROM record r LEFT JOIN outbox o ON o.record = r.id"
  static let select = "SELECT \(columns) \(tables)"

  init(_ row: Columns, from first: Int = 0) throws {
    let record: RecordID = try row.value(first)
    let kind = KindNumber(try row.value(first + 1))
    self.init(
      id: record, kind: kind, head: try row.revision(first + 2, first + 3),
      position: try (row.value(first + 4) as Int64?).map { LogPosition($0) },
      pending: try OutboxEntry(row, from: first + 5, of: record, kind))
  }
}
