internal import GRDB
internal import LiaisonModel
public import LiaisonSync

// Full-text search (SQLite's FTS5). Records are indexed when somebody searches: a clone stays fast.
extension SQLiteReplicaStore {
  public func index(
    limit: Int, text: @escaping @Sendable (StoredRecord) throws -> String?
  ) async throws -> Int {
    // Who only searches must not wait for who writes.
    let isDone = try await read { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT NOT EXISTS (SELECT 1 FROM search_pending)
            AND (SELECT indexed FROM replica) >= (SELECT ifnull(max(id), 0) FROM record)
          """) ?? false
    }
    if isDone { return 0 }
    return try await write { db in
      let ids = try Int64.fetchAll(
        db,
        sql: """
          SELECT id FROM record WHERE id IN (SELECT record FROM search_pending)
            OR id > (SELECT indexed FROM replica) ORDER BY id LIMIT ?
          """, arguments: [limit])
      let select = try db.cachedStatement(sql: StoredRecord.select + " WHERE r.id = ?")
      for id in ids {
        guard let record = try Row.fetchOne(select, arguments: [id]).map({ try StoredRecord($0) })
        else { continue }
        try db.cachedStatement(sql: "DELETE FROM search WHERE rowid = ?").execute(arguments: [id])
        try db.cachedStatement(sql: "DELETE FROM search_pending WHERE record = ?")
          .execute(arguments: [id])
        try db.cachedStatement(sql: "UPDATE replica SET indexed = max(indexed, ?)")
          .execute(arguments: [id])
        guard let text = try text(record) else { continue }
        try db.cachedStatement(sql: "INSERT INTO search (rowid, text) VALUES (?, ?)")
          .execute(arguments: [id, text])
      }
      return ids.count
    }
  }

  public func search(_ query: String, limit: Int) async throws -> [StoredRecord] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: StoredRecord.select + """
           JOIN search s ON s.rowid = r.id WHERE search MATCH ? ORDER BY s.rank LIMIT ?
          """, arguments: [query, limit]
      ).map { try StoredRecord($0) }
    }
  }
}
