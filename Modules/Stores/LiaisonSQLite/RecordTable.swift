internal import Foundation
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
    let statement = try db.cachedStatement(sql: StoredRecord.select + " WHERE r.record = ?")
    // A row of a cursor is read in place, as long as there is the cursor: a fetched one is a copy.
    let rows = try Row.fetchCursor(statement, arguments: [id.data])
    return try withExtendedLifetime(rows) { try rows.next().map { try StoredRecord($0) } }
  }

  func records(code: RecordCode) throws -> [StoredRecord] {
    let statement = try db.cachedStatement(
      sql: StoredRecord.select + """
         WHERE r.id IN (
          SELECT id FROM record WHERE kind IN (SELECT number FROM kind) AND code = ?1
          UNION SELECT record FROM outbox WHERE code = ?1 OR next_code = ?1)
        ORDER BY r.id
        """)
    return try Row.fetchAll(statement, arguments: [code.text]).map { try StoredRecord($0) }
  }

  func records(mentioning record: RecordID) throws -> [StoredRecord] {
    try Row.fetchAll(
      db,
      sql: StoredRecord.select + """
         WHERE instr(r.bytes, ?1) OR instr(o.bytes, ?1) OR instr(o.next_bytes, ?1) ORDER BY r.id
        """, arguments: [record.data]
    ).map { try StoredRecord($0) }
  }

  func forEach(of kind: KindNumber?, _ body: (StoredRecord) throws -> Void) throws {
    let filter = kind == nil ? "" : " WHERE r.kind = ?"
    let rows = try Row.fetchCursor(
      db, sql: StoredRecord.select + filter + " ORDER BY r.kind, r.code",
      arguments: kind.map { [$0.number] } ?? [])
    while let row = try rows.next() { try body(StoredRecord(row)) }
  }

  func forEachHead(_ body: (EncodedRevision) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      db, sql: "SELECT revision, bytes FROM record WHERE bytes IS NOT NULL ORDER BY record")
    while let row = try rows.next() { try row.revision(0, 1).map(body) }
  }

  func codes(of records: Set<RecordID>) throws -> [RecordID: RecordCode] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT coalesce(o.next_code, o.code, r.code)
        FROM record r LEFT JOIN outbox o ON o.record = r.id WHERE r.record = ?
        """)
    var codes: [RecordID: RecordCode] = [:]
    for record in records {
      let text = try String.fetchOne(statement, arguments: [record.data])
      codes[record] = text.flatMap { RecordCode($0) }
    }
    return codes
  }

  /// How many live records the register has.
  func liveCount() throws -> Int {
    try Int.fetchOne(
      db, sql: "SELECT count(*) FROM record WHERE is_deleted = 0 AND position IS NOT NULL") ?? 0
  }

  func id(of record: RecordID) throws -> Int64? {
    try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT id FROM record WHERE record = ?"), arguments: [record.data])
  }

  // MARK: Writing

  /// Makes entries their records' heads. The hot path of a clone.
  func apply(_ entries: [Entry]) throws {
    for kind in Set(entries.map(\.revision.summary.kind)) { try add(kind) }
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO record (record, kind, code, is_deleted, position, revision, bytes)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record) DO NOTHING
        """)
    for entry in entries {
      let summary = entry.revision.summary
      insert.setUncheckedArguments([
        summary.record.data, summary.kind.number, summary.code.text, summary.isDeleted,
        entry.position.number, entry.revision.id.data, Data(entry.revision.bytes),
      ])
      try insert.execute()
      if db.changesCount == 0 { try advance(entry) }
    }
  }

  /// Makes an entry the head of a record that is known already; if a later one is there, it goes to
  /// the record's history.
  private func advance(_ entry: Entry) throws {
    let (revision, summary) = (entry.revision, entry.revision.summary)
    let known = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT id, position, revision FROM record WHERE record = ?"),
      arguments: [summary.record.data])
    guard let known else { throw StoreError.damaged("a record has gone in its transaction") }
    let id: Int64 = known[0]
    let position: Int64? = known[1]
    let history = HistoryTable(db: db)
    guard (position ?? 0) < entry.position.number else {
      if position != entry.position.number { try history.insert(entry, of: id) }
      return
    }
    if try known.bytes(2) != revision.id.bytes { try history.insertHead(of: id) }
    try db.cachedStatement(
      sql: """
        UPDATE record SET code = ?, is_deleted = ?, position = ?, revision = ?, bytes = ?
        WHERE id = ?
        """
    ).execute(arguments: [
      summary.code.text, summary.isDeleted, entry.position.number, revision.id.data,
      Data(revision.bytes), id,
    ])
    try SearchTable(db: db).mark(id)
  }

  /// The row of a record that has an edit; a new one if the record is new.
  func place(for summary: RevisionSummary) throws -> Int64 {
    if let known = try id(of: summary.record) {
      try db.cachedStatement(
        sql: "UPDATE record SET code = ?1 WHERE id = ?2 AND bytes IS NULL AND code != ?1"
      ).execute(arguments: [summary.code.text, known])
      return known
    }
    try add(summary.kind)
    try db.cachedStatement(
      sql: "INSERT INTO record (record, kind, code, is_deleted) VALUES (?, ?, ?, 0)"
    ).execute(arguments: [summary.record.data, summary.kind.number, summary.code.text])
    return db.lastInsertedRowID
  }

  /// Forgets a record that the register does not have.
  /// - Returns: whether it was one.
  func forgetUnaccepted(_ id: Int64) throws -> Bool {
    try db.cachedStatement(sql: "DELETE FROM record WHERE id = ? AND bytes IS NULL")
      .execute(arguments: [id])
    return db.changesCount > 0
  }

  private func add(_ kind: KindNumber) throws {
    try db.cachedStatement(sql: "INSERT OR IGNORE INTO kind (number) VALUES (?)")
      .execute(arguments: [kind.number])
  }
}
