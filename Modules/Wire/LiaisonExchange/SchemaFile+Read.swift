public import LiaisonModel

extension SchemaFile {
  /// Reads the schema that a file's bytes say.
  /// - Throws: ``SchemaFileError`` for the first thing that is wrong.
  public static func read(_ bytes: some Sequence<UInt8>) throws(SchemaFileError) -> Schema {
    let bytes = Array(bytes.prefix(SchemaFile.bytes + 1))
    guard bytes.count <= SchemaFile.bytes else {
      throw SchemaFileError.tooLarge(limit: SchemaFile.bytes)
    }
    if let offset = invalidOffset(in: bytes) { throw SchemaFileError.notUTF8(offset: offset) }
    let value: JSON
    do throws(JSONReader.Fault) {
      value = try JSONReader.value(of: bytes)
    } catch let fault {
      let before = bytes[..<min(fault.offset, bytes.count)]
      let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      throw SchemaFileError.notJSON(
        line: before.count { $0 == UInt8(ascii: "\n") } + 1,
        column: String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1,
        reason: fault.reason)
    }
    return try schema(value)
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

  private static func schema(_ value: JSON) throws(SchemaFileError) -> Schema {
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
    do throws(SchemaFault) {
      return try Schema(version: version, kinds: read)
    } catch let fault {
      let kind = fault.kind.map { "kinds[\($0)]" } ?? ""
      let field = fault.field.map { ".fields[\($0)]" } ?? ""
      throw SchemaFileError.refused(path: kind + field, fault.reason)
    }
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
      coding: try kind.word("coding"), fields: read)
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
      rule: try field.word("merge", default: .byType), constraints: constraints)
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
    case .web, .country:
      guard try object.flag(member.key) else {
        throw SchemaFileError.wrongType(path: object.path(to: member.key), expected: .yes)
      }
      return constraint
    }
  }
}
