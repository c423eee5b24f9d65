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
    /// Words are retired of a field that is no choice.
    case retiredWordsOfNoChoice

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
    case .retiredWordsOfNoChoice: "retires words, and is no choice"
    case .retiredWordChosen(let word): "retires the word '\(word)', which can still be chosen"
    }
  }
}
