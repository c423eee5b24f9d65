internal import GRDB
internal import LiaisonFolder
internal import LiaisonModel
internal import LiaisonSync

/// A file that a whole register is put into. It has another name than a register's until it is whole.
struct SQLiteDraft: RegisterWriting {
  private let queue: DatabaseQueue
  private let hashing: any Hashing

  /// Lets `body` fill an empty file, and leaves it as a register is opened.
  static func fill<Result: Sendable>(
    _ path: String, of directory: DataDirectory, _ hashing: any Hashing, _ use: Use,
    _ body: (any RegisterWriting) async throws -> Result
  ) async throws -> Result {
    try await Databases.guarding {
      let queue = try opened(path, directory)
      let result = try await body(SQLiteDraft(queue: queue, hashing: hashing))
      try close(queue, use)
      return result
    }
  }

  private static func opened(_ path: String, _ directory: DataDirectory) throws -> DatabaseQueue {
    let queue = try DatabaseQueue(
      path: path, configuration: Databases.configuration(of: directory))
    try Databases.lay(queue, .server, with: ChangeLogMigrations.migrator)
    // Nothing of it counts before it is whole, and then all of it is brought to the disk.
    try queue.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA synchronous = OFF")
      _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = OFF")
    }
    return queue
  }

  private static func close(_ queue: DatabaseQueue, _ use: Use) throws {
    switch use {
    case .folder: try Databases.makeDurable(queue)
    case .backup:
      // A single file: what would stand beside it is left behind when it is moved.
      try queue.writeWithoutTransaction {
        _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE")
      }
    }
    try queue.close()
  }

  /// What becomes of the file.
  enum Use {
    case folder
    case backup
  }

  func put(_ part: RegisterPart) throws {
    try Databases.guarding { try queue.write { try SQLiteRegister.put(part, into: $0) } }
  }

  func forEachPart(_ body: @Sendable (RegisterPart) throws -> Void) throws {
    try Databases.guarding {
      try queue.read { db in
        let register: RegisterID? = try PreparedStatement(db, "SELECT register FROM register")
          .first { try $0.value(0) }
        guard let register else { throw StoreError.damaged("no register was put there") }
        try SQLiteRegister(db: db, start: LogChain(of: register, hashing)).forEachPart(body)
      }
    }
  }
}
