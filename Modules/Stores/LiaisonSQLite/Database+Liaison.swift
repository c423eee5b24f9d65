internal import Foundation
internal import GRDB
internal import LiaisonFolder
internal import LiaisonModel
internal import LiaisonSync

/// Opens the SQLite file of a folder and says in our words what SQLite says.
enum Databases {
  static func configuration(of directory: DataDirectory) -> Configuration {
    let (patience, page) =
      switch directory.role {
      case .server: (Tuning.serverBusySeconds, Tuning.serverPageBytes)
      case .replica: (Tuning.replicaBusySeconds, Tuning.replicaPageBytes)
      }
    var configuration = Configuration()
    configuration.busyMode = .timeout(TimeInterval(patience))
    configuration.foreignKeysEnabled = true
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA trusted_schema = OFF")
      try db.execute(sql: "PRAGMA cell_size_check = ON")
      guard !db.configuration.readonly else { return }
      // Counts for a new file.
      try db.execute(sql: "PRAGMA page_size = \(page)")
      // A batch changes pages all over the file: what does not fit is written and read again before its time.
      try setCache(kibibytes: Tuning.durableCacheKibibytes, in: db)
      try db.execute(sql: "PRAGMA wal_autocheckpoint = \(Tuning.checkpointBytes / page)")
    }
    return configuration
  }

  /// Brings a writer into WAL, makes every commit of it survive a power cut, and reads that back.
  ///
  /// Neither is left to GRDB: where it enters WAL, it writes to the file each time it is opened, and sets
  /// NORMAL after `prepareDatabase`. A pool still does both, before this.
  /// - Throws: ``StoreError/io(_:)`` if SQLite does not take it.
  static func makeDurable(_ writer: some DatabaseWriter) throws {
    try writer.writeWithoutTransaction { db in
      guard try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") == "wal" else {
        throw StoreError.io("the database does not take PRAGMA journal_mode = WAL")
      }
      try setSynchronous(.full, in: db)
      guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == Synchronous.full.rawValue else {
        throw StoreError.io("the database does not take PRAGMA synchronous = FULL")
      }
    }
  }

  /// When a commit returns; the numbers are SQLite's.
  enum Synchronous: Int {
    /// Before its bytes are on the disk: only for what can be pulled again.
    case normal = 1
    case full = 2
  }

  /// Says how much of the file a connection keeps; what it has beyond that, it gives back.
  static func setCache(kibibytes: Int, in db: Database) throws {
    try db.cachedStatement(sql: "PRAGMA cache_size = -\(kibibytes)").execute()
  }

  /// Outside of a transaction only.
  static func setSynchronous(_ level: Synchronous, in db: Database) throws {
    try db.cachedStatement(sql: "PRAGMA synchronous = \(level.rawValue)").execute()
  }

  /// Gives an empty file this version's layout, and the mark of its role.
  static func lay(
    _ writer: some DatabaseWriter, _ role: DataDirectory.Role, with migrator: DatabaseMigrator
  ) throws {
    try migrator.migrate(writer)
    try writer.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA application_id = \(role.applicationID)")
    }
  }

  /// Brings the file to this version's layout. No other process may be at work in its folder meanwhile:
  /// it may be of the version that knows the older one.
  /// - Parameter lock: the folder's, if this process has it.
  /// - Throws: ``StoreError`` `.newer` if a newer version wrote it, `.older` if one wrote it that was
  ///   never released, `.damaged` if it is not one of ours, `.locked` if it is of an older layout and another process has the lock.
  static func migrate(
    _ writer: some DatabaseWriter, _ directory: DataDirectory, with migrator: DatabaseMigrator,
    under lock: DirectoryLock? = nil
  ) throws {
    // Who only reads a file of this layout takes no lock.
    if try isCurrent(writer, directory, with: migrator) { return }
    let lock = try lock ?? migrationLock(directory)
    defer { withExtendedLifetime(lock) {} }
    // Another process may have been quicker.
    if try isCurrent(writer, directory, with: migrator) { return }
    try migrator.migrate(writer)
  }

  /// - Returns: whether the file is of this version's layout, not of an older one.
  static func isCurrent(
    _ writer: some DatabaseWriter, _ directory: DataDirectory, with migrator: DatabaseMigrator
  ) throws -> Bool {
    try isCurrent(writer, directory.databasePath, directory.role, with: migrator)
  }

  private static func isCurrent(
    _ reader: some DatabaseReader, _ path: String, _ role: DataDirectory.Role,
    with migrator: DatabaseMigrator
  ) throws -> Bool {
    try reader.read { db in
      let mark = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
      guard mark == role.applicationID else {
        throw StoreError.damaged("\(path) is not a Liaison \(role.rawValue)")
      }
      guard try !migrator.appliedIdentifiers(db).contains("1") else { throw StoreError.older }
      guard try !migrator.hasBeenSuperseded(db) else { throw StoreError.newer }
      return try migrator.hasCompletedMigrations(db)
    }
  }

  private static func migrationLock(_ directory: DataDirectory) throws -> DirectoryLock {
    do {
      return try DirectoryLock(directory, name: directory.role.lock, holder: "a migration")
    } catch StoreError.locked(by: let holder) {
      // Most of what is asked for goes on beside another process: why this does not.
      throw StoreError.locked(by: "\(holder ?? "unnamed"); the folder is of an older layout")
    }
  }

  /// A database that can only be read, for a folder in which SQLite cannot make the files that it
  /// shares with other processes.
  /// - Returns: nil if the file alone does not tell all, or is not at this version.
  static func readOnly(
    _ directory: DataDirectory, with migrator: DatabaseMigrator
  ) -> DatabaseQueue? {
    let path = directory.databasePath
    let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
    guard (log?[.size] as? NSNumber)?.intValue ?? 0 == 0 else { return nil }
    guard let queue = try? immutable(path),
      (try? queue.read(migrator.hasCompletedMigrations)) == true
    else { return nil }
    return queue
  }

  private static func immutable(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(
      path: URL(filePath: path).absoluteString + "?immutable=1", configuration: configuration)
  }

  /// Opens a single file that nobody writes to.
  /// - Throws: ``StoreError`` `.missing`, `.newer`, `.older`, `.damaged` if it is not one of ours.
  static func readOnlyFile(
    _ path: String, _ role: DataDirectory.Role, with migrator: DatabaseMigrator
  ) throws -> DatabaseQueue {
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw StoreError.missing("there is no file \(path) that can be read")
    }
    let queue = try immutable(path)
    guard try isCurrent(queue, path, role, with: migrator) else { throw StoreError.older }
    return queue
  }

  /// Opens with `open`; only for reading if the folder takes no writing, as on a full disk.
  /// - Throws: what `open` throws, if the file cannot be read alone.
  static func opened(
    _ directory: DataDirectory, with migrator: DatabaseMigrator,
    _ open: () throws -> any DatabaseWriter
  ) throws -> any DatabaseWriter {
    do {
      return try guarding(open)
    } catch let error as StoreError where error.isOfWriting {
      guard let queue = readOnly(directory, with: migrator) else { throw error }
      return queue
    }
  }

  static func checkIntegrity(_ db: Database) throws {
    let answer = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
    guard answer == "ok" else { throw StoreError.damaged("the database file is damaged") }
    guard try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") == nil else {
      throw StoreError.damaged("a row of the database refers to one that is not there")
    }
  }

  /// - Parameter wrong: a query that finds no row in what is derived as it must be.
  static func check(_ what: String, _ db: Database, hasNo wrong: String) throws {
    guard try Row.fetchOne(db, sql: wrong) == nil else {
      throw StoreError.damaged("\(what) is not what the records say")
    }
  }

  /// Runs a database call and turns its error into ours.
  static func guarding<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as DatabaseError {
      throw storeError(error)
    }
  }

  static func guarding<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw storeError(error)
    }
  }

  private static func storeError(_ error: DatabaseError) -> StoreError {
    switch error.resultCode {
    case .SQLITE_FULL: .full
    case .SQLITE_BUSY, .SQLITE_LOCKED: .locked(by: nil)
    case .SQLITE_IOERR: .io("the disk refused a read or a write; nothing was changed")
    case .SQLITE_READONLY, .SQLITE_CANTOPEN: .io("the database file cannot be written")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
      .damaged("the database file is damaged")
    default:
      // SQLite's message names tables and columns, never what stands in them.
      .io("the database refused: \(error.message ?? "\(error.resultCode)")")
    }
  }
}

extension StoreError {
  /// Whether a folder that takes no writing could be the cause.
  fileprivate var isOfWriting: Bool {
    switch self {
    case .io, .full: true
    case .locked, .newer, .older, .damaged, .missing, .unfit, .exposed, .exists, .changed,
      .moved, .unreachable, .untrusted:
      false
    }
  }
}
