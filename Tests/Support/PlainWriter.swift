import LiaisonModel
import LiaisonSync

/// Writes what ``PlainReader`` reads.
struct PlainWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ revision: Revision) {
    part(revision.record.bytes)
    number(Int64(revision.kind.number))
    part(revision.parent?.bytes ?? [])
    part(revision.secondParent?.bytes ?? [])
    part(Array(revision.state.code.text.utf8))
    write(revision.state.content)
    number(Int64(revision.state.unknown.count))
    for field in revision.state.unknown {
      number(Int64(field.number))
      number(Int64(field.wireType))
      part(field.bytes)
    }
    for text in [revision.office.text, revision.author, revision.note] { part(Array(text.utf8)) }
    number(revision.time.milliseconds)
  }

  private mutating func write(_ content: RecordState.Content) {
    guard case .fields(let fields) = content else { return number(-1) }
    number(Int64(fields.count))
    for (field, value) in fields.sorted(by: { $0.key < $1.key }) {
      number(Int64(field.number))
      switch value {
      case .one(let scalar): list(0, [PlainWriter.scalar(scalar)])
      case .set(let members):
        list(1, members.map(PlainWriter.scalar).sorted { $0.lexicographicallyPrecedes($1) })
      case .list(let elements): list(2, elements.map(PlainWriter.scalar))
      }
    }
  }

  private mutating func list(_ arity: Int64, _ parts: [[UInt8]]) {
    number(arity)
    number(Int64(parts.count))
    for bytes in parts { part(bytes) }
  }

  private static func scalar(_ scalar: Scalar) -> [UInt8] {
    switch scalar {
    case .text(let text): [0] + Array(text.utf8)
    case .prose(let text): [1] + Array(text.utf8)
    case .date(let date): [2] + Array(date.description.utf8)
    case .number(let number): [3] + PlainCoding.bigEndian(number)
    case .choice(let word): [4] + Array(word.utf8)
    case .flag(let flag): [5, flag ? 1 : 0]
    case .reference(let record): [6] + record.bytes
    case .moment(let moment): [8] + Array(moment.description.utf8)
    case .opaque(let field):
      [7] + PlainCoding.bigEndian(field.number) + PlainCoding.bigEndian(field.wireType)
        + field.bytes
    }
  }

  private mutating func number(_ number: Int64) { bytes += PlainCoding.bigEndian(number) }

  private mutating func part(_ part: [UInt8]) {
    number(Int64(part.count))
    bytes += part
  }
}
