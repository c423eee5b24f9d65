import LiaisonModel

/// The register of a simulation: two kinds that have a field of every type and merge rule.
enum Register {
  static let body = KindNumber(1)
  static let matter = KindNumber(2)
  static let kinds = ["body", "matter"]

  enum Field: UInt32, CaseIterable, Hashable, Sendable {
    case name = 1
    case remark, since, size, level, open, parent, tags, members, steps, until, peak

    var number: FieldNumber { FieldNumber(rawValue) }

    /// Those that a person adds to and takes out of.
    static let collections = [Field.remark, .tags, .members, .steps]
    /// Those in which a person moves something.
    static let sequences = [Field.remark, .steps]
    /// Those that hold one value, which a person replaces.
    static let singles = [
      Field.name, .since, .size, .level, .open, .parent, .until, .peak,
    ]
  }

  /// Throws only if it is wrong itself.
  static func schema() throws -> Schema {
    try Schema(
      version: 1,
      kinds: [
        Kind(body, kinds[0], label: "Body", coding: .chosen, fields: fields),
        Kind(matter, kinds[1], label: "Matter", coding: .numbered, fields: fields.map(free)),
      ])
  }

  private static let fields = [
    field(.name, .text, isRequired: true), field(.remark, .prose), field(.since, .date),
    field(.size, .number), field(.level, .choice(levels)), field(.open, .flag),
    field(.parent, .reference(body), constraints: [.acyclic]), field(.tags, .texts),
    field(.members, .references(body)), field(.steps, .items),
    field(.until, .date, rule: .latest, constraints: [.notBefore(Field.since.number)]),
    field(.peak, .number, rule: .largest),
  ]

  static func definition(of field: Field) -> FieldDefinition { fields[Int(field.rawValue) - 1] }

  /// References to records of another kind lead in no circle.
  private static func free(_ field: FieldDefinition) -> FieldDefinition {
    FieldDefinition(
      field.number, field.name, label: field.label, type: field.type,
      isRequired: field.isRequired, rule: field.rule,
      constraints: field.constraints.filter { $0 != .acyclic })
  }

  static let levels = ["low", "medium", "high"]

  private static func field(
    _ field: Field, _ type: FieldType, isRequired: Bool = false, rule: MergeRule = .byType,
    constraints: [Constraint] = []
  ) -> FieldDefinition {
    FieldDefinition(
      field.number, "\(field)", label: "\(field)", type: type, isRequired: isRequired, rule: rule,
      constraints: constraints)
  }
}

extension Register {
  /// A state on one line.
  static func text(of state: RecordState) -> String {
    guard !state.isDeleted else { return "deleted" }
    return Field.allCases.compactMap { field in
      state.fields[field.number].map { value in
        let text = value.text { String($0.description.suffix(4)) }
        return "\(field)=\(text.split(separator: "\n").joined(separator: "/"))"
      }
    }.joined(separator: " ")
  }
}

/// What of a state can be told apart: each member, element and line that a person puts in is written
/// once, so that what is lost, doubled or comes back shows.
struct Tokens: Hashable {
  let all: Set<String>
  /// Those that stand in one field twice.
  let doubled: Set<String>

  init(_ state: RecordState) {
    var (all, doubled): (Set<String>, Set<String>) = ([], [])
    func add(_ field: Register.Field, _ texts: [String]) {
      for text in texts where !all.insert("\(field) \(text)").inserted {
        doubled.insert("\(field) \(text)")
      }
    }
    let fields = state.fields
    for field in Register.Field.collections {
      switch fields[field.number] {
      case .one(.prose(let text))?: add(field, text.split(separator: "\n").map(String.init))
      case .set(let members)?: add(field, members.map { $0.text(code: \.description) })
      case .list(let elements)?: add(field, elements.map { $0.text(code: \.description) })
      case .one?, nil: break
      }
    }
    for unknown in state.unknown { all.insert("unknown \(unknown.number) \(unknown.bytes)") }
    (self.all, self.doubled) = (all, doubled)
  }

  /// Whether no person can have put it in or taken it out: the program does not know what it is.
  static func isUnknown(_ token: String) -> Bool { token.hasPrefix("unknown ") }
}
