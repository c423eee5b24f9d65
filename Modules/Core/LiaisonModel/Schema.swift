/// The number of a kind on the wire and in the stores. Never given again to another kind.
public struct KindNumber: Hashable, Comparable, Sendable {
  public let number: UInt32
  public init(_ number: UInt32) { self.number = number }
  public static func < (one: Self, other: Self) -> Bool { one.number < other.number }
}

/// The number of a field within its kind, on the wire and in the stores. Never given again.
public struct FieldNumber: Hashable, Comparable, Sendable {
  public let number: UInt32
  public init(_ number: UInt32) { self.number = number }
  public static func < (one: Self, other: Self) -> Bool { one.number < other.number }
}

/// How two changes of one field are merged, if its type alone does not say. The raw value is the
/// word that a schema file has for it.
public enum MergeRule: String, CaseIterable, Hashable, Sendable {
  case byType = "by_type"
  /// Of two dates or moments the later one.
  case latest
  /// Of two numbers the larger one.
  case largest
  /// One that only a newer version knows: both changes are a conflict. No word of a file.
  case opaque

  public static let allCases: [MergeRule] = [.byType, .latest, .largest]
}

/// What a field's value must satisfy beyond its type.
public enum Constraint: Hashable, Sendable {
  /// A number not below this one.
  case minimum(Int64)
  /// A web address: http or https.
  case web
  /// A country code: ISO 3166-1 alpha-2, by shape.
  case country
  /// A date that does not start before the date in that field.
  case notBefore(FieldNumber)
  /// References of this field never lead back to their record.
  case acyclic
  /// One that only a newer version knows. No word of a file.
  case opaque

  /// The word that a schema file has for it.
  public var word: String {
    switch self {
    case .minimum: "minimum"
    case .web: "web"
    case .country: "country"
    case .notBefore: "not_before"
    case .acyclic: "acyclic"
    case .opaque: "opaque"
    }
  }
}

/// One field of a kind.
public struct FieldDefinition: Hashable, Sendable {
  public let number: FieldNumber
  /// What people and files write: `[a-z][a-z0-9_]*`.
  public let name: String
  /// What a person reads.
  public let label: String
  public let type: FieldType
  public let isRequired: Bool
  public let rule: MergeRule
  public let constraints: [Constraint]
  public let past: FieldPast

  public init(
    _ number: FieldNumber, _ name: String, label: String, type: FieldType,
    isRequired: Bool = false, rule: MergeRule = .byType, constraints: [Constraint] = [],
    past: FieldPast = FieldPast()
  ) {
    self.number = number
    self.name = name
    self.label = label
    self.type = type
    self.isRequired = isRequired
    self.rule = rule
    self.constraints = constraints
    self.past = past
  }

  /// Whether people still see and fill it.
  public var isRetired: Bool { past.isRetired }

  /// The kind of record that the field refers to; nil if it holds no references.
  public var target: KindNumber? { type.scalar.target }
}

/// What earlier schemas have left of a field.
public struct FieldPast: Hashable, Sendable {
  /// Names that it had: scripts and files may still use them.
  public var aliases: [String] = []
  /// Whether its values are kept, and no longer shown, filled or required.
  public var isRetired = false
  /// The retired field in whose place it stands, with another type: a record without a value in this one is
  /// shown with that one's.
  public var replaces: FieldNumber?
  /// Words of a choice that records may still hold, and nobody chooses any more.
  public var choices: [String] = []

  public init() {}
}

/// One kind of record: its fields, in the order in which people see them.
public struct Kind: Hashable, Sendable {
  /// Where the codes of a kind's records come from. The raw value is the word that a schema file
  /// has for it.
  public enum Coding: String, CaseIterable, Hashable, Sendable {
    /// A person chooses them: `UNODC`.
    case chosen
    /// The office numbers them: `VIE-2026-0012`.
    case numbered
  }

  public let number: KindNumber
  public let name: String
  public let label: String
  public let coding: Coding
  /// Retired ones are among them.
  public let fields: [FieldDefinition]
  /// Names that it had: scripts and files may still use them.
  public let aliases: [String]
  /// Fields whose values together no two live records of the kind may share.
  public let unique: [[FieldNumber]]

  public init(
    _ number: KindNumber, _ name: String, label: String, coding: Coding, fields: [FieldDefinition],
    aliases: [String] = [], unique: [[FieldNumber]] = []
  ) {
    self.number = number
    self.name = name
    self.label = label
    self.coding = coding
    self.fields = fields
    self.aliases = aliases
    self.unique = unique
  }

  /// What a record holds in a field: if that is nothing, what it holds in the retired one that the field
  /// replaces, as far as that can be read as this one's type.
  public func value(of field: FieldDefinition, in fields: Fields) -> FieldValue? {
    if let value = fields[field.number] { return value }
    guard let old = field.past.replaces.flatMap({ fields[$0] }), field.target == nil else {
      return nil
    }
    return try? field.type.value(from: old.input { _ in "" }) { _ in nil }
  }

  /// The fields that people see and fill.
  public var current: [FieldDefinition] { fields.filter { !$0.isRetired } }

  public func field(_ number: FieldNumber) -> FieldDefinition? {
    // In place: a definition is large, and asked for with every value.
    for index in fields.indices where fields[index].number == number { return fields[index] }
    return nil
  }

  /// Whether it has a field of this number, retired or not.
  public func has(_ number: FieldNumber) -> Bool {
    for index in fields.indices where fields[index].number == number { return true }
    return false
  }

  /// The field that has this name, or had it.
  public func field(named name: String) -> FieldDefinition? {
    for index in fields.indices where fields[index].name == name { return fields[index] }
    return fields.first { $0.past.aliases.contains(name) }
  }
}

/// The kinds of a register. It is data: a server holds it, and replicas receive it.
public struct Schema: Hashable, Sendable {
  /// Grows with every change of the schema.
  public let version: UInt32
  public let kinds: [Kind]

  /// - Throws: ``SchemaFault`` if something in it repeats, leads nowhere, or does not fit its field.
  public init(version: UInt32, kinds: [Kind]) throws(SchemaFault) {
    self.version = version
    self.kinds = kinds
    try check()
  }

  /// A schema of which it is still to be seen what is wrong with it: see ``faults``.
  public init(unchecked version: UInt32, _ kinds: [Kind]) {
    self.version = version
    self.kinds = kinds
  }

  public func kind(_ number: KindNumber) -> Kind? { kinds.first { $0.number == number } }

  /// The kind that has this name, or had it.
  public func kind(named name: String) -> Kind? {
    kinds.first { $0.name == name } ?? kinds.first { $0.aliases.contains(name) }
  }

  /// Whether it holds something that only a newer version knows.
  public var isOpaque: Bool {
    kinds.contains { kind in
      kind.fields.contains { field in
        field.type == .one(.opaque) || field.rule == .opaque
          || field.constraints.contains(.opaque)
      }
    }
  }
}

/// What is wrong with a value or a record, said so that a person can mend it.
///
/// It names fields and rules, never the value: this is a police register.
public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
  public let message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}
