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

  fileprivate static func fault(inChoice words: [String]) -> SchemaFault.Reason? {
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
    guard !past.choices.isEmpty, !type.isOpaque else { return nil }
    guard type.scalar.word == .choice else { return .retiredWordsOfNoChoice }
    return past.choices.first { type.scalar.choices.contains($0) }.map { .retiredWordChosen($0) }
      ?? FieldType.fault(inChoice: past.choices)
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
