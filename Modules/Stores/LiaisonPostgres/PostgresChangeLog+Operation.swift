internal import LiaisonModel
public import LiaisonSync

/// What those who run the server are told.
extension PostgresChangeLog {
  public func operation() async throws -> OperationFacts {
    let seen = try await sightings()
    let rows = try await read([
      Statement(
        "SELECT head, is_healing, (SELECT count(*) FROM wanted), moved_to FROM register"),
      Statement(PostgresRoster.replicas + " ORDER BY office, number"),
      Statement(
        "SELECT time, subject, note FROM audit WHERE act = $1 ORDER BY id DESC LIMIT 1",
        .one(AuditEntry.Act.backedUp.rawValue)),
    ])
    guard let row = rows[0].first else {
      throw StoreError.damaged("the database holds no register")
    }
    return OperationFacts(
      register: register, head: try row.position(0),
      schemaVersion: try await status().schema.version, isHealing: try row.value(1),
      missing: try row.number(2),
      replicas: try rows[1].map { row in
        let replica = try EnrolledReplica(row)
        return SeenReplica(replica, seen[replica.id])
      },
      backup: try rows[2].first.map { try ProvenBackup($0) }, movedTo: try row.optional(3))
  }
}

extension ProvenBackup {
  /// A row of a time, a position as the audit log's subject, and a file.
  fileprivate init(_ row: Row) throws {
    guard let position = Int64(try row.value(1) as String) else {
      throw StoreError.damaged("the audit log holds a backup of no position")
    }
    self.init(
      time: try row.time(0), position: LogPosition(position), file: try row.value(2))
  }
}
