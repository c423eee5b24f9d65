internal import GRDB

/// The replica's tables; each one's layout stands beside its statements. A landed migration is never
/// edited.
enum ReplicaMigrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      for layout in [
        ReplicaTable.layout, RecordTable.layout, HistoryTable.layout, OutboxTable.layout,
        NumberingTable.layout, SearchTable.layout,
      ] {
        try db.execute(sql: layout)
      }
    }
    migrator.registerMigration("2") { try $0.execute(sql: ReplicaTable.counted) }
    migrator.registerMigration("3") { try $0.execute(sql: LinkTable.layout) }
    migrator.registerMigration("4") { try $0.execute(sql: LinkTable.apart + SearchTable.tuning) }
    return migrator
  }
}
