internal import CLiaisonProto
internal import LiaisonModel

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
    do throws(Problem) {
      self = try Schema(version: message.version, kinds: kinds)
    } catch let problem {
      throw CodingError.malformed(problem.message)
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
    return message
  }

  fileprivate init(_ message: Pb__Kind) throws {
    self.init(
      KindNumber(message.number), try message.name.string("a kind's name"),
      label: try message.label.string("a kind's label"),
      coding: message.numbered != 0 ? .numbered : .chosen,
      fields: try elements(message.fields, message.n_fields).map { try FieldDefinition($0.pointee) })
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
    switch type {
    case .text: message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_TEXT
    case .prose: message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_PROSE
    case .date: message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_DATE
    case .number: message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_NUMBER
    case .choice(let choices):
      message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_CHOICE
      message.pointee.n_choices = choices.count
      message.pointee.choices = try arena.array(choices) { try arena.copy($0) }
    case .flag: message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_FLAG
    case .reference(let target):
      message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_REFERENCE
      message.pointee.target = target.number
    case .texts: message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_TEXTS
    case .references(let target):
      message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_REFERENCES
      message.pointee.target = target.number
    case .list: message.pointee.type = PB__FIELD_TYPE__FIELD_TYPE_LIST
    }
    switch rule {
    case .byType: message.pointee.merge = PB__MERGE_RULE__MERGE_RULE_BY_TYPE
    case .latest: message.pointee.merge = PB__MERGE_RULE__MERGE_RULE_LATEST
    case .largest: message.pointee.merge = PB__MERGE_RULE__MERGE_RULE_LARGEST
    }
    message.pointee.n_constraints = constraints.count
    message.pointee.constraints = try arena.array(constraints) { try $0.message(in: arena) }
    return message
  }

  fileprivate init(_ message: Pb__FieldDefinition) throws {
    self.init(
      FieldNumber(message.number), try message.name.string("a field's name"),
      label: try message.label.string("a field's label"), type: try FieldDefinition.type(message),
      isRequired: message.required != 0, rule: try FieldDefinition.rule(message),
      constraints: try elements(message.constraints, message.n_constraints)
        .map { try Constraint($0.pointee) })
  }

  private static func type(_ message: Pb__FieldDefinition) throws -> FieldType {
    switch message.type {
    case PB__FIELD_TYPE__FIELD_TYPE_TEXT: .text
    case PB__FIELD_TYPE__FIELD_TYPE_PROSE: .prose
    case PB__FIELD_TYPE__FIELD_TYPE_DATE: .date
    case PB__FIELD_TYPE__FIELD_TYPE_NUMBER: .number
    case PB__FIELD_TYPE__FIELD_TYPE_CHOICE:
      .choice(
        try elements(message.choices, message.n_choices).map { try $0.string("a choice") })
    case PB__FIELD_TYPE__FIELD_TYPE_FLAG: .flag
    case PB__FIELD_TYPE__FIELD_TYPE_REFERENCE:
      .reference(KindNumber(message.target))
    case PB__FIELD_TYPE__FIELD_TYPE_TEXTS: .texts
    case PB__FIELD_TYPE__FIELD_TYPE_REFERENCES:
      .references(KindNumber(message.target))
    case PB__FIELD_TYPE__FIELD_TYPE_LIST: .list
    default: throw CodingError.unknown("the schema has a type that only a newer version knows")
    }
  }

  private static func rule(_ message: Pb__FieldDefinition) throws -> MergeRule {
    switch message.merge {
    case PB__MERGE_RULE__MERGE_RULE_BY_TYPE: .byType
    case PB__MERGE_RULE__MERGE_RULE_LATEST: .latest
    case PB__MERGE_RULE__MERGE_RULE_LARGEST: .largest
    default:
      throw CodingError.unknown("the schema has a merge rule that only a newer version knows")
    }
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
    default:
      throw CodingError.unknown("the schema has a constraint that only a newer version knows")
    }
  }
}
