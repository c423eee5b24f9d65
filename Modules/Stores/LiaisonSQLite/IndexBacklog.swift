internal import GRDB
internal import LiaisonSync

/// What an index that is derived from the records lacks: the records that have changed since they were
/// filed, and all that came after the last that was. New ones need not be marked, and a clone stays fast.
struct IndexBacklog {
  let db: Database
  /// The index's name, which its two tables begin with.
  private let name: String

  static func layout(_ name: String) -> String {
    """
    CREATE TABLE \(name)_pending (record INTEGER PRIMARY KEY) STRICT;
    -- Records up to this one have been indexed once.
    CREATE TABLE \(name)_indexed (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      record INTEGER NOT NULL
    ) STRICT;
    INSERT INTO \(name)_indexed (id, record) VALUES (1, 0);
    """
  }

  init(_ db: Database, of index: RecordIndex) {
    self.db = db
    name = index.table
  }

  /// About how many records the index lacks: rows that have gone count as well. None, if it is 0.
  func count() throws -> Int {
    try PreparedStatement(
      db,
      """
      SELECT max(0, ifnull((SELECT max(id) FROM record), 0) - i.record)
        + (SELECT count(*) FROM \(name)_pending p WHERE p.record <= i.record)
      FROM \(name)_indexed i
      """
    ).first { try $0.value(0) } ?? 0
  }

  /// The last record up to which all have been indexed once.
  func reached() throws -> Int64 {
    try PreparedStatement(db, "SELECT record FROM \(name)_indexed").first { try $0.value(0) } ?? 0
  }

  /// A record has changed.
  func mark(_ id: Int64) throws {
    try PreparedStatement(
      db,
      """
      INSERT OR IGNORE INTO \(name)_pending (record)
      SELECT record FROM (SELECT ?1 AS record) WHERE record <= (SELECT record FROM \(name)_indexed)
      """
    ).bound(id).run()
  }

  func unmark(_ id: Int64) throws {
    try PreparedStatement(db, "DELETE FROM \(name)_pending WHERE record = ?").bound(id).run()
  }

  /// Hands over records that have changed, and takes their marks away.
  /// - Returns: how many there were.
  func takeMarked(limit: Int, _ body: (Int64, StoredRecord) throws -> Void) throws -> Int {
    let marked: [Int64] = try PreparedStatement(
      db, "SELECT record FROM \(name)_pending WHERE record <= ? ORDER BY record LIMIT ?"
    ).bound(reached(), limit).all { try $0.value(0) }
    let select = try PreparedStatement(db, StoredRecord.select + " WHERE r.id = ?")
    for id in marked {
      try unmark(id)
      guard let record = try select.bound(id).first({ try StoredRecord($0) }) else { continue }
      try body(id, record)
    }
    return marked.count
  }

  /// Hands over records that came after the last that was indexed.
  /// - Returns: how many there were.
  func takeNew(limit: Int, _ body: (Int64, StoredRecord) throws -> Void) throws -> Int {
    let first = try reached()
    var (count, last) = (0, first)
    try PreparedStatement.separate(
      db,
      "SELECT r.id, \(StoredRecord.columns) \(StoredRecord.tables) WHERE r.id > ? ORDER BY r.id LIMIT ?"
    ).bound(first, limit).forEach { row in
      last = try row.value(0)
      try body(last, StoredRecord(row, from: 1))
      count += 1
    }
    try PreparedStatement(db, "UPDATE \(name)_indexed SET record = ?").bound(last).run()
    try PreparedStatement(db, "DELETE FROM \(name)_pending WHERE record > ? AND record <= ?")
      .bound(first, last).run()
    return count
  }

  /// Forgets a record whose row goes. SQLite may give the row's number again: that record is new.
  func forget(_ id: Int64) throws {
    try unmark(id)
    try PreparedStatement(db, "UPDATE \(name)_indexed SET record = min(record, ?)")
      .bound(id - 1).run()
  }
}

extension RecordIndex {
  fileprivate var table: String {
    switch self {
    case .words: "search"
    case .links: "link"
    }
  }
}
