internal import GRDB
internal import LiaisonModel
public import LiaisonSync

// What those who run the server are told.
extension SQLiteChangeLog: OperationReading {
  public func operation() async throws -> OperationFacts {
    try await read { [start, schemas] db in
      let register = try PreparedStatement(
        db, "SELECT register, is_healing, (SELECT count(*) FROM wanted) FROM register"
      ).first { row -> (RegisterID, Bool, Int) in
        (try row.value(0), try row.value(1), try row.value(2))
      }
      guard let (id, isHealing, missing) = register else {
        throw StoreError.damaged("the database holds no register")
      }
      let seen = try SightingTable(db: db).all()
      return OperationFacts(
        register: id, head: try SQLiteLogTransaction.chain(db, start).end.position,
        schemaVersion: try schemas.current(db).schema.version, isHealing: isHealing,
        missing: missing,
        replicas: try RosterTable(db: db).replicas().map { SeenReplica($0, seen[$0.id]) },
        backup: try RosterTable(db: db).backup(), movedTo: try SQLiteChangeLog.newPlace(db))
    }
  }
}

extension RosterTable {
  /// The last backup that was proven, as the audit log has it.
  func backup() throws -> ProvenBackup? {
    try PreparedStatement(
      db, "SELECT time, subject, note FROM audit WHERE act = ? ORDER BY id DESC LIMIT 1"
    ).bound(AuditEntry.Act.backedUp.rawValue).first { row in
      guard let position = Int64(try row.value(1) as String) else {
        throw StoreError.damaged("the audit log holds a backup of no position")
      }
      return ProvenBackup(
        time: try row.time(0), position: LogPosition(position), file: try row.value(2))
    }
  }
}
