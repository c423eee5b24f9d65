public import LiaisonModel

/// A schema as a JSON file that an administrator can read and change.
///
/// ```json
/// {"version": 1, "kinds": [
///   {"number": 1, "name": "ship", "label": "Ship", "coding": "chosen", "fields": [
///     {"number": 1, "name": "name", "label": "Name", "type": "text", "required": true},
///     {"number": 2, "name": "fleet", "label": "Fleet", "type": "reference", "target": "ship",
///       "constraints": [{"acyclic": true}]}
/// ]}]}
/// ```
///
/// A kind's `coding` is `chosen` or `numbered`. A field's `type` is a ``ScalarWord``; its `arity` is
/// `one`, `set` or `list`; `choices` are a choice's words, `target` the name of the kind that a
/// reference leads to; `merge` is a ``MergeRule``. A constraint is an object of one member:
/// `minimum` with a number, `not_before` with a field's name, `web` or `country` with `true`, `acyclic`
/// with `true` or `false`. `aliases` are names that a kind or field had, `"retired": true` hides a field and
/// keeps its values, `replaces` names the retired field in whose place one stands, `retired_choices` are
/// words that records may still hold; a kind's `unique` are lists of fields whose values together no two of
/// its records may share. What is left out is `"arity": "one"`, `"required": false`,
/// `"merge": "by_type"` and no constraints but `acyclic`, which holds of a field that refers to records of
/// its own kind.
public enum SchemaFile {
  /// Bytes of a file. JSON is wordier than a schema's encoding.
  public static let bytes = Limits.schemaBytes * 4

  enum Key {
    static let file = ["version", "kinds"]
    static let kind = ["number", "name", "label", "coding", "fields", "aliases", "unique"]
    static let field = [
      "number", "name", "label", "type", "arity", "choices", "target", "required", "merge",
      "constraints", "aliases", "retired", "replaces", "retired_choices",
    ]
  }

  /// Prints a schema so that ``read(_:)`` gives the same one. Keys stand in one order.
  public static func print(_ schema: Schema) -> String {
    let file = JSON.object([
      JSON.Member("version", .whole(Int64(schema.version))),
      JSON.Member("kinds", .array(schema.kinds.map { json($0, of: schema) })),
    ])
    return file.printed() + "\n"
  }

  /// Prints one kind as it stands in the file of its schema.
  public static func print(_ kind: Kind, of schema: Schema) -> String {
    json(kind, of: schema).printed() + "\n"
  }

  private static func json(_ kind: Kind, of schema: Schema) -> JSON {
    var members = [
      JSON.Member("number", .whole(Int64(kind.number.number))),
      JSON.Member("name", .text(kind.name)),
      JSON.Member("label", .text(kind.label)),
      JSON.Member("coding", .text(kind.coding.rawValue)),
    ]
    members += texts("aliases", kind.aliases)
    if !kind.unique.isEmpty {
      let rules = kind.unique.map { fields in
        JSON.array(fields.map { .text(kind.field($0)?.name ?? "") })
      }
      members.append(JSON.Member("unique", .array(rules)))
    }
    members.append(JSON.Member("fields", .array(kind.fields.map { json($0, of: kind, schema) })))
    return .object(members)
  }

  /// A member for a list of texts; none if it is empty.
  private static func texts(_ key: String, _ texts: [String]) -> [JSON.Member] {
    texts.isEmpty ? [] : [JSON.Member(key, .array(texts.map { .text($0) }))]
  }

  private static func json(_ field: FieldDefinition, of kind: Kind, _ schema: Schema) -> JSON {
    var members = [
      JSON.Member("number", .whole(Int64(field.number.number))),
      JSON.Member("name", .text(field.name)),
      JSON.Member("label", .text(field.label)),
      JSON.Member("type", .text(field.type.scalar.word.rawValue)),
    ]
    if field.type.arity != .one {
      members.append(JSON.Member("arity", .text(field.type.arity.rawValue)))
    }
    if !field.type.scalar.choices.isEmpty {
      members.append(JSON.Member("choices", .array(field.type.scalar.choices.map { .text($0) })))
    }
    if let target = field.target.flatMap(schema.kind) {
      members.append(JSON.Member("target", .text(target.name)))
    }
    if field.isRequired { members.append(JSON.Member("required", .flag(true))) }
    if field.rule != .byType { members.append(JSON.Member("merge", .text(field.rule.rawValue))) }
    var constraints = field.constraints.map { json($0, of: kind) }
    if field.target == kind.number, !field.constraints.contains(.acyclic) {
      constraints.append(JSON.Member(Constraint.acyclic.word, .flag(false)))
    }
    if !constraints.isEmpty {
      members.append(JSON.Member("constraints", .array(constraints.map { .object([$0]) })))
    }
    members += past(of: field, kind)
    return .object(members)
  }

  private static func past(of field: FieldDefinition, _ kind: Kind) -> [JSON.Member] {
    var members = texts("aliases", field.past.aliases)
    if field.isRetired { members.append(JSON.Member("retired", .flag(true))) }
    if let old = field.past.replaces.flatMap(kind.field) {
      members.append(JSON.Member("replaces", .text(old.name)))
    }
    return members + texts("retired_choices", field.past.choices)
  }

  private static func json(_ constraint: Constraint, of kind: Kind) -> JSON.Member {
    let value: JSON =
      switch constraint {
      case .minimum(let minimum): .whole(minimum)
      case .notBefore(let field): .text(kind.field(field)?.name ?? "")
      case .web, .country, .acyclic, .opaque: .flag(true)
      }
    return JSON.Member(constraint.word, value)
  }
}
