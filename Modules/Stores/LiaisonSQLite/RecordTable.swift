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
      -- The ids that the log has the head under, 16 bytes each; NULL if they are not known.
      edits BLOB CHECK (length(edits) >= 16),
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
          UNION SELECT record FROM link_pending
          UNION SELECT id FROM record WHERE id > (SELECT record FROM link_indexed))
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

  /// Sorted without their bytes, which would go through a file.
  func forEachRevisionFromLatest(_ body: (KeptRevision) throws -> Bool) throws {
    let head = try PreparedStatement(
      db,
      """
      SELECT record, position, revision, bytes, kind, code, is_deleted FROM record WHERE id = ?
      """)
    let earlier = try PreparedStatement(
      db,
      """
      SELECT r.record, h.position, h.revision, h.bytes, NULL, NULL, NULL
      FROM history h JOIN record r ON r.id = h.record WHERE h.id = ?
      """)
    try PreparedStatement.separate(
      db,
      """
      SELECT position, 1, id FROM record WHERE position IS NOT NULL
      UNION ALL SELECT position, 0, id FROM history ORDER BY 1 DESC
      """
    ).until { row in
      let statement = try row.value(1) ? head : earlier
      let kept = try statement.bound(try row.value(2) as Int64).first { try KeptRevision($0) }
      guard let kept else { throw StoreError.damaged("a revision has gone while it was read") }
      return try body(kept)
    }
  }

  func summaries(of records: Set<RecordID>) throws -> [RecordID: RevisionSummary] {
    let statement = try PreparedStatement(
      db,
      """
      SELECT r.kind, coalesce(o.next_code, o.code, r.code),
        coalesce(o.next_is_deletion, o.is_deletion, r.is_deleted)
      FROM record r LEFT JOIN outbox o ON o.record = r.id WHERE r.record = ?
      """)
    var summaries: [RecordID: RevisionSummary] = [:]
    for record in records {
      summaries[record] = try statement.bound(record).first { row in
        RevisionSummary(
          record: record, kind: KindNumber(try row.value(0)), code: try row.code(1),
          isDeleted: try row.value(2))
      }
    }
    return summaries
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

  /// Apart from the other columns: an index holds it.
  func setCode(_ code: RecordCode, of id: Int64) throws {
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

  /// What a record is found by is another now.
  func markChanged(_ id: Int64) throws {
    for index in RecordIndex.allCases { try IndexBacklog(db, of: index).mark(id) }
  }

  /// Forgets a record that the register does not have.
  func forget(_ id: Int64) throws {
    try PreparedStatement(db, "DELETE FROM record WHERE id = ?").bound(id).run()
  }

  func add(_ kind: KindNumber) throws {
    try PreparedStatement(db, "INSERT OR IGNORE INTO kind (number) VALUES (?)")
      .bound(kind.number).run()
  }
}
