internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

extension StoredRecord {
  /// The columns that ``init(_:)`` reads.
  static let select = """
    SELECT r.record, r.kind, r.revision, r.bytes, r.position,
      o.id, o.edit, o.base_revision, o.base_bytes, o.revision, o.bytes,
      o.next_revision, o.next_bytes, o.status, o.reason
    FROM record r LEFT JOIN outbox o ON o.record = r.id
    """

  init(_ row: Row) throws {
    let record: RecordID = try row.identity(0)
    let position: Int64? = row[4]
    self.init(
      id: record, kind: KindNumber(row[1]), head: try row.revision(2, 3),
      position: position.map { LogPosition($0) },
      pending: try OutboxEntry(row, of: record))
  }
}

extension OutboxEntry {
  /// Nil where the record has nothing in the outbox.
  fileprivate init?(_ row: Row, of record: RecordID) throws {
    guard let position = row[5] as Int64? else { return nil }
    guard let ours = try row.revision(9, 10), let number = row[13] as Int?,
      let status = OutboxStatus(rawValue: number)
    else { throw StoreError.damaged("the outbox holds an edit without a revision") }
    self.init(
      position: position, record: record, edit: try row.identity(6),
      base: try row.revision(7, 8), ours: ours, amendment: try row.revision(11, 12),
      status: Status(status, reason: row[14] as String? ?? ""))
  }
}

extension OutboxEntry.Status {
  fileprivate init(_ status: OutboxStatus, reason: String) {
    switch status {
    case .ready: self = .ready
    case .inFlight: self = .inFlight
    case .conflict: self = .conflict
    case .codeTaken: self = .codeTaken(reason: reason)
    case .refused: self = .refused(reason: reason)
    }
  }
}
