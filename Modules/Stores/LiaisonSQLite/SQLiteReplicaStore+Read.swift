internal import Foundation
internal import GRDB
public import LiaisonModel
public import LiaisonSync

// What an office's people read.
extension SQLiteReplicaStore {
  public func record(_ id: RecordID) async throws -> StoredRecord? {
    try await read { db in
      try Row.fetchOne(
        db, sql: StoredRecord.select + " WHERE r.record = ?", arguments: [id.data]
      ).map { try StoredRecord($0) }
    }
  }

  public func records(code: RecordCode) async throws -> [StoredRecord] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: StoredRecord.select + """
           WHERE r.id IN (
            SELECT id FROM record WHERE kind IN (SELECT number FROM kind) AND code = ?1
            UNION SELECT record FROM outbox WHERE code = ?1 OR next_code = ?1)
          ORDER BY r.id
          """, arguments: [code.text]
      ).map { try StoredRecord($0) }
    }
  }

  public func records(mentioning record: RecordID) async throws -> [StoredRecord] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: StoredRecord.select + """
           WHERE instr(r.bytes, ?1) OR instr(o.bytes, ?1) OR instr(o.next_bytes, ?1)
          """, arguments: [record.data]
      ).map { try StoredRecord($0) }
    }
  }

  public func forEachRecord(
    of kind: KindNumber?,
    _ body:
      @escaping @Sendable (
        StoredRecord, _ codes: (Set<RecordID>) throws -> [RecordID: RecordCode]
      ) throws -> Void
  ) async throws {
    try await read { db in
      let filter = kind == nil ? "" : " WHERE r.kind = ?"
      let rows = try Row.fetchCursor(
        db, sql: StoredRecord.select + filter + " ORDER BY r.kind, r.code",
        arguments: kind.map { [$0.number] } ?? [])
      while let row = try rows.next() {
        try body(StoredRecord(row)) { try SQLiteReplicaStore.codes(of: $0, in: db) }
      }
    }
  }

  public func forEachHead(
    _ body: @escaping @Sendable (EncodedRevision) throws -> Void
  ) async throws {
    try await read { db in
      let rows = try Row.fetchCursor(
        db, sql: "SELECT revision, bytes FROM record WHERE bytes IS NOT NULL ORDER BY record")
      while let row = try rows.next() { try row.revision(0, 1).map(body) }
    }
  }

  public func forEachPending(
    _ body:
      @escaping @Sendable (
        StoredRecord, _ codes: (Set<RecordID>) throws -> [RecordID: RecordCode]
      ) throws -> Void
  ) async throws {
    try await read { db in
      // The outbox leads: its records are few among many.
      let rows = try Row.fetchCursor(
        db, sql: StoredRecord.select + " WHERE r.id IN (SELECT record FROM outbox) ORDER BY o.id")
      while let row = try rows.next() {
        try body(StoredRecord(row)) { try SQLiteReplicaStore.codes(of: $0, in: db) }
      }
    }
  }

  public func codes(of records: Set<RecordID>) async throws -> [RecordID: RecordCode] {
    try await read { try SQLiteReplicaStore.codes(of: records, in: $0) }
  }

  private static func codes(
    of records: Set<RecordID>, in db: Database
  ) throws -> [RecordID: RecordCode] {
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

  public func history(of record: RecordID) async throws -> [EncodedRevision] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT h.revision, h.bytes FROM history h JOIN record r ON r.id = h.record
          WHERE r.record = ? ORDER BY h.position DESC
          """, arguments: [record.data]
      ).compactMap { try $0.revision(0, 1) }
    }
  }
}
