internal import CLiaisonProto
internal import LiaisonModel
internal import LiaisonSync

// Schema ↔ liaison.sync.v1.Schema.

extension Schema {
  func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Schema> {
    let message = try arena.make(pb__schema__init)
    message.pointee.version = version
    message.pointee.n_kinds = kinds.count
    message.pointee.kinds = try arena.array(kinds) { try $0.message(in: arena) }
    return message
  }

  init(_ message: Pb__Schema) throws {
    let kinds = try elements(message.kinds, message.n_kinds).map { try Kind($0.pointee) }
    do throws(SchemaFault) {
      self = try Schema(version: message.version, kinds: kinds)
    } catch let fault {
      throw CodingError.malformed(fault.description)
    }
  }
}

extension Kind {
  fileprivate func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Kind>? {
    let message = try arena.make(pb__kind__init)
    message.pointee.number = number.number
    message.pointee.name = try arena.copy(name)
    message.pointee.label = try arena.copy(label)
    message.pointee.numbered = coding == .numbered ? 1 : 0
    message.pointee.n_fields = fields.count
    message.pointee.fields = try arena.array(fields) { try $0.message(in: arena) }
    message.pointee.n_aliases = aliases.count
    message.pointee.aliases = try arena.array(aliases) { try arena.copy($0) }
    message.pointee.n_unique = unique.count
    message.pointee.unique = try arena.array(unique) { fields in
      let part = try arena.make(pb__unique__init)
      part.pointee.n_fields = fields.count
      part.pointee.fields = try arena.array(fields) { $0.number }
      return part
    }
    return message
  }

  fileprivate init(_ message: Pb__Kind) throws {
    self.init(
      KindNumber(message.number), try message.name.string("a kind's name"),
      label: try message.label.string("a kind's label"),
      coding: message.numbered != 0 ? .numbered : .chosen,
      fields: try elements(message.fields, message.n_fields).map {
        try FieldDefinition($0.pointee)
      },
      aliases: try elements(message.aliases, message.n_aliases).map { try $0.string("a name") },
      unique: elements(message.unique, message.n_unique).map { part in
        UnsafeBufferPointer(start: part.pointee.fields, count: part.pointee.n_fields)
          .map { FieldNumber($0) }
      })
  }
}

extension FieldDefinition {
  fileprivate func message(
    in arena: Arena
  ) throws -> UnsafeMutablePointer<Pb__FieldDefinition>? {
    let message = try arena.make(pb__field_definition__init)
    message.pointee.number = number.number
    message.pointee.name = try arena.copy(name)
    message.pointee.label = try arena.copy(label)
    message.pointee.required = isRequired ? 1 : 0
    guard let type = FieldDefinition.types[FieldSort(type)] else {
      throw CodingError.unknown("a field's type is one that no revision can carry")
    }
    message.pointee.type = type
    let choices = self.type.scalar.choices
    message.pointee.n_choices = choices.count
    message.pointee.choices = try arena.array(choices) { try arena.copy($0) }
    message.pointee.target = target?.number ?? 0
    guard let merge = FieldDefinition.rules[rule] else {
      throw CodingError.unknown("a field's merge rule is one that only a newer version knows")
    }
    message.pointee.merge = merge
    message.pointee.n_constraints = constraints.count
    message.pointee.constraints = try arena.array(constraints) { try $0.message(in: arena) }
    message.pointee.n_aliases = past.aliases.count
    message.pointee.aliases = try arena.array(past.aliases) { try arena.copy($0) }
    message.pointee.retired = past.isRetired ? 1 : 0
    message.pointee.replaces = past.replaces?.number ?? 0
    message.pointee.n_retired_choices = past.choices.count
    message.pointee.retired_choices = try arena.array(past.choices) { try arena.copy($0) }
    return message
  }

  fileprivate init(_ message: Pb__FieldDefinition) throws {
    self.init(
      FieldNumber(message.number), try message.name.string("a field's name"),
      label: try message.label.string("a field's label"), type: try FieldDefinition.type(message),
      isRequired: message.required != 0, rule: FieldDefinition.rule(message),
      constraints: try elements(message.constraints, message.n_constraints)
        .map { try Constraint($0.pointee) },
      past: try FieldPast(message))
  }

  private static func type(_ message: Pb__FieldDefinition) throws -> FieldType {
    guard let sort = types.ours(message.type) else { return .one(.opaque) }
    let scalar = try ScalarType(
      sort.word,
      choices: {
        try elements(message.choices, message.n_choices).map { try $0.string("a choice") }
      }, target: { KindNumber(message.target) })
    return FieldType(sort.arity, scalar)
  }

  private static func rule(_ message: Pb__FieldDefinition) -> MergeRule {
    rules.ours(message.merge) ?? .opaque
  }

  /// Nil for what no revision can carry.
  private static let types = EnumTable<FieldSort, Pb__FieldType?> { sort in
    switch (sort.arity, sort.word) {
    case (.one, .text): PB__FIELD_TYPE__FIELD_TYPE_TEXT
    case (.one, .prose): PB__FIELD_TYPE__FIELD_TYPE_PROSE
    case (.one, .date): PB__FIELD_TYPE__FIELD_TYPE_DATE
    case (.one, .moment): PB__FIELD_TYPE__FIELD_TYPE_MOMENT
    case (.one, .number): PB__FIELD_TYPE__FIELD_TYPE_NUMBER
    case (.one, .choice): PB__FIELD_TYPE__FIELD_TYPE_CHOICE
    case (.one, .flag): PB__FIELD_TYPE__FIELD_TYPE_FLAG
    case (.one, .reference): PB__FIELD_TYPE__FIELD_TYPE_REFERENCE
    case (.set, .text): PB__FIELD_TYPE__FIELD_TYPE_TEXTS
    case (.set, .reference): PB__FIELD_TYPE__FIELD_TYPE_REFERENCES
    case (.list, .text): PB__FIELD_TYPE__FIELD_TYPE_LIST
    case (.one, .opaque), (.set, _), (.list, _): nil
    }
  }

  private static let rules = EnumTable<MergeRule, Pb__MergeRule?> { rule in
    switch rule {
    case .byType: PB__MERGE_RULE__MERGE_RULE_BY_TYPE
    case .latest: PB__MERGE_RULE__MERGE_RULE_LATEST
    case .largest: PB__MERGE_RULE__MERGE_RULE_LARGEST
    case .opaque: nil
    }
  }
}

extension FieldPast {
  fileprivate init(_ message: Pb__FieldDefinition) throws {
    self.init()
    aliases = try elements(message.aliases, message.n_aliases).map { try $0.string("a name") }
    isRetired = message.retired != 0
    replaces = message.replaces == 0 ? nil : FieldNumber(message.replaces)
    choices = try elements(message.retired_choices, message.n_retired_choices)
      .map { try $0.string("a choice") }
  }
}

/// A field's type without its choices or target: what one number of the wire says.
private struct FieldSort: Hashable, CaseIterable, Sendable {
  let arity: FieldType.Arity
  let word: ScalarWord

  init(_ type: FieldType) { self.init(type.arity, type.scalar.word) }
  private init(_ arity: FieldType.Arity, _ word: ScalarWord) {
    (self.arity, self.word) = (arity, word)
  }

  static var allCases: [FieldSort] {
    FieldType.Arity.allCases.flatMap { arity in ScalarWord.allCases.map { FieldSort(arity, $0) } }
  }
}

extension Constraint {
  fileprivate func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Constraint>? {
    let message = try arena.make(pb__constraint__init)
    switch self {
    case .minimum(let minimum):
      message.pointee.rule_case = PB__CONSTRAINT__RULE_MINIMUM
      message.pointee.minimum = minimum
    case .web:
      message.pointee.rule_case = PB__CONSTRAINT__RULE_WEB
      message.pointee.web = 1
    case .country:
      message.pointee.rule_case = PB__CONSTRAINT__RULE_COUNTRY
      message.pointee.country = 1
    case .notBefore(let field):
      message.pointee.rule_case = PB__CONSTRAINT__RULE_NOT_BEFORE
      message.pointee.not_before = field.number
    case .acyclic:
      message.pointee.rule_case = PB__CONSTRAINT__RULE_ACYCLIC
      message.pointee.acyclic = 1
    case .opaque: throw CodingError.unknown("a constraint is one that only a newer version knows")
    }
    return message
  }

  fileprivate init(_ message: Pb__Constraint) throws {
    switch message.rule_case {
    case PB__CONSTRAINT__RULE_MINIMUM: self = .minimum(message.minimum)
    case PB__CONSTRAINT__RULE_WEB: self = .web
    case PB__CONSTRAINT__RULE_COUNTRY: self = .country
    case PB__CONSTRAINT__RULE_NOT_BEFORE:
      self = .notBefore(FieldNumber(message.not_before))
    case PB__CONSTRAINT__RULE_ACYCLIC: self = .acyclic
    default: self = .opaque
    }
  }
}
