internal import GRDB

/// The replica's tables; each one's layout stands beside its statements. From the first release on, a
/// landed migration is never edited.
enum ReplicaMigrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("chained") { db in
      for layout in [
        ReplicaTable.layout, RecordTable.layout, HistoryTable.layout, OutboxTable.layout,
        NumberingTable.layout, SearchTable.layout, LinkTable.layout, AncestorTable.layout,
        LostTable.layout, UndoTable.layout,
      ] {
        try db.execute(sql: layout)
      }
    }
    return migrator
  }
}
