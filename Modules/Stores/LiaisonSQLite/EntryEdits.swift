internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// The ids that entries of the log are filed under.
struct EntryEdits {
  private let db: Database
  /// The entries of a record behind this position count with its last one; nil if only that does.
  private let since: LogPosition?
  /// Whether any of them has taken others in: most logs have few that have.
  private let mayAbsorb: Bool

  /// Columns of ``ids(_:from:)``, of a row of `change`.
  static let columns = "change.position, change.edit, change.before"

  init(_ db: Database, since: LogPosition?) throws {
    self.db = db
    self.since = since
    mayAbsorb =
      try PreparedStatement(db, "SELECT EXISTS (SELECT 1 FROM absorbed WHERE position > ?)")
      .bound(since?.number ?? 0).first { try $0.value(0) } ?? false
  }

  /// - Parameter column: the first of ``columns`` in the row.
  /// - Returns: the latest ``SyncLimits/changeEdits``; nil if the entry has none.
  func ids(_ row: Columns, from column: Int) throws -> EditIDs? {
    // Without one, an entry is a record's first and has taken nothing in.
    guard let edit = try row.value(column + 1) as EditID? else { return nil }
    let before: Int64? = try row.value(column + 2)
    guard mayAbsorb || (since != nil && before ?? 0 > since?.number ?? 0) else {
      return EditIDs(edit)
    }
    var others = try absorbed(at: row.value(column))
    var next = before
    while let since, let position = next, position > since.number,
      others.count < SyncLimits.changeEdits
    {
      let earlier = try PreparedStatement(db, "SELECT edit, before FROM change WHERE position = ?")
        .bound(position).first {
          (edit: try $0.value(0) as EditID?, before: try $0.value(1) as Int64?)
        }
      guard let earlier else { throw StoreError.damaged("the log has lost an entry") }
      others = try absorbed(at: position) + [earlier.edit].compactMap(\.self) + others
      next = earlier.before
    }
    return EditIDs(edit, absorbed: others.suffix(SyncLimits.changeEdits))
  }

  private func absorbed(at position: Int64) throws -> [EditID] {
    guard mayAbsorb else { return [] }
    return try PreparedStatement(
      db, "SELECT edit FROM absorbed WHERE position = ? ORDER BY edit DESC LIMIT ?"
    ).bound(position, SyncLimits.changeEdits).all { try $0.value(0) }.reversed()
  }
}

extension EditIDs: ColumnValue, Blob {
  func withBlob<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(body)
  }

  init?(blob: UnsafeRawBufferPointer) { self.init(blob) }
}
