internal import GRDB
public import LiaisonFolder
public import LiaisonModel
public import LiaisonSync

/// An office's replica in one SQLite file, in WAL.
///
/// Several processes may use it at once: each call is one transaction, and a sync takes a
/// lock of its own.
public final class SQLiteReplicaStore: ReplicaStore {
  let queue: any DatabaseWriter
  let checkpoints: BackgroundCheckpoints
  private let schemas: SchemaCache

  /// Makes an empty replica that has not pulled yet. Whoever goes on to pull makes a ``NewReplica``.
  /// - Throws: ``StoreError`` if the folder holds something already or cannot be written.
  public static func create(
    _ directory: DataDirectory, office: OfficeID, address: String
  ) throws {
    try fill(NewFolder(directory), office: office, address: address)
  }

  static func fill(_ folder: NewFolder, office: OfficeID, address: String) throws {
    let directory = folder.directory
    try folder.filled { path in
      try Databases.guarding {
        let queue = try DatabaseQueue(
          path: path, configuration: Databases.configuration(of: directory))
        try Databases.makeDurable(queue)
        try Databases.lay(queue, directory.role, with: ReplicaMigrations.migrator)
        try queue.write { try ReplicaTable(db: $0).insert(office: office, address: address) }
        try queue.close()
      }
    }
  }

  /// Opens a replica; only for reading if its folder takes no writing, as on a full disk. Brings one of
  /// an older layout to this version's, under the folder's lock.
  /// - Parameter lock: that lock, if this process has it.
  /// - Throws: ``StoreError`` if there is none, its file is damaged or newer, or it is older and another
  ///   process has the lock.
  public init(
    _ directory: DataDirectory, coding: any SchemaCoding, under lock: DirectoryLock? = nil
  ) throws {
    try directory.checkExists()
    schemas = SchemaCache(coding)
    let checkpoints = BackgroundCheckpoints(
      path: directory.databasePath, configuration: Databases.configuration(of: directory))
    self.checkpoints = checkpoints
    queue = try Databases.opened(directory, with: ReplicaMigrations.migrator) {
      let queue = try DatabaseQueue(
        path: directory.databasePath, configuration: Databases.configuration(of: directory))
      try Databases.migrate(
        queue, directory, with: ReplicaMigrations.migrator, under: lock)
      try Databases.makeDurable(queue)
      try queue.inDatabase { try checkpoints.serve($0) }
      return queue
    }
  }

  /// Opens a replica to look something up in passing: nothing is written, also no file of an older layout,
  /// and nobody is waited for.
  /// - Throws: ``StoreError`` if there is none, or its file is damaged or of another layout.
  public init(lookingInto directory: DataDirectory, coding: any SchemaCoding) throws {
    try directory.checkExists()
    schemas = SchemaCache(coding)
    var configuration = Databases.configuration(of: directory)
    configuration.readonly = true
    configuration.busyMode = .immediateError
    // It has none: it is for who writes.
    checkpoints = BackgroundCheckpoints(
      path: directory.databasePath, configuration: configuration)
    // SQLite would leave the files beside it that it shares with a writer: only where one has them.
    if let alone = Databases.readOnly(directory, with: ReplicaMigrations.migrator) {
      queue = alone
      return
    }
    queue = try Databases.guarding {
      let queue = try DatabaseQueue(path: directory.databasePath, configuration: configuration)
      guard try Databases.isCurrent(queue, directory, with: ReplicaMigrations.migrator) else {
        throw StoreError.older
      }
      return queue
    }
  }

  public func identity() async throws -> ReplicaIdentity {
    try await read { try $0.identity() }
  }

  public func read<Result: Sendable>(
    _ body: @escaping @Sendable (any ReplicaReader) throws -> Result
  ) async throws -> Result {
    try await Databases.guarding {
      try await queue.read { [schemas] db in
        try Databases.setCache(kibibytes: Tuning.readerCacheKibibytes, in: db)
        return try body(SQLiteReplicaTransaction(db: db, schemas: schemas))
      }
    }
  }

  public func write<Result: Sendable>(
    _ durability: Durability,
    _ body: @escaping @Sendable (any ReplicaTransaction) throws -> Result
  ) async throws -> Result {
    try await Databases.guarding {
      try await queue.writeWithoutTransaction { [schemas] db in
        // Set before every transaction and never back after one: a task that is cancelled in between
        // would not get to it.
        try Databases.setSynchronous(durability.synchronous, in: db)
        try Databases.setCache(kibibytes: durability.cacheKibibytes, in: db)
        var result: Result?
        try db.inTransaction(.immediate) {
          result = try body(SQLiteReplicaTransaction(db: db, schemas: schemas))
          return .commit
        }
        guard let result else { throw StoreError.io("the database did not run a transaction") }
        return result
      }
    }
  }

  public func checkIntegrity() async throws {
    try await Databases.guarding {
      try await queue.read { db in
        try Databases.checkIntegrity(db)
        try Databases.check("the number of records", db, hasNo: ReplicaTable.miscounted)
        try Databases.check(
          "the table of links", db,
          hasNo: "SELECT 1 FROM link WHERE record NOT IN (SELECT id FROM record)")
      }
    }
  }
}

extension Durability {
  fileprivate var synchronous: Databases.Synchronous {
    switch self {
    case .durable: .full
    case .repeatable: .normal
    }
  }

  fileprivate var cacheKibibytes: Int {
    switch self {
    case .durable: Tuning.durableCacheKibibytes
    case .repeatable: Tuning.pulledCacheKibibytes
    }
  }
}
