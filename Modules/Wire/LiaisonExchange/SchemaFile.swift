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
/// with `true` or `false`. What is left out is `"arity": "one"`, `"required": false`,
/// `"merge": "by_type"` and no constraints but `acyclic`, which holds of a field that refers to records of
/// its own kind.
public enum SchemaFile {
  /// Bytes of a file. JSON is wordier than a schema's encoding.
  public static let bytes = Limits.schemaBytes * 4

  enum Key {
    static let file = ["version", "kinds"]
    static let kind = ["number", "name", "label", "coding", "fields"]
    static let field = [
      "number", "name", "label", "type", "arity", "choices", "target", "required", "merge",
      "constraints",
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
    .object([
      JSON.Member("number", .whole(Int64(kind.number.number))),
      JSON.Member("name", .text(kind.name)),
      JSON.Member("label", .text(kind.label)),
      JSON.Member("coding", .text(kind.coding.rawValue)),
      JSON.Member("fields", .array(kind.fields.map { json($0, of: kind, schema) })),
    ])
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
    return .object(members)
  }

  private static func json(_ constraint: Constraint, of kind: Kind) -> JSON.Member {
    let value: JSON =
      switch constraint {
      case .minimum(let minimum): .whole(minimum)
      case .notBefore(let field): .text(kind.field(field)?.name ?? "")
      case .web, .country, .acyclic: .flag(true)
      }
    return JSON.Member(constraint.word, value)
  }
}
