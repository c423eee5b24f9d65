internal import GRDB
internal import LiaisonModel

/// What the indexed records refer to, as this office sees them. Derived, and made with the texts that
/// ``SearchTable`` files: a clone stays fast.
struct LinkTable {
  static let layout = """
    CREATE TABLE link (
      target BLOB NOT NULL CHECK (length(target) = 16),
      record INTEGER NOT NULL,
      PRIMARY KEY (target, record)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX link_record ON link (record);
    -- What was indexed before there were links is indexed anew.
    UPDATE search_indexed SET record = 0;
    """

  let db: Database

  func replace(of id: Int64, with references: Set<RecordID>) throws {
    try remove(id)
    let insert = try PreparedStatement(db, "INSERT INTO link (target, record) VALUES (?, ?)")
    for target in references { try insert.bound(target, id).run() }
  }

  /// Files the links of new records, many to a statement.
  struct Filing {
    /// Links that share a statement.
    private static let rowsAtOnce = 32
    private let table: LinkTable
    /// Whether there are links of such records: rows have gone, or a layout indexes anew.
    private let isFiled: Bool
    private var rows: [(target: RecordID, record: Int64)] = []

    /// - Parameter last: the records after it are new.
    init(_ table: LinkTable, after last: Int64) throws {
      self.table = table
      isFiled =
        try PreparedStatement(table.db, "SELECT EXISTS (SELECT 1 FROM link WHERE record > ?)")
        .bound(last).first { try $0.value(0) } ?? true
    }

    mutating func add(_ references: Set<RecordID>, of id: Int64) throws {
      if isFiled { try table.remove(id) }
      for target in references { rows.append((target, id)) }
      while rows.count >= Self.rowsAtOnce {
        try insert(rows.prefix(Self.rowsAtOnce))
        rows.removeFirst(Self.rowsAtOnce)
      }
    }

    mutating func finish() throws {
      try insert(rows[...])
      rows = []
    }

    private func insert(_ rows: ArraySlice<(target: RecordID, record: Int64)>) throws {
      guard !rows.isEmpty else { return }
      let values = repeatElement("(?, ?)", count: rows.count).joined(separator: ", ")
      let statement = try PreparedStatement(
        table.db, "INSERT INTO link (target, record) VALUES \(values)")
      var bound: Int32 = 0
      for row in rows { bound = try statement.bind(after: bound, row.target, row.record) }
      try statement.run()
    }
  }

  func remove(_ id: Int64) throws {
    try PreparedStatement(db, "DELETE FROM link WHERE record = ?").bound(id).run()
  }
}
