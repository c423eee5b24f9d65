internal import LiaisonModel
internal import LiaisonSync

// What the register says, as a pull or a verdict brings it.
extension RecordTable {
  /// Makes entries their records' heads. The hot path of a clone: most are of new records.
  /// - Returns: how many live records more there are now.
  func apply(_ entries: [Entry]) throws -> Int {
    for kind in Set(entries.map(\.revision.summary.kind)) { try add(kind) }
    var more = 0
    for start in stride(from: 0, to: entries.count, by: Self.rowsAtOnce) {
      more += try apply(entries[start..<min(start + Self.rowsAtOnce, entries.count)])
    }
    return more
  }

  private func apply(_ entries: ArraySlice<Entry>) throws -> Int {
    let last: Int64? = try PreparedStatement(db, "SELECT ifnull(max(id), 0) FROM record")
      .first { try $0.value(0) }
    guard try insert(entries) < entries.count else {
      return entries.count { !$0.revision.summary.isDeleted }
    }
    var inserted: Set<Int64> = []
    return try entries.reduce(0) { more, entry in
      guard let known = try known(entry.revision.summary.record) else {
        throw StoreError.damaged("a record has gone in its transaction")
      }
      let isNew = known.id > last ?? 0 && inserted.insert(known.id).inserted
      return try more + (isNew && !known.isDeleted ? 1 : 0) + advance(known, to: entry)
    }
  }

  /// What the other columns of most rows take.
  private static let besideBytes = 128

  /// Entries that share a statement.
  private static let rowsAtOnce = 32

  /// Put together once: most parts of a batch are full.
  private static let fullInsertion = insertion(of: rowsAtOnce)

  private static func insertion(of count: Int) -> String {
    let rows = repeatElement("(?, ?, ?, ?, ?, ?, ?, ?)", count: count)
    return """
      INSERT INTO record (record, kind, code, is_deleted, position, revision, bytes, edits)
      VALUES \(rows.joined(separator: ", ")) ON CONFLICT (record) DO NOTHING
      """
  }

  /// - Returns: how many of the entries' records were new.
  private func insert(_ entries: ArraySlice<Entry>) throws -> Int {
    let statement = try PreparedStatement(
      db, entries.count == Self.rowsAtOnce ? Self.fullInsertion : Self.insertion(of: entries.count))
    // Ids and codes beside the bytes.
    let memory = BoundMemory(
      bytes: entries.reduce(0) { $0 + $1.revision.bytes.count + Self.besideBytes })
    defer {
      statement.unbind()
      withExtendedLifetime(memory) {}
    }
    var bound: Int32 = 0
    for entry in entries {
      let summary = entry.revision.summary
      bound = try statement.bind(
        after: bound, in: memory, summary.record, summary.kind.number, summary.code.text,
        summary.isDeleted,
        entry.position.number, entry.revision.id, entry.revision.bytes, entry.edits)
    }
    return try statement.changes()
  }

  /// Makes an entry the head of a record that is known already; if a later one is there, it goes to
  /// the record's history.
  /// - Returns: how many live records more there are now.
  private func advance(_ known: Known, to entry: Entry) throws -> Int {
    let (revision, summary) = (entry.revision, entry.revision.summary)
    let history = HistoryTable(db: db)
    guard (known.position ?? 0) < entry.position.number else {
      if known.position != entry.position.number { try history.insert(entry, of: known.id) }
      return 0
    }
    if known.position != nil, known.head != revision.id { try history.insertHead(of: known.id) }
    try PreparedStatement(
      db,
      """
      UPDATE record SET is_deleted = ?, position = ?, revision = ?, bytes = ?, edits = ?
      WHERE id = ?
      """
    ).bound(
      summary.isDeleted, entry.position.number, revision.id, revision.bytes, entry.edits, known.id
    ).run()
    if known.code != summary.code.text { try setCode(summary.code, of: known.id) }
    try markChanged(known.id)
    let wasLive = known.position != nil && !known.isDeleted
    return (summary.isDeleted ? 0 : 1) - (wasLive ? 1 : 0)
  }

  /// What an entry is held against.
  private struct Known {
    let id: Int64
    let position: Int64?
    let head: RevisionID?
    let code: String
    let isDeleted: Bool
  }

  private func known(_ record: RecordID) throws -> Known? {
    try PreparedStatement(
      db, "SELECT id, position, revision, code, is_deleted FROM record WHERE record = ?"
    ).bound(record).first { row in
      Known(
        id: try row.value(0), position: try row.value(1), head: try row.value(2),
        code: try row.value(3), isDeleted: try row.value(4))
    }
  }
}
