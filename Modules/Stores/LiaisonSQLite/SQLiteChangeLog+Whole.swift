internal import GRDB
public import LiaisonFolder
public import LiaisonModel
public import LiaisonSync

/// The whole register, which goes to another place or comes from one.
extension SQLiteChangeLog {
  public func whole<Result: Sendable>(
    _ body: @escaping @Sendable (any RegisterReading) throws -> Result
  ) async throws -> Result {
    try await read { [start] db in try body(SQLiteRegister(db: db, start: start)) }
  }

  public func giveUp<Result: Sendable>(
    to place: String, isForced: Bool, noting entry: AuditEntry,
    _ body: @escaping @Sendable (any RegisterReading) throws -> Result
  ) async throws -> Result {
    try await Databases.guarding {
      try await database.write { [start] db in
        if !isForced, let other = try Self.newPlace(db), other != place {
          throw StoreError.moved(to: other)
        }
        try RosterTable(db: db).note(entry)
        let result = try body(SQLiteRegister(db: db, start: start))
        try PreparedStatement(db, "UPDATE register SET moved_to = ?").bound(place).run()
        return result
      }
    }
  }

  /// Where the register has gone; nil if it is here.
  static func newPlace(_ db: Database) throws -> String? {
    try PreparedStatement(db, "SELECT moved_to FROM register").first { try $0.value(0) }
  }

  /// - Throws: ``StoreError/moved(to:)`` if the register is no longer here.
  static func checkHere(_ db: Database) throws {
    if let place = try newPlace(db) { throw StoreError.moved(to: place) }
  }

  /// Makes a register in a new folder of what `body` puts there: as a whole, or nothing.
  /// - Throws: ``StoreError/exists(_:)`` if the folder holds something already, what `body` throws.
  public static func fill<Result: Sendable>(
    _ directory: DataDirectory, coding: any SchemaCoding,
    _ body: (any RegisterWriting) async throws -> Result
  ) async throws -> Result {
    try await NewFolder(directory).filled { path in
      try await SQLiteDraft.fill(path, of: directory, coding, .folder, body)
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
}
