internal import GRDB
public import LiaisonFolder
public import LiaisonModel
public import LiaisonSync

/// A register in a single file, at one moment.
extension SQLiteChangeLog {
  /// Copies the register as it stands at one moment into a new file, while others go on reading and
  /// committing (SQLite, *Online Backup API*). The file has its name when it is whole, was checked, and is
  /// on the disk.
  /// - Parameter check: looks at the copy.
  /// - Throws: ``StoreError/exists(_:)`` if there is something at the path; then nothing is changed.
  public func backUp(
    to path: String, coding: any SchemaCoding,
    check: (SQLiteChangeLog) async throws -> Void
  ) async throws {
    try await NewFile(path).filled { draft in
      try await Databases.guarding {
        try await database.read { source in
          let target = try DatabaseQueue(path: draft)
          try target.inDatabase { try source.backup(to: $0) }
          // A single file: what would stand beside it is left behind when it is moved.
          try target.writeWithoutTransaction {
            _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE")
          }
          try target.close()
        }
      }
      let copy = try SQLiteChangeLog(backup: draft, coding: coding)
      let end = try await copy.status().head
      guard try await status(among: [end]).shared == end else {
        throw StoreError.damaged(
          "the copy is not what the register was at position \(end.position)")
      }
      try await check(copy)
      try copy.database.close()
    }
  }

  /// Hands over the head that each record had at a position, in the order of the records' ids.
  public func forEachHead(
    at position: LogPosition, _ body: @escaping @Sendable (RevisionID) throws -> Void
  ) async throws {
    try await read { db in
      // SQLite takes the revision from the row of the greatest position (*Quirks*, bare columns).
      try PreparedStatement.separate(
        db,
        """
        SELECT revision, max(position) FROM change WHERE position <= ?
        GROUP BY record ORDER BY record
        """
      ).bound(position.number).forEach { try body(try $0.value(0)) }
    }
  }

  /// Opens a file that ``backUp(to:coding:check:)`` has made, for reading.
  /// - Throws: ``StoreError`` if there is none, or it is foreign, damaged, older or newer.
  public convenience init(backup path: String, coding: any SchemaCoding) throws {
    let queue = try Databases.guarding {
      try Databases.readOnlyFile(path, .server, with: ChangeLogMigrations.migrator)
    }
    try self.init(queue, coding: coding)
  }

  /// Makes a register of a backup. It may have lost what was committed since: healing is open in it. Whether an
  /// invitation has been used since is not known: none is good any more.
  /// - Parameter check: looks at the backup.
  /// - Throws: ``StoreError/exists(_:)`` if the folder holds something already, what opening the backup
  ///   throws, what `check` throws; then nothing is made.
  public static func restore(
    _ path: String, into directory: DataDirectory, coding: any SchemaCoding,
    check: (SQLiteChangeLog) async throws -> Void
  ) async throws {
    let backup = try SQLiteChangeLog(backup: path, coding: coding)
    try await check(backup)
    try NewFolder(directory).filled { draft in
      try Databases.guarding {
        let queue = try DatabaseQueue(
          path: draft, configuration: Databases.configuration(of: directory))
        try backup.database.read { source in
          try queue.inDatabase { try source.backup(to: $0) }
        }
        try Databases.makeDurable(queue)
        try queue.write { db in
          try db.execute(sql: "UPDATE register SET is_healing = 1, roster = roster + 1")
          try db.execute(sql: "UPDATE invitation SET ends = issued WHERE replica IS NULL")
          // It is the register that went back, not they.
          try db.execute(sql: "DELETE FROM sighting")
        }
        try queue.close()
      }
    }
  }
}
