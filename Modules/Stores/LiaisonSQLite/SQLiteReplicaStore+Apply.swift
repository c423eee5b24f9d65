internal import Foundation
internal import GRDB
internal import LiaisonModel
public import LiaisonSync

// The hot path of a clone: batches of changes into records.
extension SQLiteReplicaStore {
  public func apply(_ batch: PullBatch) async throws {
    try await writeRepeatable { db in
      for kind in Set(batch.changes.map(\.summary.kind)) {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO kind (number) VALUES (?)")
          .execute(arguments: [kind.number])
      }
      let insert = try db.cachedStatement(
        sql: """
          INSERT INTO record (record, kind, code, is_deleted, position, revision, bytes)
          VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (record) DO NOTHING
          """)
      for change in batch.changes {
        insert.setUncheckedArguments([
          change.summary.record.data, change.summary.kind.number, change.summary.code.text,
          change.summary.isDeleted, change.position.number, change.revision.id.data,
          Data(change.revision.bytes),
        ])
        try insert.execute()
        if db.changesCount == 0 { try SQLiteReplicaStore.advance(change, in: db) }
      }
      try db.execute(
        sql: "UPDATE replica SET position = max(position, ?)",
        arguments: [batch.through.number])
    }
  }

  /// Makes a change the head of a record that is known already; where a later one is, it goes to
  /// the record's history.
  static func advance(_ change: Change, in db: Database) throws {
    let known = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT id, position, revision FROM record WHERE record = ?"),
      arguments: [change.summary.record.data])
    guard let known else { throw StoreError.damaged("a record has gone in its transaction") }
    let id: Int64 = known[0]
    let position: Int64? = known[1]
    guard (position ?? 0) < change.position.number else {
      if position != change.position.number {
        try db.cachedStatement(
          sql: """
            INSERT INTO history (record, position, revision, bytes) SELECT ?1, ?2, ?3, ?4
            WHERE NOT EXISTS (SELECT 1 FROM history WHERE record = ?1 AND position = ?2)
            """
        ).execute(arguments: [
          id, change.position.number, change.revision.id.data, Data(change.revision.bytes),
        ])
      }
      return
    }
    if try known.bytes(2) != change.revision.id.bytes {
      try db.cachedStatement(
        sql: """
          INSERT INTO history (record, position, revision, bytes)
          SELECT id, position, revision, bytes FROM record WHERE id = ? AND bytes IS NOT NULL
          """
      ).execute(arguments: [id])
    }
    try db.cachedStatement(
      sql: """
        UPDATE record SET code = ?, is_deleted = ?, position = ?, revision = ?, bytes = ?
        WHERE id = ?
        """
    ).execute(arguments: [
      change.summary.code.text, change.summary.isDeleted, change.position.number,
      change.revision.id.data, Data(change.revision.bytes), id,
    ])
    try markUnindexed(id, in: db)
  }

  static func markUnindexed(_ record: RecordID, in db: Database) throws {
    try db.cachedStatement(
      sql: "INSERT OR IGNORE INTO search_pending (record) SELECT id FROM record WHERE record = ?"
    ).execute(arguments: [record.data])
  }

  static func markUnindexed(_ id: Int64, in db: Database) throws {
    try db.cachedStatement(sql: "INSERT OR IGNORE INTO search_pending (record) VALUES (?)")
      .execute(arguments: [id])
  }
}
