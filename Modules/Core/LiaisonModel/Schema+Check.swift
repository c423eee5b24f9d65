/// What is wrong with a schema, and at which of its kinds or fields.
public struct SchemaFault: Error, Hashable, Sendable {
  /// The index of the kind in its schema; nil if it is the schema as a whole.
  public let kind: Int?
  /// The index of the field in its kind; nil if it is the kind as a whole.
  public let field: Int?
  public let reason: Reason

  public init(kind: Int? = nil, field: Int? = nil, _ reason: Reason) {
    self.kind = kind
    self.field = field
    self.reason = reason
  }

  public enum Reason: Hashable, Sendable {
    /// A schema's version starts at 1.
    case versionZero
    /// More kinds, fields or words of a choice than the limit.
    case tooMany(Part, limit: Int)
    /// Numbers of kinds and fields start at 1.
    case numberZero
    /// Another kind of the schema, or field of the kind, has the number.
    case numberRepeated(UInt32)
    /// Not `[a-z][a-z0-9_]*` of at most 64 bytes, or the word `code`, which every record has.
    case badName(String)
    case nameRepeated(String)
    /// The label is no text of one line that a person can read; what is wrong with it.
    case badLabel(String)
    case choiceWithoutWords
    /// A word of the choice is no text of one line; what is wrong with it.
    case badWord(String)
    case wordRepeated(String)
    case noSuchKind(KindNumber)
    /// A set or list of scalars that no revision can carry.
    case notCarried(FieldType)
    /// The merge rule is for fields of another type.
    case ruleDoesNotFit(MergeRule)
    /// The constraint is for fields of another type.
    case constraintDoesNotFit(Constraint)
    case constraintRepeated(Constraint)
    /// The field that a constraint names is not there, is the field itself, or holds no date.
    case noDateInField(FieldNumber)
  }

  public enum Part: String, Hashable, Sendable {
    case kinds, fields, words
  }
}

extension SchemaFault: CustomStringConvertible {
  public var description: String {
    switch (kind, field) {
    case (let kind?, let field?): "kinds[\(kind)].fields[\(field)] \(reason)"
    case (let kind?, nil): "kinds[\(kind)] \(reason)"
    case (nil, _): "the schema \(reason)"
    }
  }
}

extension SchemaFault.Reason: CustomStringConvertible {
  /// What is wrong, to follow the name of what it is wrong with.
  public var description: String {
    switch self {
    case .versionZero: "has version 0; a version starts at 1"
    case .tooMany(let part, let limit): "has more than \(limit) \(part.rawValue)"
    case .numberZero: "has number 0; a number starts at 1"
    case .numberRepeated(let number): "repeats the number \(number)"
    case .badName(let name):
      "has the name '\(name)', which is not of a-z, 0-9 and '_', or is 'code'"
    case .nameRepeated(let name): "repeats the name '\(name)'"
    case .badLabel(let problem): "has a label that \(problem)"
    case .choiceWithoutWords: "is a choice without words"
    case .badWord(let problem): "has a word that \(problem)"
    case .wordRepeated(let word): "repeats the word '\(word)'"
    case .noSuchKind(let kind): "refers to kind \(kind.number), which is not there"
    case .notCarried(let type): "is \(type.article), which no revision can carry"
    case .ruleDoesNotFit(let rule):
      "has the merge rule '\(rule.rawValue)', which is not for its type"
    case .constraintDoesNotFit(let constraint):
      "has the constraint '\(constraint.word)', which is not for its type"
    case .constraintRepeated(let constraint): "repeats the constraint '\(constraint.word)'"
    case .noDateInField(let number):
      "must not be before field \(number.number), which is not another field with a date"
    }
  }
}

extension Schema {
  /// - Throws: the first ``SchemaFault`` in the order of the schema's kinds and fields.
  func check() throws(SchemaFault) {
    guard version > 0 else { throw SchemaFault(.versionZero) }
    guard kinds.count <= Limits.kinds else {
      throw SchemaFault(.tooMany(.kinds, limit: Limits.kinds))
    }
    var names = Taken()
    for (index, kind) in kinds.enumerated() {
      if let reason = names.fault(adding: kind.number.number, kind.name, kind.label) {
        throw SchemaFault(kind: index, reason)
      }
      guard kind.fields.count <= Limits.fields else {
        throw SchemaFault(kind: index, .tooMany(.fields, limit: Limits.fields))
      }
      try check(kind, at: index)
    }
  }

  private func check(_ kind: Kind, at index: Int) throws(SchemaFault) {
    var names = Taken()
    for (place, field) in kind.fields.enumerated() {
      let reason =
        names.fault(adding: field.number.number, field.name, field.label)
        ?? field.type.fault(in: self) ?? field.rule.fault(on: field.type)
        ?? field.constraintFault(in: kind)
      if let reason { throw SchemaFault(kind: index, field: place, reason) }
    }
  }

  /// The numbers and names of kinds or fields, as they come.
  private struct Taken {
    var numbers: Set<UInt32> = []
    var names: Set<String> = []

    mutating func fault(
      adding number: UInt32, _ name: String, _ label: String
    ) -> SchemaFault.Reason? {
      guard number > 0 else { return .numberZero }
      guard numbers.insert(number).inserted else { return .numberRepeated(number) }
      guard Taken.isName(name) else { return .badName(name) }
      guard names.insert(name).inserted else { return .nameRepeated(name) }
      return TextRules.problem(withWord: label).map { .badLabel($0) }
    }

    private static func isName(_ name: String) -> Bool {
      guard (1...64).contains(name.utf8.count), name != "code",
        let first = name.utf8.first, ASCII.isLower(first)
      else { return false }
      return name.utf8.allSatisfy {
        ASCII.isLower($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "_")
      }
    }
  }
}

extension FieldType {
  fileprivate func fault(in schema: Schema) -> SchemaFault.Reason? {
    if !isCarried { return .notCarried(self) }
    if let target = scalar.target, schema.kind(target) == nil { return .noSuchKind(target) }
    if case .choice(let words) = scalar { return FieldType.fault(inChoice: words) }
    return nil
  }

  /// Whether a revision can carry such a value: any scalar; of the sets, those of texts and of
  /// references; of the lists, those of texts.
  private var isCarried: Bool {
    switch self {
    case .one, .set(.text), .set(.reference), .list(.text): true
    case .set, .list: false
    }
  }

  private static func fault(inChoice words: [String]) -> SchemaFault.Reason? {
    guard !words.isEmpty else { return .choiceWithoutWords }
    guard words.count <= Limits.members else { return .tooMany(.words, limit: Limits.members) }
    var seen: Set<String> = []
    for word in words {
      if let problem = TextRules.problem(withWord: word) { return .badWord(problem) }
      guard seen.insert(word).inserted else { return .wordRepeated(word) }
    }
    return nil
  }
}

extension MergeRule {
  fileprivate func fault(on type: FieldType) -> SchemaFault.Reason? {
    let fits =
      switch self {
      case .byType: true
      case .latest: type == .date
      case .largest: type == .number
      }
    return fits ? nil : .ruleDoesNotFit(self)
  }
}

extension FieldDefinition {
  fileprivate func constraintFault(in kind: Kind) -> SchemaFault.Reason? {
    var seen: Set<Constraint> = []
    for constraint in constraints {
      guard seen.insert(constraint).inserted else { return .constraintRepeated(constraint) }
      guard constraint.fits(type, of: kind) else { return .constraintDoesNotFit(constraint) }
      if case .notBefore(let other) = constraint {
        guard other != number, kind.field(other)?.type == .date else {
          return .noDateInField(other)
        }
      }
    }
    return nil
  }
}

extension Constraint {
  fileprivate func fits(_ type: FieldType, of kind: Kind) -> Bool {
    switch self {
    case .minimum: type == .number
    case .web, .country: type == .text
    case .notBefore: type == .date
    case .acyclic: type.scalar.target == kind.number
    }
  }
}
