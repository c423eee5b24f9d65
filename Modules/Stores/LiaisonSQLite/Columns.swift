internal import GRDB
internal import GRDBSQLite
internal import LiaisonModel
internal import LiaisonSync

/// The columns of a row, as long as its statement stands on it.
struct Columns {
  fileprivate let statement: OpaquePointer

  init(statement: OpaquePointer) { self.statement = statement }

  /// A value that the layout promises.
  /// - Throws: ``StoreError/damaged(_:)`` if the column holds none such.
  func value<Value: ColumnValue>(_ column: Int) throws -> Value {
    guard let value = Value(statement, column: Int32(column)) else {
      throw StoreError.damaged("the database holds a value that is none of its column's")
    }
    return value
  }

  func hasNull(_ column: Int) -> Bool {
    sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
  }

  /// Bytes that all columns hold together, besides numbers.
  var byteCount: Int {
    (0..<sqlite3_column_count(statement)).reduce(0) { sum, column in
      switch sqlite3_column_type(statement, column) {
      case SQLITE_BLOB, SQLITE_TEXT: sum + Int(sqlite3_column_bytes(statement, column))
      case _: sum
      }
    }
  }

  /// A revision whose name and bytes stand in two columns; nil if these hold none.
  func revision(_ id: Int, _ bytes: Int) throws -> EncodedRevision? {
    if hasNull(id) && hasNull(bytes) { return nil }
    return EncodedRevision(id: try value(id), bytes: try value(bytes))
  }

  func code(_ column: Int) throws -> RecordCode {
    guard let code = RecordCode(try value(column) as String) else {
      throw StoreError.damaged("the database holds a code that is none")
    }
    return code
  }
}

extension Columns {
  /// Ids that stand one after the other.
  func ids<ID: Identity>(_ column: Int) throws -> [ID] {
    try parts(column, UUIDv7.byteCount) { ID($0) }
  }

  /// Names of revisions that stand one after the other.
  func names(_ column: Int) throws -> [RevisionID] { try parts(column, 32) { RevisionID($0) } }

  private func parts<Part>(
    _ column: Int, _ width: Int, _ part: (UnsafeRawBufferPointer) -> Part?
  ) throws -> [Part] {
    let blob: [UInt8] = try value(column)
    return try blob.withUnsafeBytes { bytes in
      try stride(from: 0, to: bytes.count, by: width).map { start in
        let end = min(start + width, bytes.count)
        guard let part = part(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) else {
          throw StoreError.damaged("the database holds an id that is none")
        }
        return part
      }
    }
  }

  func office(_ column: Int) throws -> OfficeID {
    guard let office = OfficeID(try value(column) as String) else {
      throw StoreError.damaged("the database holds an office's id that is none")
    }
    return office
  }
}
