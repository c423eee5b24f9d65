/// What one value of a field, or one member of a set or list, can be.
public enum ScalarType: Hashable, Sendable {
  /// One line of text.
  case text
  /// Text of many lines, merged line by line.
  case prose
  case date
  /// A date, or a day with a time and its zone.
  case moment
  /// A whole number of 64 bits.
  case number
  /// One of these words.
  case choice([String])
  case flag
  /// A record of this kind.
  case reference(KindNumber)
  /// One that only a newer version knows: its values are kept, and never edited.
  case opaque
}

/// The sorts of scalars, each with the word that a schema file has for it.
public enum ScalarWord: String, CaseIterable, Hashable, Sendable {
  case text, prose, date, moment, number, choice, flag, reference
  /// Of what only a newer version knows; no word of a file.
  case opaque

  public static let allCases: [ScalarWord] = [
    .text, .prose, .date, .moment, .number, .choice, .flag, .reference,
  ]
}

extension ScalarType {
  /// The sort of scalar that this type takes.
  public var word: ScalarWord {
    switch self {
    case .text: .text
    case .prose: .prose
    case .date: .date
    case .moment: .moment
    case .number: .number
    case .choice: .choice
    case .flag: .flag
    case .reference: .reference
    case .opaque: .opaque
    }
  }

  /// The type of a word, with the choices or the target that it alone asks for.
  /// - Throws: what `choices` or `target` throws.
  public init<Failure: Error>(
    _ word: ScalarWord, choices: () throws(Failure) -> [String],
    target: () throws(Failure) -> KindNumber
  ) throws(Failure) {
    switch word {
    case .text: self = .text
    case .prose: self = .prose
    case .date: self = .date
    case .moment: self = .moment
    case .number: self = .number
    case .choice: self = .choice(try choices())
    case .flag: self = .flag
    case .reference: self = .reference(try target())
    case .opaque: self = .opaque
    }
  }

  /// The words of a choice; none for any other type.
  public var choices: [String] {
    switch self {
    case .choice(let choices): choices
    case .text, .prose, .date, .moment, .number, .flag, .reference, .opaque: []
    }
  }

  /// The kind of record that a reference leads to; nil for any other type.
  public var target: KindNumber? {
    switch self {
    case .reference(let kind): kind
    case .text, .prose, .date, .moment, .number, .choice, .flag, .opaque: nil
    }
  }

  /// The type as a person reads it: "a date", "one of …".
  public var article: String {
    switch self {
    case .text: "a text of one line"
    case .prose: "a text of many lines"
    case .date: "a date (2007, 2007-03 or 2007-03-26)"
    case .moment: "a date, or a date with time and zone (2026-05-20T14:30+02:00)"
    case .number: "a whole number"
    case .choice(let choices): "one of \(choices.joined(separator: ", "))"
    case .flag: "yes or no"
    case .reference: "the code of a record"
    case .opaque: "of a type that needs a newer version"
    }
  }

  /// Several of the type as a person reads it: "a set of …", "a list of …".
  public var plural: String {
    switch self {
    case .text: "texts"
    case .prose: "texts of many lines"
    case .date: "dates"
    case .moment: "dates, or dates with time and zone"
    case .number: "whole numbers"
    case .choice(let choices): "words out of \(choices.joined(separator: ", "))"
    case .flag: "yes or no"
    case .reference: "codes of records"
    case .opaque: "what needs a newer version"
    }
  }

  /// A value that a person can imitate at a shell.
  public var example: String {
    switch self {
    case .text: "\"one line\""
    case .prose: "\"several lines\""
    case .date: "2007-03-26"
    case .moment: "2026-05-20T14:30+02:00"
    case .number: "39"
    case .choice(let choices): choices.first ?? ""
    case .flag: "yes"
    case .reference: "CODE"
    case .opaque: ""
    }
  }

  /// Reads what ``Scalar/text(code:)`` writes. Text is brought to NFC.
  ///
  /// - Parameter resolve: the record of a code; nil if there is none.
  /// - Throws: ``Problem`` if the text is not of this type.
  public func scalar(
    from text: String, resolve: (RecordCode) throws -> RecordID?
  ) throws -> Scalar {
    let text = TextRules.normalized(text)
    switch self {
    case .text: return .text(text)
    case .prose: return .prose(TextRules.withLineFeeds(text))
    case .date:
      if let date = PartialDate(text) { return .date(date) }
    case .moment:
      if let moment = Moment(typed: text) { return .moment(moment) }
    case .number:
      if let number = Int64(text) { return .number(number) }
    case .choice(let choices):
      if choices.contains(text) { return .choice(text) }
    case .flag:
      if ["yes", "true"].contains(text) { return .flag(true) }
      if ["no", "false"].contains(text) { return .flag(false) }
    case .reference: return .reference(try ScalarType.record(text, resolve))
    case .opaque: break
    }
    throw Problem("is not \(article)")
  }

  private static func record(
    _ text: String, _ resolve: (RecordCode) throws -> RecordID?
  ) throws -> RecordID {
    guard let code = RecordCode(typed: text) else {
      throw Problem("names '\(text)', which is not a code")
    }
    guard let record = try resolve(code) else {
      throw Problem("names \(code), which is not in the register")
    }
    return record
  }

  /// What is wrong with a scalar of this type; nil if nothing is.
  func fault(in scalar: Scalar) -> String? {
    if case (.choice(let choices), .choice(let choice)) = (self, scalar), !choices.contains(choice)
    {
      return "must be \(article)"
    }
    return scalar.fault
  }
}
