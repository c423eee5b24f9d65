internal import CLibPQ
internal import LiaisonModel
internal import LiaisonSync

/// What a statement answered: its rows, and how many it changed.
struct Rows: Sendable {
  let count: Int
  /// How many rows the statement changed.
  let changed: Int
  private let columns: Int
  private let bytes: [UInt8]
  /// Where each value ends, one row behind the other; less than none for a value that is none.
  private let ends: [Int]

  /// Copies what a result of libpq holds.
  init(_ result: OpaquePointer) {
    count = Int(PQntuples(result))
    columns = Int(PQnfields(result))
    changed = Int(String(cString: PQcmdTuples(result))) ?? 0
    var (bytes, ends): ([UInt8], [Int]) = ([], [])
    ends.reserveCapacity(count * columns)
    for row in 0..<Int32(count) {
      for column in 0..<Int32(columns) {
        guard PQgetisnull(result, row, column) == 0 else {
          ends.append(~bytes.count)
          continue
        }
        bytes.append(
          contentsOf: UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column))))
        ends.append(bytes.count)
      }
    }
    (self.bytes, self.ends) = (bytes, ends)
  }

  subscript(row: Int) -> Row { Row(rows: self, number: row) }

  var first: Row? { count == 0 ? nil : self[0] }

  func map<Value>(_ body: (Row) throws -> Value) rethrows -> [Value] {
    try (0..<count).map { try body(self[$0]) }
  }

  func forEach(_ body: (Row) throws -> Void) rethrows {
    for row in 0..<count { try body(self[row]) }
  }

  /// - Returns: nil if the value is none.
  fileprivate func place(_ row: Int, _ column: Int) -> Range<Int>? {
    let index = row * columns + column
    guard ends[index] >= 0 else { return nil }
    let start = index == 0 ? 0 : ends[index - 1]
    return (start < 0 ? ~start : start)..<ends[index]
  }

  fileprivate func value<Value: PostgresBinary>(in place: Range<Int>) -> Value? {
    bytes.withUnsafeBytes { Value(binary: UnsafeRawBufferPointer(rebasing: $0[place])) }
  }
}

/// A row of what a statement answered.
struct Row {
  private let rows: Rows
  private let number: Int

  fileprivate init(rows: Rows, number: Int) {
    self.rows = rows
    self.number = number
  }

  func hasNull(_ column: Int) -> Bool { rows.place(number, column) == nil }

  /// A value that the layout promises.
  /// - Throws: ``StoreError/damaged(_:)`` if the column holds none such.
  func value<Value: PostgresValue>(_ column: Int) throws -> Value {
    guard let value: Value = try optional(column) else { throw Self.fault }
    return value
  }

  /// - Returns: nil if the column holds nothing.
  func optional<Value: PostgresValue>(_ column: Int) throws -> Value? {
    guard let place = rows.place(number, column) else { return nil }
    guard let value: Value = rows.value(in: place) else { throw Self.fault }
    return value
  }

  /// The members of an array, none of which is missing.
  func all<Value: PostgresValue>(_ column: Int) throws -> [Value] {
    guard let place = rows.place(number, column),
      let array: PostgresArray<Value> = rows.value(in: place)
    else { throw Self.fault }
    return try array.members.map {
      guard let member = $0 else { throw Self.fault }
      return member
    }
  }

  private static let fault = StoreError.damaged(
    "the database holds a value that is none of its column's")
}

// MARK: Values of ours

extension Row {
  func position(_ column: Int) throws -> LogPosition { LogPosition(try value(column)) }

  func kind(_ column: Int) throws -> KindNumber { KindNumber(try number(column)) }

  func field(_ column: Int) throws -> FieldNumber { FieldNumber(try number(column)) }

  /// - Throws: ``StoreError/damaged(_:)`` if it does not fit.
  func number<Number: FixedWidthInteger>(_ column: Int) throws -> Number {
    guard let number = Number(exactly: try value(column) as Int64) else {
      throw StoreError.damaged("the database holds a number that is none of its column's")
    }
    return number
  }

  func revision(_ name: Int, _ bytes: Int) throws -> EncodedRevision {
    EncodedRevision(id: try value(name), bytes: try value(bytes))
  }

  func code(_ column: Int) throws -> RecordCode {
    guard let code = RecordCode(try value(column) as String) else {
      throw StoreError.damaged("the database holds a code that is none")
    }
    return code
  }

  func office(_ column: Int) throws -> OfficeID {
    guard let office = OfficeID(try value(column) as String) else {
      throw StoreError.damaged("the database holds an office's id that is none")
    }
    return office
  }

  func role(_ column: Int) throws -> Role {
    guard let role = Role(rawValue: try value(column)) else {
      throw StoreError.damaged("the database holds a role that is none")
    }
    return role
  }

  func time(_ column: Int) throws -> Timestamp { Timestamp(milliseconds: try value(column)) }

  func optionalTime(_ column: Int) throws -> Timestamp? {
    (try optional(column) as Int64?).map(Timestamp.init(milliseconds:))
  }
}
