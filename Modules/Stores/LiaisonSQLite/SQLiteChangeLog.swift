internal import GRDB
public import LiaisonFolder
public import LiaisonModel
public import LiaisonSync

/// A server's change log in one SQLite file, in WAL.
public final class SQLiteChangeLog: ChangeLog {
  let database: any DatabaseWriter
  private let commits: CommitQueue
  private let register: RegisterID
  let schemas: RegisterSchemas
  /// The chain of this register's log before its first entry.
  let start: LogChain

  /// Makes a register: an empty log with its schema.
  /// - Parameter standing: its authority; without one nobody can enrol.
  /// - Throws: ``StoreError`` if the folder holds something already or cannot be written.
  public static func create(
    _ directory: DataDirectory, register: RegisterID, schema: Schema,
    coding: any SchemaCoding, standing: Standing? = nil
  ) throws {
    let encoded = try coding.encode(schema).bytes
    try NewFolder(directory).filled { path in
      try Databases.guarding {
        // A pool would keep its log beside the file, where the file's new name does not find it.
        let queue = try DatabaseQueue(
          path: path, configuration: Databases.configuration(of: directory))
        try Databases.makeDurable(queue)
        try Databases.lay(queue, directory.role, with: ChangeLogMigrations.migrator)
        try queue.write { db in
          _ = try PreparedStatement(
            db, "INSERT INTO register (id, register, schema) VALUES (1, ?, ?)"
          ).bound(register, encoded).run()
          try standing?.insert(into: db)
        }
        try queue.close()
      }
    }
  }

  /// Opens a register; brings one of an older layout to this version's, under the folder's lock.
  /// - Throws: ``StoreError`` if there is none, its file is damaged or newer, it is older and another
  ///   process has the lock, or it is to be written to and has moved.
  public convenience init(
    _ directory: DataDirectory, coding: any SchemaCoding, for access: RegisterAccess = .writing
  ) throws {
    try directory.checkExists()
    func open() throws -> any DatabaseWriter {
      let pool = try DatabasePool(
        path: directory.databasePath, configuration: Databases.configuration(of: directory))
      try Databases.migrate(pool, directory, with: ChangeLogMigrations.migrator)
      try Databases.makeDurable(pool)
      return pool
    }
    let database =
      switch access {
      case .reading: try Databases.opened(directory, with: ChangeLogMigrations.migrator, open)
      case .writing: try Databases.guarding(open)
      }
    try self.init(database, coding: coding)
    if access == .writing { try Databases.guarding { try database.read(Self.checkHere) } }
  }

  init(_ database: any DatabaseWriter, coding: any SchemaCoding) throws {
    let schemas = RegisterSchemas(coding)
    register = try Databases.guarding {
      try database.read { db in
        _ = try schemas.current(db)
        let register: RegisterID? = try PreparedStatement(db, "SELECT register FROM register")
          .first { try $0.value(0) }
        guard let register else { throw StoreError.damaged("the database holds no register") }
        return register
      }
    }
    self.database = database
    self.schemas = schemas
    start = LogChain(of: register, coding)
    commits = CommitQueue(database, start, schemas)
  }

  public func status(among places: [LiaisonSync.Cursor]) async throws -> LogStatus {
    try await read { [register, schemas, start] db in
      let state = try PreparedStatement(db, "SELECT is_healing, moved_to FROM register")
        .first { (isHealing: try $0.value(0) as Bool, movedTo: try $0.value(1) as String?) }
      return LogStatus(
        register: register, head: try SQLiteLogTransaction.chain(db, start).end,
        schema: try schemas.current(db), isHealing: state?.isHealing ?? false,
        movedTo: state?.movedTo, shared: try SQLiteChangeLog.last(of: places, db, start),
        wanted: try PreparedStatement(
          db, "SELECT record, revision FROM wanted ORDER BY random() LIMIT ?"
        )
        .bound(SyncLimits.wanted).all {
          WantedRevision(record: try $0.value(0), revision: try $0.value(1))
        })
    }
  }

  public func has(_ place: LiaisonSync.Cursor) async throws -> Bool {
    try await read { [start] db in try Self.last(of: [place], db, start) == place }
  }

  /// The last of some places that is one of the log's.
  private static func last(
    of places: [LiaisonSync.Cursor], _ db: Database, _ start: LogChain
  ) throws -> LiaisonSync.Cursor? {
    guard !places.isEmpty else { return nil }
    let prefix = try PreparedStatement(
      db,
      """
      SELECT prefix FROM change WHERE position = ?1
      UNION ALL SELECT prefix FROM schema_change WHERE position = ?1
      """)
    return try places.sorted { $0.position > $1.position }.first { place in
      if place.position == .zero { return place == start.end }
      return try prefix.bound(place.position.number).first { try $0.value(0) } == place.prefix
    }
  }

  public func setHealing(_ isHealing: Bool) async throws {
    try await write { db in
      _ = try PreparedStatement(db, "UPDATE register SET is_healing = ?").bound(isHealing).run()
    }
  }

  public func count(after position: LogPosition) async throws -> RecordCount {
    try await read { db in
      let count = try PreparedStatement(
        db, "SELECT count(*), ifnull(sum(is_deleted = 0), 0) FROM record WHERE head > ?"
      ).bound(position.number).first { RecordCount(all: try $0.value(0), live: try $0.value(1)) }
      return count ?? RecordCount(all: 0, live: 0)
    }
  }

  public func commit(
    _ question: CommitQuestion,
    decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict] {
    try await Databases.guarding { try await commits.commit(question, decide: decide) }
  }

  public func transaction<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result {
    try await write { [start, schemas] in try body(SQLiteLogTransaction($0, start, schemas)) }
  }

  public func checkIntegrity() async throws {
    try await read { db in
      try Databases.checkIntegrity(db)
      try Databases.check(
        "the table of records", db,
        hasNo: """
          SELECT 1 FROM record JOIN change ON change.position = record.head
          WHERE change.record != record.record
          """)
      try Databases.check(
        "the register's schema", db,
        hasNo: """
          SELECT 1 FROM register WHERE schema_position != 0 AND schema IS NOT
            (SELECT bytes FROM schema_change WHERE position = schema_position)
            OR schema_position != ifnull((SELECT max(position) FROM schema_change), 0)
          """)
      try Databases.check(
        "the table of links", db,
        hasNo: "SELECT 1 FROM link WHERE record NOT IN (SELECT record FROM record)")
    }
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await Databases.guarding { try await database.read(body) }
  }

  /// - Throws: ``StoreError``: ``StoreError/moved(to:)``; and what `body` throws.
  func write<Result: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Result
  ) async throws -> Result {
    try await Databases.guarding {
      try await database.write { db in
        try Self.checkHere(db)
        return try body(db)
      }
    }
  }
}
