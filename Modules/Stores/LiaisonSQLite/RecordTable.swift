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

  /// By their links as far as these are filed; of the others, all whose bytes hold the id.
  func records(referringTo record: RecordID) throws -> [StoredRecord] {
    let statement = try db.cachedStatement(
      sql: StoredRecord.select + """
         WHERE r.id IN (
          SELECT record FROM link WHERE target = ?1
          UNION SELECT record FROM search_pending
          UNION SELECT id FROM record WHERE id > (SELECT record FROM search_indexed))
        AND (instr(r.bytes, ?1) OR instr(o.bytes, ?1) OR instr(o.next_bytes, ?1))
        ORDER BY r.kind, r.code
        """)
    return try Row.fetchAll(statement, arguments: [record.data]).map { try StoredRecord($0) }
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
    let statement = try db.cachedStatement(
      sql: """
        SELECT r.id, r.code, r.revision, coalesce(o.next_revision, o.revision, r.revision)
        FROM record r LEFT JOIN outbox o ON o.record = r.id WHERE r.record = ?
        """)
    let rows = try Row.fetchCursor(statement, arguments: [record.data])
    return try withExtendedLifetime(rows) {
      try rows.next().map { row in
        Place(
          id: try row.value(0), code: try row.value(1), head: RevisionID(try row.bytes(2)),
          visible: RevisionID(try row.bytes(3)))
      }
    }
  }

  // MARK: Writing

  /// Makes entries their records' heads. The hot path of a clone.
  /// - Returns: how many live records more there are now.
  func apply(_ entries: [Entry]) throws -> Int {
    for kind in Set(entries.map(\.revision.summary.kind)) { try add(kind) }
    let insert = try BoundStatement(
      db,
      sql: """
        INSERT INTO record (record, kind, code, is_deleted, position, revision, bytes)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (record) DO NOTHING
        """)
    var more = 0
    for entry in entries {
      let summary = entry.revision.summary
      insert.bind(summary.record.bytes, at: 1)
      insert.bind(Int64(summary.kind.number), at: 2)
      insert.bind(summary.code.text, at: 3)
      insert.bind(summary.isDeleted ? 1 : 0, at: 4)
      insert.bind(entry.position.number, at: 5)
      insert.bind(entry.revision.id.bytes, at: 6)
      insert.bind(entry.revision.bytes, at: 7)
      if try insert.run() {
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
    let known = try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT id, position, revision, code, is_deleted FROM record WHERE record = ?"),
      arguments: [summary.record.data])
    guard let known else { throw StoreError.damaged("a record has gone in its transaction") }
    let id: Int64 = try known.value(0)
    let position: Int64? = try known.value(1)
    let history = HistoryTable(db: db)
    guard (position ?? 0) < entry.position.number else {
      if position != entry.position.number { try history.insert(entry, of: id) }
      return 0
    }
    if position != nil, try known.bytes(2) != revision.id.bytes { try history.insertHead(of: id) }
    try db.cachedStatement(
      sql: "UPDATE record SET is_deleted = ?, position = ?, revision = ?, bytes = ? WHERE id = ?"
    ).execute(arguments: [
      summary.isDeleted, entry.position.number, revision.id.data, Data(revision.bytes), id,
    ])
    if try known.value(3) != summary.code.text { try setCode(summary.code, of: id) }
    try SearchTable(db: db).mark(id)
    let wasLive = try position != nil && !(known.value(4) as Bool)
    return (summary.isDeleted ? 0 : 1) - (wasLive ? 1 : 0)
  }

  /// Apart from the other columns: an index holds it.
  private func setCode(_ code: RecordCode, of id: Int64) throws {
    try db.cachedStatement(sql: "UPDATE record SET code = ? WHERE id = ?")
      .execute(arguments: [code.text, id])
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
    try db.cachedStatement(
      sql: "INSERT INTO record (record, kind, code, is_deleted) VALUES (?, ?, ?, 0)"
    ).execute(arguments: [summary.record.data, summary.kind.number, summary.code.text])
    return Place(id: db.lastInsertedRowID, code: summary.code.text, head: nil, visible: nil)
  }

  /// Forgets a record that the register does not have.
  func forget(_ id: Int64) throws {
    try db.cachedStatement(sql: "DELETE FROM record WHERE id = ?").execute(arguments: [id])
  }

  private func add(_ kind: KindNumber) throws {
    try db.cachedStatement(sql: "INSERT OR IGNORE INTO kind (number) VALUES (?)")
      .execute(arguments: [kind.number])
  }
}
