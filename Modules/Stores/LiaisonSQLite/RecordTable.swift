internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// Each known record with its head; without one if the register has not accepted it yet.
struct RecordTable {
  /// A rowid table with a unique index over the id: several times faster than WITHOUT ROWID for keys
  /// that come out of order. An unaccepted record has the code of its edit.
  static let layout = """
    -- The kinds that occur, so that (kind, code) also finds a code alone.
    CREATE TABLE kind (number INTEGER PRIMARY KEY CHECK (number > 0)) STRICT;

    CREATE TABLE record (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL UNIQUE CHECK (length(record) = 16),
      kind INTEGER NOT NULL REFERENCES kind (number),
      code TEXT NOT NULL,
      is_deleted INTEGER NOT NULL CHECK (is_deleted IN (0, 1)),
      position INTEGER CHECK (position > 0),
      revision BLOB CHECK (length(revision) = 32),
      bytes BLOB,
      CHECK ((position IS NULL) = (bytes IS NULL) AND (bytes IS NULL) = (revision IS NULL))
    ) STRICT;
    CREATE INDEX record_code ON record (kind, code);
    """

  let db: Database

  // MARK: Reading

  func record(_ id: RecordID) throws -> StoredRecord? {
    try PreparedStatement(db, StoredRecord.select + " WHERE r.record = ?").bound(id)
      .first { try StoredRecord($0) }
  }

  func records(code: RecordCode) throws -> [StoredRecord] {
    try PreparedStatement(
      db,
      StoredRecord.select + """
         WHERE r.id IN (
          SELECT id FROM record WHERE kind IN (SELECT number FROM kind) AND code = ?1
          UNION SELECT record FROM outbox WHERE code = ?1 OR next_code = ?1)
        ORDER BY r.id
        """
    ).bound(code.text).all { try StoredRecord($0) }
  }

  /// By their links as far as these are filed; of the others, all whose bytes hold the id.
  func forEach(
    referringTo record: RecordID, _ body: (StoredRecord) throws -> Bool
  ) throws {
    try PreparedStatement.separate(
      db,
      StoredRecord.select + """
         WHERE r.id IN (
          SELECT record FROM link WHERE target = ?1
          UNION SELECT record FROM search_pending
          UNION SELECT id FROM record WHERE id > (SELECT record FROM search_indexed))
        AND (instr(r.bytes, ?1) OR instr(o.bytes, ?1) OR instr(o.next_bytes, ?1))
        ORDER BY r.kind, r.code
        """
    ).bound(record).until { try body(StoredRecord($0)) }
  }

  func forEach(of kind: KindNumber?, _ body: (StoredRecord) throws -> Bool) throws {
    let order = " ORDER BY r.kind, r.code"
    let statement =
      if let kind {
        try PreparedStatement.separate(db, StoredRecord.select + " WHERE r.kind = ?" + order)
          .bound(kind.number)
      } else {
        try PreparedStatement.separate(db, StoredRecord.select + order)
      }
    try statement.until { try body(StoredRecord($0)) }
  }

  func forEachRevision(_ body: (KeptRevision) throws -> Void) throws {
    try PreparedStatement.separate(
      db,
      """
      SELECT record, position, revision, bytes, kind, code, is_deleted
      FROM record WHERE bytes IS NOT NULL
      UNION ALL
      SELECT r.record, h.position, h.revision, h.bytes, NULL, NULL, NULL
      FROM record r JOIN history h ON h.record = r.id
      ORDER BY record, position
      """
    ).forEach { try body(KeptRevision($0)) }
  }

  func codes(of records: Set<RecordID>) throws -> [RecordID: RecordCode] {
    let statement = try PreparedStatement(
      db,
      """
      SELECT coalesce(o.next_code, o.code, r.code)
      FROM record r LEFT JOIN outbox o ON o.record = r.id WHERE r.record = ?
      """)
    var codes: [RecordID: RecordCode] = [:]
    for record in records { codes[record] = try statement.bound(record).first { try $0.code(0) } }
    return codes
  }

  /// A record's row, and which revisions it shows.
  struct Place {
    let id: Int64
    let code: String
    /// The register's.
    let head: RevisionID?
    /// What a person sees of it: that of the outbox if it has an edit.
    let visible: RevisionID?

    var isAccepted: Bool { head != nil }
  }

  func place(of record: RecordID) throws -> Place? {
    try PreparedStatement(
      db,
      """
      SELECT r.id, r.code, r.revision, coalesce(o.next_revision, o.revision, r.revision)
      FROM record r LEFT JOIN outbox o ON o.record = r.id WHERE r.record = ?
      """
    ).bound(record).first { row in
      Place(
        id: try row.value(0), code: try row.value(1), head: try row.value(2),
        visible: try row.value(3))
    }
  }

  // MARK: Writing

  /// Makes entries their records' heads. The hot path of a clone.
  /// - Returns: how many live records more there are now.
  func apply(_ entries: [Entry]) throws -> Int {
    for kind in Set(entries.map(\.revision.summary.kind)) { try add(kind) }
    let insert = try PreparedStatement(
      db,
      """
      INSERT INTO record (record, kind, code, is_deleted, position, revision, bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record) DO NOTHING
      """)
    var more = 0
    for entry in entries {
      let summary = entry.revision.summary
      let isNew = try insert.bound(
        summary.record, summary.kind.number, summary.code.text, summary.isDeleted,
        entry.position.number, entry.revision.id, entry.revision.bytes
      ).run()
      if isNew {
        more += summary.isDeleted ? 0 : 1
      } else {
        more += try advance(entry)
      }
    }
    return more
  }

  /// Makes an entry the head of a record that is known already; if a later one is there, it goes to
  /// the record's history.
  /// - Returns: how many live records more there are now.
  private func advance(_ entry: Entry) throws -> Int {
    let (revision, summary) = (entry.revision, entry.revision.summary)
    guard let known = try known(summary.record) else {
      throw StoreError.damaged("a record has gone in its transaction")
    }
    let history = HistoryTable(db: db)
    guard (known.position ?? 0) < entry.position.number else {
      if known.position != entry.position.number { try history.insert(entry, of: known.id) }
      return 0
    }
    if known.position != nil, known.head != revision.id { try history.insertHead(of: known.id) }
    try PreparedStatement(
      db, "UPDATE record SET is_deleted = ?, position = ?, revision = ?, bytes = ? WHERE id = ?"
    ).bound(
      summary.isDeleted, entry.position.number, revision.id, revision.bytes, known.id
    ).run()
    if known.code != summary.code.text { try setCode(summary.code, of: known.id) }
    try SearchTable(db: db).mark(known.id)
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

  /// Apart from the other columns: an index holds it.
  private func setCode(_ code: RecordCode, of id: Int64) throws {
    try PreparedStatement(db, "UPDATE record SET code = ? WHERE id = ?").bound(code.text, id).run()
  }

  /// The place of a record that has an edit; a new one if the record is new.
  func place(for summary: RevisionSummary) throws -> Place {
    if let place = try place(of: summary.record) {
      if !place.isAccepted, place.code != summary.code.text {
        try setCode(summary.code, of: place.id)
      }
      return place
    }
    try add(summary.kind)
    try PreparedStatement(
      db, "INSERT INTO record (record, kind, code, is_deleted) VALUES (?, ?, ?, 0)"
    ).bound(summary.record, summary.kind.number, summary.code.text).run()
    return Place(id: db.lastInsertedRowID, code: summary.code.text, head: nil, visible: nil)
  }

  /// Forgets a record that the register does not have.
  func forget(_ id: Int64) throws {
    try PreparedStatement(db, "DELETE FROM record WHERE id = ?").bound(id).run()
  }

  private func add(_ kind: KindNumber) throws {
    try PreparedStatement(db, "INSERT OR IGNORE INTO kind (number) VALUES (?)")
      .bound(kind.number).run()
  }
}
