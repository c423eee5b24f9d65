internal import GRDBSQLite
internal import LiaisonModel
internal import LiaisonSync

/// What a column of a STRICT table holds.
protocol ColumnValue {
  /// - Returns: SQLite's result code.
  func bind(to statement: OpaquePointer, at index: Int32) -> Int32

  /// Binds a copy that stands in the memory, as far as that has room.
  func bind(to statement: OpaquePointer, at index: Int32, in memory: BoundMemory) -> Int32

  /// Nil if the column holds another type, or what its type does not have.
  init?(_ statement: OpaquePointer, column: Int32)
}

extension ColumnValue {
  func bind(to statement: OpaquePointer, at index: Int32, in memory: BoundMemory) -> Int32 {
    bind(to: statement, at: index)
  }
}

extension ColumnValue where Self: FixedWidthInteger {
  func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
    sqlite3_bind_int64(statement, index, Int64(self))
  }

  init?(_ statement: OpaquePointer, column: Int32) {
    guard sqlite3_column_type(statement, column) == SQLITE_INTEGER else { return nil }
    self.init(exactly: sqlite3_column_int64(statement, column))
  }
}

extension Int64: ColumnValue {}
extension Int: ColumnValue {}
extension UInt32: ColumnValue {}

extension Bool: ColumnValue {
  func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
    Int64(self ? 1 : 0).bind(to: statement, at: index)
  }

  init?(_ statement: OpaquePointer, column: Int32) {
    guard let number = Int64(statement, column: column) else { return nil }
    self = number != 0
  }
}

/// That SQLite copies what is bound.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension String: ColumnValue {
  func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
    var text = self
    return text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        // Without an address it would be NULL.
        guard let start = $0.baseAddress else {
          return sqlite3_bind_text(statement, index, "", 0, copied)
        }
        return sqlite3_bind_text64(
          statement, index, start, UInt64($0.count), copied, UInt8(SQLITE_UTF8))
      }
    }
  }

  func bind(to statement: OpaquePointer, at index: Int32, in memory: BoundMemory) -> Int32 {
    var text = self
    let copy = text.withUTF8 { utf8 in
      memory.copy(UnsafeRawBufferPointer(utf8)).map { (start: $0, count: utf8.count) }
    }
    guard let copy else { return bind(to: statement, at: index) }
    return sqlite3_bind_text64(
      statement, index, copy.start.assumingMemoryBound(to: CChar.self), UInt64(copy.count), nil,
      UInt8(SQLITE_UTF8))
  }

  init?(_ statement: OpaquePointer, column: Int32) {
    guard sqlite3_column_type(statement, column) == SQLITE_TEXT,
      let start = sqlite3_column_text(statement, column)
    else { return nil }
    let count = Int(sqlite3_column_bytes(statement, column))
    self.init(validating: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

/// A BLOB that is read and bound where it stands.
protocol Blob: ColumnValue {
  func withBlob<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result
  init?(blob: UnsafeRawBufferPointer)
}

extension Blob {
  func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
    withBlob { blob in
      // Without an address it would be NULL.
      guard let start = blob.baseAddress else { return sqlite3_bind_zeroblob(statement, index, 0) }
      return sqlite3_bind_blob64(statement, index, start, UInt64(blob.count), copied)
    }
  }

  func bind(to statement: OpaquePointer, at index: Int32, in memory: BoundMemory) -> Int32 {
    let copy = withBlob { blob in memory.copy(blob).map { (start: $0, count: blob.count) } }
    guard let copy else { return bind(to: statement, at: index) }
    return sqlite3_bind_blob64(statement, index, copy.start, UInt64(copy.count), nil)
  }

  init?(_ statement: OpaquePointer, column: Int32) {
    guard sqlite3_column_type(statement, column) == SQLITE_BLOB else { return nil }
    self.init(
      blob: UnsafeRawBufferPointer(
        start: sqlite3_column_blob(statement, column),
        count: Int(sqlite3_column_bytes(statement, column))))
  }
}

extension [UInt8]: ColumnValue, Blob {
  func withBlob<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(body)
  }

  init?(blob: UnsafeRawBufferPointer) { self.init(blob) }
}

extension RevisionID: ColumnValue, Blob {
  func withBlob<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(body)
  }

  init?(blob: UnsafeRawBufferPointer) { self.init(blob) }
}

extension LogPrefix: ColumnValue, Blob {
  func withBlob<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(body)
  }

  init?(blob: UnsafeRawBufferPointer) { self.init(blob) }
}

extension Blob where Self: Identity {
  func withBlob<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    uuid.withUnsafeBytes(body)
  }

  init?(blob: UnsafeRawBufferPointer) { self.init(blob) }
}

extension Collection where Element: Identity {
  /// The ids one after the other.
  var blob: [UInt8] {
    var blob: [UInt8] = []
    blob.reserveCapacity(count * UUIDv7.byteCount)
    for id in self { id.uuid.withUnsafeBytes { blob.append(contentsOf: $0) } }
    return blob
  }
}

extension [RevisionID] {
  /// The names one after the other.
  var blob: [UInt8] { reduce(into: []) { $0 += $1.bytes } }
}

extension RecordID: ColumnValue, Blob {}
extension EditID: ColumnValue, Blob {}
extension RegisterID: ColumnValue, Blob {}

extension Optional: ColumnValue where Wrapped: ColumnValue {
  func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
    switch self {
    case .some(let value): value.bind(to: statement, at: index)
    case .none: sqlite3_bind_null(statement, index)
    }
  }

  func bind(to statement: OpaquePointer, at index: Int32, in memory: BoundMemory) -> Int32 {
    switch self {
    case .some(let value): value.bind(to: statement, at: index, in: memory)
    case .none: sqlite3_bind_null(statement, index)
    }
  }

  init?(_ statement: OpaquePointer, column: Int32) {
    guard sqlite3_column_type(statement, column) != SQLITE_NULL else {
      self = .none
      return
    }
    guard let value = Wrapped(statement, column: column) else { return nil }
    self = value
  }
}
