internal import Foundation
internal import GRDB
internal import LiaisonFolder
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

  /// Makes a backup of what `body` puts into it, which comes from another kind of store. Otherwise as
  /// ``backUp(to:coding:check:)``.
  public static func fillBackup(
    _ path: String, coding: any SchemaCoding,
    _ body: (any RegisterWriting) async throws -> Void,
    check: (SQLiteChangeLog) async throws -> Void
  ) async throws {
    let folder = DataDirectory((path as NSString).deletingLastPathComponent, role: .server)
    try await NewFile(path).filled { draft in
      try await SQLiteDraft.fill(draft, of: folder, coding, .backup, body)
      let copy = try SQLiteChangeLog(backup: draft, coding: coding)
      try await check(copy)
      try copy.database.close()
    }
  }

  /// Opens a file that ``backUp(to:coding:check:)`` has made, for reading.
  /// - Throws: ``StoreError`` if there is none, or it is foreign, damaged, older or newer;
  ///   ``StoreError/unfit(_:)`` for a server's own file.
  public convenience init(backup path: String, coding: any SchemaCoding) throws {
    let queue = try Databases.guarding {
      try Databases.readOnlyFile(path, .server, with: ChangeLogMigrations.migrator)
    }
    guard try !Self.hasLog(path) else {
      throw StoreError.unfit(
        "\(path) is no backup but a server's own file: what it committed last may stand in another beside it"
      )
    }
    try self.init(queue, coding: coding)
  }

  /// Whether a file is one of two: SQLite keeps what was committed last in a write-ahead log, without which it
  /// is an older register. Its number 2 at byte 18 (SQLite, *Database File Format*) says so; a backup has none.
  private static func hasLog(_ path: String) throws -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    let header = try file.read(upToCount: 19)
    return header?.count == 19 && header?.last == 2
  }
}
