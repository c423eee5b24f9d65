import LiaisonModel
import TestSupport

/// Record states over a kind that has a field of every type and rule.
struct Generator {
  var random: Seeded
  static let kind = Kind(
    KindNumber(1), "thing", label: "Thing", coding: .chosen,
    fields: [
      FieldDefinition(FieldNumber(1), "text", label: "", type: .text),
      FieldDefinition(FieldNumber(2), "prose", label: "", type: .prose),
      FieldDefinition(FieldNumber(3), "date", label: "", type: .date),
      FieldDefinition(FieldNumber(4), "number", label: "", type: .number),
      FieldDefinition(FieldNumber(5), "latest", label: "", type: .date, rule: .latest),
      FieldDefinition(FieldNumber(6), "largest", label: "", type: .number, rule: .largest),
      FieldDefinition(FieldNumber(7), "texts", label: "", type: .texts),
      FieldDefinition(FieldNumber(8), "list", label: "", type: .list),
      FieldDefinition(FieldNumber(9), "flag", label: "", type: .flag),
      FieldDefinition(FieldNumber(10), "references", label: "", type: .references(KindNumber(1))),
    ])

  init(seed: UInt64) { random = Seeded(seed) }

  mutating func state() -> RecordState {
    let code = RecordCode(pick(["AA", "AA", "AA", "BB", "CC"])) ?? RecordCode(office, 1)
    if pick(Array(0..<12)) == 0 { return RecordState(code: code, content: .deleted) }
    var fields: Fields = [:]
    for field in Generator.kind.fields where pick([true, true, true, false]) {
      fields[field.number] = value(field.type)
    }
    return RecordState(code: code, fields: fields.filter { !$0.value.isEmpty })
  }

  /// A state that shares much with `base`.
  mutating func edit(of base: RecordState) -> RecordState {
    let other = state()
    if base.isDeleted || other.isDeleted { return pick([base, other]) }
    var fields = base.fields
    for field in Generator.kind.fields where pick([true, false, false]) {
      fields[field.number] = other.fields[field.number]
    }
    return RecordState(code: pick([base.code, base.code, other.code]), fields: fields)
  }

  private mutating func value(_ type: FieldType) -> FieldValue {
    switch type {
    case .text: .text(pick(["a", "b", "c"]))
    case .prose: .prose(letters().joined(separator: "\n"))
    case .date:
      PartialDate(pick(["2007", "2007-03", "2007-03-26", "2008"])).map { .date($0) }
        ?? .flag(true)
    case .number: .number(pick([0, 1, -5, 40]))
    case .texts: .texts(Set(letters()))
    case .list: .list(letters())
    case .flag: .flag(pick([true, false]))
    default: .references(Set(letters().map { id($0) }))
    }
  }

  private mutating func letters() -> [String] {
    let all = ["a", "b", "c", "d", "e"]
    return all.filter { _ in pick([true, false]) }
  }

  private func id(_ letter: String) -> RecordID {
    var fixed = Seeded(UInt64(letter.utf8.first ?? 0))
    return RecordID(UUIDv7(milliseconds: 1, random: &fixed))
  }

  private var office: OfficeID {
    guard let office = OfficeID("VIE") else { preconditionFailure("VIE is an office's id") }
    return office
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    random.pick(elements)
  }
}

extension RecordCode {
  fileprivate init(_ office: OfficeID, _ number: Int) {
    self.init(office: office, year: 2026, number: number)
  }
}
