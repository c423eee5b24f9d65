import LiaisonModel
import TestSupport

/// Record states over a kind that has a field of every type and rule.
///
/// Its lists and proses repeat lines, and an edit of one moves, doubles, drops and changes lines;
/// a prose ends with a line feed or not.
struct Generator {
  var random: Seeded
  static let kind = Kind(
    KindNumber(1), "thing", label: "Thing", coding: .chosen,
    fields: [
      field(1, "text", .text), field(2, "prose", .prose), field(3, "date", .date),
      field(4, "number", .number), field(5, "latest", .date, .latest),
      field(6, "largest", .number, .largest), field(7, "texts", .texts), field(8, "list", .items),
      field(9, "flag", .flag), field(10, "references", .references(KindNumber(1))),
      field(11, "choice", .choice(["a", "b", "c"])),
      field(12, "reference", .reference(KindNumber(1))),
      // A rule for another type, as no schema may have it: the merge goes by the type.
      field(13, "strange", .text, .largest),
      guardField,
    ])

  /// A number that a test sets to differ on all sides, so that no record is left as it was.
  static let guardField = field(99, "guard", .number, .largest)

  private static func field(
    _ number: UInt32, _ name: String, _ type: FieldType, _ rule: MergeRule = .byType
  ) -> FieldDefinition {
    FieldDefinition(FieldNumber(number), name, label: "Field", type: type, rule: rule)
  }

  init(seed: UInt64) { random = Seeded(seed) }

  mutating func state() -> RecordState {
    if random.once(in: 12) { return RecordState(code: code(), content: .deleted) }
    var fields: [FieldNumber: FieldValue] = [:]
    for field in Generator.kind.fields where !random.once(in: 4) {
      fields[field.number] = value(field.type).unlessEmpty
    }
    return RecordState(code: code(), fields: fields)
  }

  /// A state that shares much with `base`.
  mutating func edit(of base: RecordState) -> RecordState {
    if base.isDeleted || random.once(in: 12) { return state() }
    var fields = base.fields
    for field in Generator.kind.fields where random.once(in: 2) {
      fields[field.number] = edit(of: fields[field.number], field.type)?.unlessEmpty
    }
    return RecordState(code: random.once(in: 3) ? code() : base.code, fields: fields)
  }

  private mutating func edit(of value: FieldValue?, _ type: FieldType) -> FieldValue? {
    if random.once(in: 8) { return nil }
    switch (value, type) {
    case (.one(.prose(let text))?, .prose):
      return .prose(
        edit(
          of: text.split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        ).joined(separator: "\n"))
    case (.list(let elements)?, _):
      return .items(edit(of: elements.map { $0.text { _ in "" } }))
    case (.set(let members)?, .set(let scalar)):
      let more = self.scalar(scalar)
      return .set(members.filter { _ in !random.once(in: 3) }.union([more]))
    case (_, _): return self.value(type)
    }
  }

  /// One to three of: a line put in, out, changed, doubled, moved; a line feed at the end.
  mutating func edit(of lines: [String]) -> [String] {
    var lines = lines
    for _ in 0...Int.random(in: 0...2, using: &random) {
      let place = Int.random(in: 0...lines.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: lines.insert(random.pick(Generator.letters), at: place)
      case 1 where place < lines.count: lines.remove(at: place)
      case 2 where place < lines.count: lines[place] = random.pick(Generator.letters)
      case 3 where place < lines.count: lines.insert(lines[place], at: place)
      case 4 where place < lines.count:
        let line = lines.remove(at: place)
        lines.insert(line, at: Int.random(in: 0...lines.count, using: &random))
      default: lines.append("")
      }
    }
    return lines
  }

  /// One to three of: a line moved, put out, changed, put in; each but those put in once, as before.
  mutating func moved(_ lines: [String]) -> [String] {
    var lines = lines
    for turn in 0...Int.random(in: 0...2, using: &random) where !lines.isEmpty {
      let place = Int.random(in: 0..<lines.count, using: &random)
      let new = "\(random.pick(Generator.letters))\(turn)"
      switch Int.random(in: 0..<5, using: &random) {
      case 0: lines.remove(at: place)
      case 1: lines[place] = new
      case 2: lines.insert(new, at: place)
      default:
        let line = lines.remove(at: place)
        lines.insert(line, at: Int.random(in: 0...lines.count, using: &random))
      }
    }
    return lines
  }

  /// Lines with repeats, the last of them empty at times: a line feed at the end.
  mutating func lines() -> [String] {
    let count = Int.random(in: 0...6, using: &random)
    return (0..<count).map { _ in random.pick(Generator.letters) }
      + (random.once(in: 3) ? [""] : [])
  }

  private static let letters = ["a", "b", "c", "d", "e"]

  private mutating func value(_ type: FieldType) -> FieldValue {
    switch type {
    case .one(.prose): .prose(lines().joined(separator: "\n"))
    case .one(let scalar): .one(self.scalar(scalar))
    case .set(let scalar):
      .set(Set((0..<Int.random(in: 0...4, using: &random)).map { _ in self.scalar(scalar) }))
    case .list: .items(lines().filter { !$0.isEmpty })
    }
  }

  private mutating func scalar(_ type: ScalarType) -> Scalar {
    switch type {
    case .text: .text(random.pick(Generator.letters))
    case .prose: .prose(random.pick(Generator.letters))
    case .date:
      PartialDate(random.pick(["2007", "2007-03", "2007-03-26", "2008"])).map { .date($0) }
        ?? .flag(true)
    case .moment:
      Moment(random.pick(["2007", "2007-03-26T14:30Z", "2007-03-26T14:30+02:00"]))
        .map { .moment($0) } ?? .flag(true)
    case .opaque: .opaque(UnknownField(number: 99, wireType: 0, bytes: [random.pick([1, 2])]))
    case .number: .number(random.pick([0, 1, -5, 40]))
    case .choice(let words): .choice(random.pick(words))
    case .flag: .flag(random.once(in: 2))
    case .reference: .reference(Generator.record(random.pick([1, 2, 3, 4])))
    }
  }

  static func record(_ number: UInt64) -> RecordID {
    var fixed = Seeded(number)
    return RecordID(UUIDv7(milliseconds: 1, random: &fixed))
  }

  private mutating func code() -> RecordCode {
    guard let code = RecordCode(random.pick(["AA", "AA", "AA", "BB", "CC"])) else {
      preconditionFailure("these are codes")
    }
    return code
  }
}
