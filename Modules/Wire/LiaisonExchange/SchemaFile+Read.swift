public import LiaisonModel

extension SchemaFile {
  /// Reads the schema that a file's bytes say.
  /// - Throws: ``SchemaFileError`` for the first thing that is wrong.
  public static func read(_ bytes: some Sequence<UInt8>) throws(SchemaFileError) -> Schema {
    let file = try SchemaDocument(bytes)
    if let fault = file.schema.faults.first {
      throw SchemaFileError.refused(path: SchemaDocument.path(of: fault), fault.reason)
    }
    return file.schema
  }

  static func json(_ bytes: [UInt8]) throws(SchemaFileError) -> JSON {
    guard bytes.count <= SchemaFile.bytes else {
      throw SchemaFileError.tooLarge(limit: SchemaFile.bytes)
    }
    if let offset = invalidOffset(in: bytes) { throw SchemaFileError.notUTF8(offset: offset) }
    do throws(JSONReader.Fault) {
      return try JSONReader.value(of: bytes)
    } catch let fault {
      let place = TextPlace(of: fault.offset, in: bytes)
      throw SchemaFileError.notJSON(
        line: place.line, column: place.column, reason: fault.reason)
    }
  }

  /// Where the first byte stands that is not of UTF-8; nil if there is none.
  private static func invalidOffset(in bytes: [UInt8]) -> Int? {
    var decoder = UTF8()
    var source = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.decode(&source) {
      case .scalarValue(let scalar): offset += UTF8.width(scalar)
      case .emptyInput: return nil
      case .error: return offset
      }
    }
  }

  /// - Returns: a schema of which it is still to be seen what is wrong with it.
  static func schema(_ value: JSON) throws(SchemaFileError) -> Schema {
    let file = try SchemaFileObject(value, at: "", keys: Key.file)
    let version = try file.number("version")
    let kinds = try file.objects("kinds", keys: Key.kind)
    // Targets are named, and may be named before their kind.
    var numbers: [String: KindNumber] = [:]
    for kind in kinds where numbers[try kind.text("name")] == nil {
      numbers[try kind.text("name")] = KindNumber(try kind.number("number"))
    }
    var read: [Kind] = []
    for kind in kinds { read.append(try self.kind(kind, kinds: numbers)) }
    return Schema(unchecked: version, read)
  }

  private static func kind(
    _ kind: SchemaFileObject, kinds: [String: KindNumber]
  ) throws(SchemaFileError) -> Kind {
    let fields = try kind.objects("fields", keys: Key.field)
    var numbers: [String: FieldNumber] = [:]
    for field in fields where numbers[try field.text("name")] == nil {
      numbers[try field.text("name")] = FieldNumber(try field.number("number"))
    }
    var read: [FieldDefinition] = []
    let number = KindNumber(try kind.number("number"))
    for field in fields {
      read.append(try self.field(field, of: number, kinds: kinds, fields: numbers))
    }
    return Kind(
      number, try kind.text("name"), label: try kind.text("label"),
      coding: try kind.word("coding"), fields: read, aliases: try kind.texts(ifThere: "aliases"),
      unique: try unique(of: kind, fields: numbers))
  }

  private static func unique(
    of kind: SchemaFileObject, fields: [String: FieldNumber]
  ) throws(SchemaFileError) -> [[FieldNumber]] {
    var rules: [[FieldNumber]] = []
    for element in kind.has("unique") ? try kind.elements("unique") : [] {
      guard case .array(let names) = element.value else {
        throw SchemaFileError.wrongType(path: element.path, expected: .array)
      }
      var rule: [FieldNumber] = []
      for (index, name) in names.enumerated() {
        let path = "\(element.path)[\(index)]"
        guard case .text(let name) = name else {
          throw SchemaFileError.wrongType(path: path, expected: .text)
        }
        guard let number = fields[name] else {
          throw SchemaFileError.unknownName(path: path, name: name)
        }
        rule.append(number)
      }
      rules.append(rule)
    }
    return rules
  }

  private static func past(
    of field: SchemaFileObject, fields: [String: FieldNumber]
  ) throws(SchemaFileError) -> FieldPast {
    var past = FieldPast()
    past.aliases = try field.texts(ifThere: "aliases")
    past.isRetired = field.has("retired") ? try field.flag("retired") : false
    past.replaces = field.has("replaces") ? try field.name("replaces", among: fields) : nil
    past.choices = try field.texts(ifThere: "retired_choices")
    return past
  }

  private static func field(
    _ field: SchemaFileObject, of kind: KindNumber, kinds: [String: KindNumber],
    fields: [String: FieldNumber]
  ) throws(SchemaFileError) -> FieldDefinition {
    let word: ScalarWord = try field.word("type")
    // Each key that only some types have: refused on any other, needed on its own.
    if word != .choice, field.has("choices") {
      throw SchemaFileError.unknownKey(path: field.path(to: "choices"))
    }
    if word != .choice, field.has("retired_choices") {
      throw SchemaFileError.unknownKey(path: field.path(to: "retired_choices"))
    }
    if word != .reference, field.has("target") {
      throw SchemaFileError.unknownKey(path: field.path(to: "target"))
    }
    let scalar = try ScalarType(
      word, choices: { () throws(SchemaFileError) in try field.texts("choices") },
      target: { () throws(SchemaFileError) in try field.name("target", among: kinds) })
    let constraints = try constraints(
      of: field, fields: fields, isSelfReferring: scalar.target == kind)
    let arity: FieldType.Arity = try field.word("arity", default: .one)
    return FieldDefinition(
      FieldNumber(try field.number("number")), try field.text("name"),
      label: try field.text("label"), type: FieldType(arity, scalar),
      isRequired: field.has("required") ? try field.flag("required") : false,
      rule: try field.word("merge", default: .byType), constraints: constraints,
      past: try past(of: field, fields: fields))
  }

  /// - Parameter isSelfReferring: whether the field refers to records of its own kind. Then it is acyclic,
  ///   unless the file says otherwise.
  private static func constraints(
    of field: SchemaFileObject, fields: [String: FieldNumber], isSelfReferring: Bool
  ) throws(SchemaFileError) -> [Constraint] {
    var constraints: [Constraint] = []
    var isAcyclic = isSelfReferring
    for element in field.has("constraints") ? try field.elements("constraints") : [] {
      if let constraint = try constraint(element.value, at: element.path, fields: fields) {
        constraints.append(constraint)
      } else if isSelfReferring {
        isAcyclic = false
      } else {
        throw SchemaFileError.refused(path: element.path, .constraintDoesNotFit(.acyclic))
      }
    }
    if isAcyclic, !constraints.contains(.acyclic) { constraints.append(.acyclic) }
    return constraints
  }

  /// - Returns: nil for `"acyclic": false`.
  private static func constraint(
    _ value: JSON, at path: String, fields: [String: FieldNumber]
  ) throws(SchemaFileError) -> Constraint? {
    // The words as ``Constraint/word`` has them; what they hold does not matter here.
    let known = [Constraint.minimum(0), .web, .country, .notBefore(FieldNumber(0)), .acyclic]
    let object = try SchemaFileObject(value, at: path, keys: known.map(\.word))
    guard object.members.count == 1, let member = object.members.first,
      let constraint = known.first(where: { $0.word == member.key })
    else { throw SchemaFileError.wrongType(path: path, expected: .constraint) }
    switch constraint {
    case .minimum: return .minimum(try object.whole(member.key))
    case .notBefore: return .notBefore(try object.name(member.key, among: fields))
    case .acyclic: return try object.flag(member.key) ? constraint : nil
    case .web, .country, .opaque:
      guard try object.flag(member.key) else {
        throw SchemaFileError.wrongType(path: object.path(to: member.key), expected: .yes)
      }
      return constraint
    }
  }
}
