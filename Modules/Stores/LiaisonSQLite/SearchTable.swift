internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// The text of records for search, by SQLite's FTS5. Records are indexed when somebody searches.
struct SearchTable {
  static let layout =
    """
    CREATE VIRTUAL TABLE search USING fts5 (
      text, tokenize = "unicode61 remove_diacritics 2"
    );

    """ + IndexBacklog.layout("search") + tuning

  /// Many records are indexed into many parts of the index, which are merged later, if at all; what is
  /// not written yet takes 4 MiB (SQLite, *FTS5 Extension*, 6).
  private static let tuning = """

    INSERT INTO search (search, rank) VALUES ('crisismerge', 64);
    INSERT INTO search (search, rank) VALUES ('hashsize', 4194304);
    """

  let db: Database
  private let backlog: IndexBacklog

  init(db: Database) {
    self.db = db
    backlog = IndexBacklog(db, of: .words)
  }

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

  /// - Parameter text: what a record is found by; nil for one that no word finds.
  /// - Returns: how many records were filed.
  func index(limit: Int, _ text: (StoredRecord) throws -> String?) throws -> Int {
    try setMerging(isOn: backlog.count() <= limit)
    let again = try backlog.takeMarked(limit: limit) { id, record in
      try remove(id)
      try insert(id, text(record))
    }
    // After a layout that indexes anew, or where rows have gone.
    let isFiled =
      try PreparedStatement(db, "SELECT EXISTS (SELECT 1 FROM search WHERE rowid > ?)")
      .bound(backlog.reached()).first { try $0.value(0) } ?? true
    let new = try backlog.takeNew(limit: limit - again) { id, record in
      if isFiled { try remove(id) }
      try insert(id, text(record))
    }
    return again + new
  }

  /// Forgets a record whose row goes.
  func forget(_ id: Int64) throws {
    try remove(id)
    try backlog.forget(id)
  }

  private func insert(_ id: Int64, _ text: String?) throws {
    guard let text else { return }
    try PreparedStatement(db, "INSERT INTO search (rowid, text) VALUES (?, ?)").bound(id, text)
      .run()
  }

  private func remove(_ id: Int64) throws {
    try PreparedStatement(db, "DELETE FROM search WHERE rowid = ?").bound(id).run()
  }

  /// Says whether parts of the index are merged as more come: not while very many do.
  private func setMerging(isOn: Bool) throws {
    let parts = isOn ? 4 : 0  // FTS5's default, or never.
    let now: Int? = try PreparedStatement(
      db, "SELECT v FROM search_config WHERE k = 'automerge'"
    ).first { try $0.value(0) }
    guard now ?? 4 != parts else { return }
    try PreparedStatement(db, "INSERT INTO search (search, rank) VALUES ('automerge', ?)")
      .bound(parts).run()
  }
}
