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

  func unindexed(limit: Int) throws -> [StoredRecord] {
    // One by one, each from its own order: put together by SQLite, all of them would be sorted first.
    let marked: [Int64] = try PreparedStatement(
      db, "SELECT record FROM search_pending ORDER BY record LIMIT ?"
    ).bound(limit).all { try $0.value(0) }
    let new: [Int64] = try PreparedStatement(
      db,
      "SELECT id FROM record WHERE id > (SELECT record FROM search_indexed) ORDER BY id LIMIT ?"
    ).bound(limit).all { try $0.value(0) }
    let select = try PreparedStatement(db, StoredRecord.select + " WHERE r.id = ?")
    return try Set(marked).union(new).sorted().prefix(limit).compactMap { id in
      try select.bound(id).first { try StoredRecord($0) }
    }
  }

  /// About how many records are not indexed: rows that have gone count as well.
  func unindexedCount() throws -> Int {
    try PreparedStatement(
      db,
      """
      SELECT max(0, coalesce((SELECT max(id) FROM record), 0) - record)
        + (SELECT count(*) FROM search_pending) FROM search_indexed
      """
    ).first { try $0.value(0) } ?? 0
  }

  /// A record's text has changed.
  func mark(_ id: Int64) throws {
    try PreparedStatement(db, "INSERT OR IGNORE INTO search_pending (record) VALUES (?)")
      .bound(id).run()
  }

  func index(_ id: Int64, text: String?) throws {
    // Whoever indexes out of order leaves nothing behind.
    try PreparedStatement(
      db,
      """
      INSERT OR IGNORE INTO search_pending (record)
      SELECT id FROM record WHERE id > (SELECT record FROM search_indexed) AND id < ?
      """
    ).bound(id).run()
    try PreparedStatement(db, "UPDATE search_indexed SET record = max(record, ?)").bound(id).run()
    try remove(id)
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
