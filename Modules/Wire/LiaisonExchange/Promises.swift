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
  /// Those that were named by their ids.
  private var named: [RecordID: Promise] = [:]
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

  /// Promises a record that `field` names by its id and that is not in the log.
  mutating func name(_ record: RecordID, of field: FieldDefinition, line: Int) {
    guard named[record] == nil, let kind = field.target else { return }
    named[record] = Promise(record: record, kind: kind, field: field.name, line: line)
    kinds[record] = kind
  }

  /// A record is met that a line gives an id.
  /// - Throws: ``ImportError`` if it was promised as another kind, or under another id.
  mutating func keep(_ id: RecordID, _ code: RecordCode?, _ kind: Kind) throws {
    if let code, let promise = open.removeValue(forKey: code) {
      throw ImportError(
        line: promise.line,
        "field '\(promise.field)' names \(code), which comes later with an id of its own: name the id"
      )
    }
    guard let promise = named.removeValue(forKey: id) else { return }
    kinds[id] = nil
    guard promise.kind == kind.number else {
      throw ImportError.otherKind(promise.line, promise.field)
    }
  }

  /// The id for a record that is met: the promised one, or a new one.
  /// - Throws: ``ImportError`` if it was promised as another kind.
  mutating func keep(_ code: RecordCode, _ kind: Kind) throws -> RecordID {
    guard let promise = open.removeValue(forKey: code) else { return RecordID(newID()) }
    kinds[promise.record] = nil
    guard promise.kind == kind.number else {
      throw ImportError.otherKind(promise.line, promise.field)
    }
    return promise.record
  }

  /// - Throws: ``ImportError`` for the first line that refers to a record which never came.
  func checkKept() throws {
    let texts =
      open.map { (line: $1.line, field: $1.field, name: $0.text) }
      + named.map { (line: $1.line, field: $1.field, name: $0.description) }
    guard let first = texts.min(by: { ($0.line, $0.name) < ($1.line, $1.name) }) else { return }
    throw ImportError(
      line: first.line, "field '\(first.field)' names \(first.name), which is not in the register")
  }
}

extension ImportError {
  fileprivate static func otherKind(_ line: Int, _ field: String) -> ImportError {
    ImportError(line: line, "field '\(field)' refers to a record of another kind")
  }
}
