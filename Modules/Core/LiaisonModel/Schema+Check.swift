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
    /// The field that it replaces is not a retired one of the kind.
    case replacesCurrent(FieldNumber)
    /// Another field still counts on the retired one.
    case retiredInUse(FieldNumber)
    /// The fields that are to be unique together are none, repeat, are not there or are retired.
    case badUnique([FieldNumber])
    /// A word of the choice is retired, and can still be chosen.
    case retiredWordChosen(String)

    // In the place of another schema.
    case versionNotNewer(than: UInt32)
    /// A kind is not there any more; its name.
    case kindMissing(String)
    /// A field is not there any more; its name.
    case fieldMissing(String)
    /// The field was of another type.
    case typeChanged(FieldType)
    /// Records may hold a word that is not there any more.
    case wordDropped(String)
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
    case .replacesCurrent(let number):
      "replaces field \(number.number), which is not a retired field of the kind"
    case .retiredInUse(let number):
      "must not be before field \(number.number), which is retired"
    case .badUnique(let fields):
      "has a rule 'unique' over fields \(fields.map { String($0.number) }.joined(separator: ", ")), "
        + "which repeat, are not there, or are retired"
    case .versionNotNewer(let version):
      "has a version that is not above \(version), which the register has"
    case .kindMissing(let name): "lacks the kind '\(name)', which records may be of"
    case .fieldMissing(let name):
      "lacks the field '\(name)': a field is retired (\"retired\": true), never left out"
    case .typeChanged(let type):
      "was \(type.article): another type is a new number, which \"replaces\" the retired one"
    case .wordDropped(let word):
      "lacks the word '\(word)': put it among \"retired_choices\", since records may hold it"
    case .retiredWordChosen(let word): "retires the word '\(word)', which can still be chosen"
    }
  }
}

extension Schema {
  /// - Throws: the first ``SchemaFault`` in the order of the schema's kinds and fields.
  func check() throws(SchemaFault) {
    if let fault = faults.first { throw fault }
  }

  /// Everything in it that repeats, leads nowhere, or does not fit its field: the schema as a whole first,
  /// then in the order of its kinds and fields.
  public var faults: [SchemaFault] {
    guard version > 0 else { return [SchemaFault(.versionZero)] }
    guard kinds.count <= Limits.kinds else {
      return [SchemaFault(.tooMany(.kinds, limit: Limits.kinds))]
    }
    var names = Taken()
    var faults: [SchemaFault] = []
    for (index, kind) in kinds.enumerated() {
      if let reason = names.fault(
        adding: kind.number.number, kind.name, kind.label, kind.aliases)
      {
        faults.append(SchemaFault(kind: index, reason))
      }
      guard kind.fields.count <= Limits.fields else {
        faults.append(SchemaFault(kind: index, .tooMany(.fields, limit: Limits.fields)))
        continue
      }
      faults += self.faults(of: kind, at: index)
    }
    return faults
  }

  private func faults(of kind: Kind, at index: Int) -> [SchemaFault] {
    var names = Taken()
    var faults: [SchemaFault] = []
    for (place, field) in kind.fields.enumerated() {
      let reason =
        names.fault(adding: field.number.number, field.name, field.label, field.past.aliases)
        ?? field.type.fault(in: self) ?? field.rule.fault(on: field.type)
        ?? field.constraintFault(in: kind) ?? field.pastFault(in: kind)
      if let reason { faults.append(SchemaFault(kind: index, field: place, reason)) }
    }
    for fields in kind.unique {
      let isWhole = fields.allSatisfy { kind.field($0)?.isRetired == false }
      guard !fields.isEmpty, Set(fields).count == fields.count, isWhole else {
        faults.append(SchemaFault(kind: index, .badUnique(fields)))
        continue
      }
    }
    return faults
  }

  /// The numbers and names of kinds or fields, as they come.
  private struct Taken {
    var numbers: Set<UInt32> = []
    var names: Set<String> = []

    mutating func fault(
      adding number: UInt32, _ name: String, _ label: String, _ aliases: [String]
    ) -> SchemaFault.Reason? {
      guard number > 0 else { return .numberZero }
      guard numbers.insert(number).inserted else { return .numberRepeated(number) }
      for name in [name] + aliases {
        guard Taken.isName(name) else { return .badName(name) }
        guard names.insert(name).inserted else { return .nameRepeated(name) }
      }
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

  /// Whether its values stand earlier or later than others.
  fileprivate var isInTime: Bool { self == .date || self == .moment }

  /// Whether it is one that only a newer version knows.
  fileprivate var isOpaque: Bool { self == .one(.opaque) }

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
    if type.isOpaque { return nil }
    let fits =
      switch self {
      case .byType, .opaque: true
      case .latest: type.isInTime
      case .largest: type == .number
      }
    return fits ? nil : .ruleDoesNotFit(self)
  }
}

extension FieldDefinition {
  fileprivate func pastFault(in kind: Kind) -> SchemaFault.Reason? {
    if let old = past.replaces, old == number || kind.field(old)?.isRetired != true {
      return .replacesCurrent(old)
    }
    if !isRetired {
      for case .notBefore(let other) in constraints where kind.field(other)?.isRetired == true {
        return .retiredInUse(other)
      }
    }
    return past.choices.first { type.scalar.choices.contains($0) }.map { .retiredWordChosen($0) }
  }

  fileprivate func constraintFault(in kind: Kind) -> SchemaFault.Reason? {
    var seen: Set<Constraint> = []
    for constraint in constraints {
      guard seen.insert(constraint).inserted else { return .constraintRepeated(constraint) }
      guard constraint.fits(type, of: kind) else { return .constraintDoesNotFit(constraint) }
      if case .notBefore(let other) = constraint {
        guard other != number, let first = kind.field(other),
          first.type.isInTime || first.type.isOpaque
        else { return .noDateInField(other) }
      }
    }
    return nil
  }
}

extension Constraint {
  fileprivate func fits(_ type: FieldType, of kind: Kind) -> Bool {
    switch self {
    case _ where type.isOpaque: true
    case .minimum: type == .number
    case .web, .country: type == .text
    case .notBefore: type.isInTime
    case .acyclic: type.scalar.target == kind.number
    case .opaque: true
    }
  }
}
