internal import Foundation
internal import GRDB
public import LiaisonModel
public import LiaisonSync

// What an office's people write.
extension SQLiteReplicaStore {
  public func save(_ edit: NewEdit) async throws {
    try await write { db in
      let id = try SQLiteReplicaStore.place(for: edit, in: db)
      let row = try Row.fetchOne(
        db, sql: StoredRecord.select + " WHERE r.id = ?", arguments: [id])
      guard let record = try row.map({ try StoredRecord($0) }),
        SQLiteReplicaStore.isTimely(edit, for: record)
      else { throw StoreError.changed }
      if record.pending?.status == .inFlight {
        try SQLiteReplicaStore.amend(id, edit, in: db)
      } else {
        try SQLiteReplicaStore.put(id, edit, record, in: db)
      }
      try SQLiteReplicaStore.markUnindexed(id, in: db)
    }
  }

  private static func isTimely(_ edit: NewEdit, for record: StoredRecord) -> Bool {
    if edit.isResolution {
      guard record.head?.id == edit.summary.parent, record.pending?.status != .inFlight else {
        return false
      }
    }
    if record.visible?.id == edit.seen { return true }
    // Made from a head, and only the head has moved.
    return record.pending == nil && edit.base != nil && edit.base?.id == edit.seen
  }

  /// The row of the edit's record; a new one where the record is new.
  private static func place(for edit: NewEdit, in db: Database) throws -> Int64 {
    let summary = edit.summary
    let known = try Int64.fetchOne(
      db, sql: "SELECT id FROM record WHERE record = ?", arguments: [summary.record.data])
    if let known { return known }
    try db.execute(
      sql: "INSERT OR IGNORE INTO kind (number) VALUES (?)", arguments: [summary.kind.number])
    try db.execute(
      sql: "INSERT INTO record (record, kind, code, is_deleted) VALUES (?, ?, ?, 0)",
      arguments: [summary.record.data, summary.kind.number, summary.code.text])
    return db.lastInsertedRowID
  }

  private static func amend(_ id: Int64, _ edit: NewEdit, in db: Database) throws {
    try db.execute(
      sql: """
        UPDATE outbox SET next_edit = ?, next_code = ?, next_is_deletion = ?, next_revision = ?,
          next_bytes = ? WHERE record = ?
        """,
      arguments: [
        edit.id.data, edit.summary.code.text, edit.summary.isDeleted, edit.revision.id.data,
        Data(edit.revision.bytes), id,
      ])
  }

  private static func put(
    _ id: Int64, _ edit: NewEdit, _ record: StoredRecord, in db: Database
  ) throws {
    let isOnHead = edit.isResolution || record.head?.id == edit.seen
    let base =
      record.pending.map { edit.isResolution ? record.head : $0.base }
      ?? (isOnHead ? record.head : edit.base)
    try db.execute(
      sql: """
        INSERT INTO outbox
          (record, edit, base_revision, base_bytes, code, is_deletion, revision, bytes, status)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
        ON CONFLICT (record) DO UPDATE SET
          edit = excluded.edit, base_revision = excluded.base_revision,
          base_bytes = excluded.base_bytes, code = excluded.code,
          is_deletion = excluded.is_deletion, revision = excluded.revision,
          bytes = excluded.bytes, status = 0, reason = NULL
        """,
      arguments: [
        id, edit.id.data, base?.id.data, base.map { Data($0.bytes) }, edit.summary.code.text,
        edit.summary.isDeleted, edit.revision.id.data, Data(edit.revision.bytes),
      ])
  }

  public func discard(
    _ record: RecordID, latest: RevisionID, isUnsent: Bool
  ) async throws -> Bool {
    try await write { db in
      let row = try Row.fetchOne(
        db, sql: StoredRecord.select + " WHERE r.record = ?", arguments: [record.data])
      guard let entry = try row.flatMap({ try StoredRecord($0).pending }) else { return false }
      guard entry.latest.id == latest, !isUnsent || entry.status != .inFlight else {
        throw StoreError.changed
      }
      let id = try Int64.fetchOne(
        db, sql: "SELECT record FROM outbox WHERE id = ?", arguments: [entry.position])
      guard let id else { return false }
      try SQLiteReplicaStore.forget(id, in: db)
      return true
    }
  }

  /// Takes a record's edit away, and with it a record that the register does not have.
  static func forget(_ id: Int64, in db: Database) throws {
    try db.execute(sql: "DELETE FROM outbox WHERE record = ?", arguments: [id])
    try db.execute(sql: "DELETE FROM record WHERE id = ? AND bytes IS NULL", arguments: [id])
    guard db.changesCount > 0 else { return try markUnindexed(id, in: db) }
    // SQLite may give the row's number again: it must then be indexed anew.
    try db.execute(sql: "DELETE FROM search WHERE rowid = ?", arguments: [id])
    try db.execute(sql: "DELETE FROM search_pending WHERE record = ?", arguments: [id])
    try db.execute(sql: "UPDATE replica SET indexed = min(indexed, ?)", arguments: [id - 1])
  }

  public func nextNumber(prefix: String) async throws -> Int {
    try await write { db in
      let codes = try String.fetchAll(
        db,
        sql: """
          SELECT code FROM record
          WHERE kind IN (SELECT number FROM kind) AND code >= ?1 AND code < ?1 || 'A'
          UNION SELECT code FROM outbox WHERE code >= ?1 AND code < ?1 || 'A'
          UNION SELECT next_code FROM outbox WHERE next_code >= ?1 AND next_code < ?1 || 'A'
          """, arguments: [prefix])
      // A person may have chosen a code of this form: a number past all counting is not ours.
      let seen =
        codes.map { $0.dropFirst(prefix.count) }.filter { $0.count <= 9 }
        .compactMap { Int($0) }.max() ?? 0
      let given = try Int.fetchOne(
        db, sql: "SELECT last FROM numbering WHERE prefix = ?", arguments: [prefix])
      let next = max(seen, given ?? 0) + 1
      try db.execute(
        sql: """
          INSERT INTO numbering (prefix, last) VALUES (?, ?)
          ON CONFLICT (prefix) DO UPDATE SET last = excluded.last
          """, arguments: [prefix, next])
      return next
    }
  }
}
