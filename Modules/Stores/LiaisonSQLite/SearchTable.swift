internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// The text of records for search, by SQLite's FTS5; and what has changed since it was filed.
///
/// Records are indexed when somebody searches: a clone stays fast. It need not mark each new record,
/// because all after the last that was indexed count as new.
struct SearchTable {
  static let layout = """
    CREATE VIRTUAL TABLE search USING fts5 (
      text, tokenize = "unicode61 remove_diacritics 2"
    );
    CREATE TABLE search_pending (record INTEGER PRIMARY KEY) STRICT;
    -- Records up to this one have been indexed once.
    CREATE TABLE search_indexed (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      record INTEGER NOT NULL
    ) STRICT;
    INSERT INTO search_indexed (id, record) VALUES (1, 0);
    """

  let db: Database

  func search(_ words: [String], limit: Int) throws -> [StoredRecord] {
    let query = SearchTable.query(words)
    guard !query.isEmpty else { return [] }
    return try PreparedStatement(
      db,
      StoredRecord.select + """
         JOIN search s ON s.rowid = r.id WHERE search MATCH ? ORDER BY s.rank LIMIT ?
        """
    ).bound(query, limit).all { try StoredRecord($0) }
  }

  /// Each word as a quoted prefix, so that nothing in it is FTS5's language.
  static func query(_ words: [String]) -> String {
    words.filter { !$0.isEmpty && !$0.contains("\0") }
      .map { word in
        let parts = word.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"\(parts.joined(separator: "\"\""))\"*"
      }
      .joined(separator: " ")
  }

  /// The last record up to which all have been indexed once.
  func indexed() throws -> Int64 {
    try PreparedStatement(db, "SELECT record FROM search_indexed").first { try $0.value(0) } ?? 0
  }

  func isComplete() throws -> Bool {
    try PreparedStatement(
      db,
      """
      SELECT NOT EXISTS (SELECT 1 FROM search_pending)
        AND ifnull((SELECT max(id) FROM record), 0) <= record FROM search_indexed
      """
    ).first { try $0.value(0) } ?? false
  }

  /// About how many records are not indexed: rows that have gone count as well.
  func unindexedCount() throws -> Int {
    try PreparedStatement(
      db,
      """
      SELECT max(0, ifnull((SELECT max(id) FROM record), 0) - i.record)
        + (SELECT count(*) FROM search_pending p WHERE p.record <= i.record) FROM search_indexed i
      """
    ).first { try $0.value(0) } ?? 0
  }

  /// A record's text has changed.
  func mark(_ id: Int64) throws {
    try PreparedStatement(db, "INSERT OR IGNORE INTO search_pending (record) VALUES (?)")
      .bound(id).run()
  }

  /// Files the text of records that have another one now.
  /// - Parameter text: the record's; nil for one that no word finds.
  /// - Returns: how many there were.
  func indexAgain(
    limit: Int, _ text: (Int64, StoredRecord) throws -> String?
  ) throws -> Int {
    let marked: [Int64] = try PreparedStatement(
      db, "SELECT record FROM search_pending WHERE record <= ? ORDER BY record LIMIT ?"
    ).bound(indexed(), limit).all { try $0.value(0) }
    let select = try PreparedStatement(db, StoredRecord.select + " WHERE r.id = ?")
    for id in marked {
      try remove(id)
      guard let record = try select.bound(id).first({ try StoredRecord($0) }) else { continue }
      try insert(id, text(id, record))
    }
    return marked.count
  }

  /// Files the text of records that have come since the last that was indexed.
  func indexNew(limit: Int, _ text: (Int64, StoredRecord) throws -> String?) throws -> Int {
    let last = try indexed()
    // After a layout that indexes anew, or where rows have gone.
    let isFiled = try PreparedStatement(
      db, "SELECT EXISTS (SELECT 1 FROM search WHERE rowid > ?)"
    ).bound(last).first { try $0.value(0) as Bool }
    var (count, reached) = (0, last)
    try PreparedStatement.separate(
      db,
      "SELECT r.id, \(StoredRecord.columns) \(StoredRecord.tables) WHERE r.id > ? ORDER BY r.id LIMIT ?"
    ).bound(last, limit).forEach { row in
      reached = try row.value(0)
      if isFiled ?? true { try remove(reached) }
      try insert(reached, text(reached, StoredRecord(row, from: 1)))
      count += 1
    }
    try PreparedStatement(db, "UPDATE search_indexed SET record = ?").bound(reached).run()
    try PreparedStatement(db, "DELETE FROM search_pending WHERE record > ? AND record <= ?")
      .bound(last, reached).run()
    return count
  }

  private func insert(_ id: Int64, _ text: String?) throws {
    guard let text else { return }
    try PreparedStatement(db, "INSERT INTO search (rowid, text) VALUES (?, ?)").bound(id, text)
      .run()
  }

  /// Forgets a record whose row goes. SQLite may give the row's number again: that record is new.
  func forget(_ id: Int64) throws {
    try remove(id)
    try PreparedStatement(db, "UPDATE search_indexed SET record = min(record, ?)")
      .bound(id - 1).run()
  }

  private func remove(_ id: Int64) throws {
    try PreparedStatement(db, "DELETE FROM search WHERE rowid = ?").bound(id).run()
    try PreparedStatement(db, "DELETE FROM search_pending WHERE record = ?").bound(id).run()
  }
}
