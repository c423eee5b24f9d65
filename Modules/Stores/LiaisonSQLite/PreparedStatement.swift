internal import GRDB
internal import GRDBSQLite

/// A statement whose arguments are bound, and whose rows are read, in place: GRDB boxes each argument
/// and makes a dictionary of the columns' names for each query, also where one runs for each of many rows.
///
/// One of the same text must not run while it does, unless it is a ``separate(_:_:)`` one.
struct PreparedStatement {
  private let statement: Statement
  private let db: Database

  /// A statement that the connection prepares once.
  init(_ db: Database, _ sql: String) throws {
    self.db = db
    statement = try db.cachedStatement(sql: sql)
  }

  private init(_ db: Database, _ statement: Statement) {
    self.db = db
    self.statement = statement
  }

  /// A statement of its own, for rows whose reader may come back to the database.
  static func separate(_ db: Database, _ sql: String) throws -> PreparedStatement {
    PreparedStatement(db, try db.makeStatement(sql: sql))
  }

  private var handle: OpaquePointer { statement.sqliteStatement }

  /// - Returns: the statement with a value for each of its parameters, which SQLite copies.
  /// - Throws: `DatabaseError`, as for a value that is too large.
  func bound<each Value: ColumnValue>(_ value: repeat each Value) throws -> PreparedStatement {
    let last = try bind(after: 0, repeat each value)
    assert(last == sqlite3_bind_parameter_count(handle), "each parameter has its value")
    return self
  }

  /// Binds values to the parameters after one, for a statement that has those of several rows.
  /// - Returns: the last parameter that was bound.
  func bind<each Value: ColumnValue>(
    after first: Int32, _ value: repeat each Value
  ) throws -> Int32 {
    var index = first
    for value in repeat each value {
      index += 1
      try check(value.bind(to: handle, at: index), is: SQLITE_OK)
    }
    return index
  }

  /// Likewise, without SQLite's copies. The statement runs, and ``unbind()`` is called, before the memory goes.
  /// - Returns: the last parameter that was bound.
  func bind<each Value: ColumnValue>(
    after first: Int32, in memory: BoundMemory, _ value: repeat each Value
  ) throws -> Int32 {
    var index = first
    for value in repeat each value {
      index += 1
      try check(value.bind(to: handle, at: index, in: memory), is: SQLITE_OK)
    }
    return index
  }

  /// Lets go of what is bound.
  func unbind() { sqlite3_clear_bindings(handle) }

  /// Runs a statement that has no rows, in a transaction.
  /// - Returns: whether it changed a row.
  /// - Throws: `DatabaseError`.
  @discardableResult
  func run() throws -> Bool { try changes() > 0 }

  /// Runs a statement that has no rows, in a transaction.
  /// - Returns: how many rows it changed.
  /// - Throws: `DatabaseError`.
  func changes() throws -> Int {
    // SQLite may have given the transaction up by itself: then none of its statements may stand alone.
    guard db.isInsideTransaction else {
      throw DatabaseError(resultCode: .SQLITE_ABORT, message: "the transaction has ended")
    }
    defer { sqlite3_reset(handle) }
    try check(sqlite3_step(handle), is: SQLITE_DONE)
    return db.changesCount
  }

  /// Hands over each row; it can be read until the body returns.
  /// - Throws: `DatabaseError`, and what the body throws.
  func forEach(_ body: (Columns) throws -> Void) throws {
    try until { row in
      try body(row)
      return true
    }
  }

  /// Hands over rows while the body says so.
  /// - Throws: `DatabaseError`, and what the body throws.
  func until(_ body: (Columns) throws -> Bool) throws {
    defer { sqlite3_reset(handle) }
    while true {
      let code = sqlite3_step(handle)
      if code == SQLITE_DONE { return }
      try check(code, is: SQLITE_ROW)
      guard try body(Columns(statement: handle)) else { return }
    }
  }

  /// - Returns: what the body makes of the first row; nil if there is none.
  func first<Result>(_ body: (Columns) throws -> Result?) throws -> Result? {
    var result: Result?
    try until { row in
      result = try body(row)
      return false
    }
    return result
  }

  /// - Returns: what the body makes of each row.
  func all<Result>(_ body: (Columns) throws -> Result) throws -> [Result] {
    var results: [Result] = []
    try forEach { results.append(try body($0)) }
    return results
  }

  private func check(_ code: Int32, is expected: Int32) throws {
    guard code != expected else { return }
    // The database interrupts what a cancelled task runs.
    if code == SQLITE_INTERRUPT { try Task.checkCancellation() }
    throw DatabaseError(
      resultCode: ResultCode(rawValue: code),
      message: String(cString: sqlite3_errmsg(db.sqliteConnection)))
  }
}
