internal import GRDB
internal import GRDBSQLite

/// A statement that is run once for each of many rows, with its arguments bound in place: GRDB takes
/// them as an array of boxed values, which costs a clone as much as SQLite does.
struct BoundStatement {
  private let statement: Statement
  private let db: Database
  /// That SQLite copies what is bound.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  init(_ db: Database, sql: String) throws {
    self.db = db
    statement = try db.cachedStatement(sql: sql)
  }

  func bind(_ number: Int64, at index: Int32) {
    sqlite3_bind_int64(statement.sqliteStatement, index, number)
  }

  func bind(_ text: String, at index: Int32) {
    var text = text
    text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        _ = sqlite3_bind_text(
          statement.sqliteStatement, index, $0.baseAddress, Int32($0.count), Self.copied)
      }
    }
  }

  func bind(_ bytes: [UInt8], at index: Int32) {
    bytes.withUnsafeBytes {
      _ = sqlite3_bind_blob(
        statement.sqliteStatement, index, $0.baseAddress, Int32($0.count), Self.copied)
    }
  }

  /// Runs the statement with what was bound.
  /// - Returns: whether it changed a row.
  /// - Throws: `DatabaseError`.
  func run() throws -> Bool {
    let handle = statement.sqliteStatement
    defer { sqlite3_reset(handle) }
    let code = sqlite3_step(handle)
    guard code == SQLITE_DONE else {
      throw DatabaseError(
        resultCode: ResultCode(rawValue: code),
        message: String(cString: sqlite3_errmsg(db.sqliteConnection)))
    }
    return db.changesCount > 0
  }
}
