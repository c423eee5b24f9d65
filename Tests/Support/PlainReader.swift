import LiaisonModel
import LiaisonSync

/// Reads what ``PlainWriter`` writes.
struct PlainReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func revision() throws -> Revision {
    let record = try some(RecordID(part()))
    let kind = KindNumber(try small())
    let (parent, second) = (RevisionID(try part()), RevisionID(try part()))
    let code = try some(RecordCode(text()))
    let content = try content()
    let unknown = try times(number()) { reader in
      UnknownField(
        number: try reader.small(), wireType: try reader.small(), bytes: try reader.part())
    }
    let office = try some(OfficeID(text()))
    let (author, note) = (try text(), try text())
    let time = Timestamp(milliseconds: try number())
    guard rest.isEmpty else { throw PlainReader.malformed }
    return Revision(
      record: record, kind: kind, parent: parent, secondParent: second,
      state: RecordState(code: code, content: content, unknown: unknown),
      origin: Origin(office: office, author: author, note: note, time: time))
  }

  private mutating func content() throws -> RecordState.Content {
    let count = try number()
    if count == -1 { return .deleted }
    let fields = try times(count) { (FieldNumber(try $0.small()), try $0.value()) }
    return .fields(Dictionary(fields) { first, _ in first })
  }

  private mutating func value() throws -> FieldValue {
    let arity = try number()
    let scalars = try times(number()) { try $0.scalar() }
    return switch arity {
    case 0: .one(try some(scalars.first))
    case 1: .set(Set(scalars))
    case 2: .list(scalars)
    default: throw PlainReader.malformed
    }
  }

  private mutating func scalar() throws -> Scalar {
    let bytes = try part()
    let content = Array(bytes.dropFirst())
    let text = String(decoding: content, as: UTF8.self)
    return switch bytes.first {
    case 0: .text(text)
    case 1: .prose(text)
    case 2: .date(try some(PartialDate(text)))
    case 3: .number(PlainReader.integer(content))
    case 4: .choice(text)
    case 5: .flag(content == [1])
    case 6: .reference(try some(RecordID(content)))
    case 8: .moment(try some(Moment(text)))
    case 7:
      .opaque(
        UnknownField(
          number: PlainReader.word(content), wireType: PlainReader.word(content.dropFirst(4)),
          bytes: Array(content.dropFirst(8))))
    default: throw PlainReader.malformed
    }
  }

  private mutating func times<Value>(
    _ count: Int64, _ read: (inout PlainReader) throws -> Value
  ) throws -> [Value] {
    guard (0...Int64(rest.count)).contains(count) else { throw PlainReader.malformed }
    return try (0..<count).map { _ in try read(&self) }
  }

  private mutating func part() throws -> [UInt8] { try take(number()) }

  private mutating func text() throws -> String { String(decoding: try part(), as: UTF8.self) }

  private mutating func small() throws -> UInt32 { try some(UInt32(exactly: number())) }

  private mutating func number() throws -> Int64 { PlainReader.integer(try take(8)) }

  private mutating func take(_ count: Int64) throws -> [UInt8] {
    guard (0...Int64(rest.count)).contains(count) else { throw PlainReader.malformed }
    defer { rest = rest.dropFirst(Int(count)) }
    return Array(rest.prefix(Int(count)))
  }

  private func some<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw PlainReader.malformed }
    return value
  }

  private static func integer(_ bytes: [UInt8]) -> Int64 {
    Int64(bitPattern: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  private static func word(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static let malformed = CodingError.malformed("the bytes are no plain revision")
}
