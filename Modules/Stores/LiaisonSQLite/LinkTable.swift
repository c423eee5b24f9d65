internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// What the records refer to, as this office sees them. Derived, and made when somebody asks for it.
struct LinkTable {
  static let layout =
    """
    CREATE TABLE link (
      target BLOB NOT NULL CHECK (length(target) = 16),
      record INTEGER NOT NULL,
      PRIMARY KEY (target, record)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX link_record ON link (record);

    """ + IndexBacklog.layout("link")

  /// Links that share a statement.
  private static let rowsAtOnce = 32

  let db: Database
  private let backlog: IndexBacklog

  init(db: Database) {
    self.db = db
    backlog = IndexBacklog(db, of: .links)
  }

  /// - Parameter references: what a record refers to.
  /// - Returns: how many records were filed.
  func index(limit: Int, _ references: (StoredRecord) throws -> Set<RecordID>) throws -> Int {
    var rows: [(target: RecordID, record: Int64)] = []
    let again = try backlog.takeMarked(limit: limit) { id, record in
      try remove(id)
      rows += try references(record).map { ($0, id) }
    }
    // Where rows have gone.
    let isFiled =
      try PreparedStatement(db, "SELECT EXISTS (SELECT 1 FROM link WHERE record > ?)")
      .bound(backlog.reached()).first { try $0.value(0) } ?? true
    let new = try backlog.takeNew(limit: limit - again) { id, record in
      if isFiled { try remove(id) }
      rows += try references(record).map { ($0, id) }
      guard rows.count >= Self.rowsAtOnce else { return }
      try insert(rows)
      rows.removeAll(keepingCapacity: true)
    }
    try insert(rows)
    return again + new
  }

  /// Forgets a record whose row goes.
  func forget(_ id: Int64) throws {
    try remove(id)
    try backlog.forget(id)
  }

  private func insert(_ rows: [(target: RecordID, record: Int64)]) throws {
    for start in stride(from: 0, to: rows.count, by: Self.rowsAtOnce) {
      let part = rows[start..<min(start + Self.rowsAtOnce, rows.count)]
      let values = repeatElement("(?, ?)", count: part.count).joined(separator: ", ")
      let statement = try PreparedStatement(
        db, "INSERT INTO link (target, record) VALUES \(values)")
      var bound: Int32 = 0
      for row in part { bound = try statement.bind(after: bound, row.target, row.record) }
      try statement.run()
    }
  }

  private func remove(_ id: Int64) throws {
    try PreparedStatement(db, "DELETE FROM link WHERE record = ?").bound(id).run()
  }
}
