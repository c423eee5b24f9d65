internal import LiaisonModel
internal import LiaisonSync

/// Records that an import has named but not met yet: each has its id already, so that what refers
/// to it can be appended.
struct Promises {
  private struct Promise {
    let record: RecordID
    let kind: KindNumber
    let field: String
    let line: Int
  }

  private let newID: @Sendable () -> UUIDv7
  private var open: [RecordCode: Promise] = [:]
  private var kinds: [RecordID: KindNumber] = [:]

  init(newID: @escaping @Sendable () -> UUIDv7) { self.newID = newID }

  /// Those of some records that are promised, and as which kind.
  func kinds(of records: Set<RecordID>) -> [RecordID: KindNumber] {
    guard !kinds.isEmpty else { return [:] }
    return records.reduce(into: [:]) { $0[$1] = kinds[$1] }
  }

  /// The id of a record that `field` refers to and that is not in the log.
  mutating func record(_ code: RecordCode, of field: FieldDefinition, line: Int) -> RecordID? {
    if let promise = open[code] { return promise.record }
    guard let kind = field.target else { return nil }
    let promise = Promise(
      record: RecordID(newID()), kind: kind, field: field.name, line: line)
    open[code] = promise
    kinds[promise.record] = kind
    return promise.record
  }

  /// The id for a record that is met: the promised one, or a new one.
  /// - Throws: ``ImportError`` if it was promised as another kind.
  mutating func keep(_ code: RecordCode, _ kind: Kind) throws -> RecordID {
    guard let promise = open.removeValue(forKey: code) else { return RecordID(newID()) }
    kinds[promise.record] = nil
    guard promise.kind == kind.number else {
      throw ImportError(
        line: promise.line, "field '\(promise.field)' refers to a record of another kind")
    }
    return promise.record
  }

  /// - Throws: ``ImportError`` for the first line that refers to a record which never came.
  func checkKept() throws {
    guard let (code, promise) = open.min(by: { $0.value.line < $1.value.line }) else { return }
    throw ImportError(
      line: promise.line, "field '\(promise.field)' names \(code), which is not in the register")
  }
}
