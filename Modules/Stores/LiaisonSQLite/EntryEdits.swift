internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// The ids that entries of the log are filed under.
struct EntryEdits {
  let db: Database

  /// Columns of ``ids(_:from:since:)``, of a row of `change`.
  static let columns = """
    change.position, change.edit, change.before,
    EXISTS (SELECT 1 FROM absorbed WHERE absorbed.position = change.position)
    """

  /// - Parameters:
  ///   - column: the first of ``columns`` in the row.
  ///   - since: the record's entries behind this position count as well; nil if only that of the row does.
  /// - Returns: the latest ``SyncLimits/changeEdits``.
  func ids(_ row: Columns, from column: Int, since: LogPosition?) throws -> EditIDs {
    let edit: EditID = try row.value(column + 1)
    var before: Int64? = try row.value(column + 2)
    var others: [EditID] = []
    if try row.value(column + 3) { others += try absorbed(at: row.value(column)) }
    while let since, let position = before, position > since.number,
      others.count < SyncLimits.changeEdits
    {
      let earlier = try PreparedStatement(db, "SELECT edit, before FROM change WHERE position = ?")
        .bound(position).first {
          (edit: try $0.value(0) as EditID, before: try $0.value(1) as Int64?)
        }
      guard let earlier else { throw StoreError.damaged("the log has lost an entry") }
      others = try absorbed(at: position) + [earlier.edit] + others
      before = earlier.before
    }
    return EditIDs(edit, absorbed: others.suffix(SyncLimits.changeEdits))
  }

  private func absorbed(at position: Int64) throws -> [EditID] {
    try PreparedStatement(db, "SELECT edit FROM absorbed WHERE position = ? ORDER BY edit")
      .bound(position).all { try $0.value(0) }
  }
}

extension EditIDs: ColumnValue, Blob {
  func withBlob<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(body)
  }

  init?(blob: UnsafeRawBufferPointer) { self.init(blob) }
}
