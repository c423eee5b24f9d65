/// One value of a field, or one member of a set or list: the same for every kind of register.
///
/// A new sort of scalar is a case here, a case of ``ScalarType`` and a word of ``ScalarWord``; the
/// compiler then names every switch over ours. What reads the wire switches over what C has, and is not
/// named: see Modules/README.md.
public enum Scalar: Hashable, Sendable {
  /// One line of text.
  case text(String)
  /// Text of many lines.
  case prose(String)
  case date(PartialDate)
  case moment(Moment)
  case number(Int64)
  /// A word of a list that the schema holds.
  case choice(String)
  case flag(Bool)
  case reference(RecordID)
  /// What only a newer version can read, as it was encoded: it is kept, and never edited.
  case opaque(UnknownField)
}

extension Scalar {
  /// The sort of scalar that this is.
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

  /// Whether this is a text of no characters, which a record leaves out instead of holding it.
  public var isEmpty: Bool {
    switch self {
    case .text(let text), .prose(let text), .choice(let text): text.isEmpty
    case .date, .moment, .number, .flag, .reference, .opaque: false
    }
  }

  /// The record that the scalar refers to; nil if it is no reference.
  public var reference: RecordID? {
    switch self {
    case .reference(let record): record
    case .text, .prose, .date, .moment, .number, .choice, .flag, .opaque: nil
    }
  }

  /// How a person is shown what only a newer version can read.
  public static let opaqueText = "(needs a newer version)"

  /// The scalar as a person or a file writes it; `ScalarType.scalar(from:resolve:)` reads it.
  /// - Parameter code: how a reference is written.
  public func text(code: (RecordID) -> String) -> String {
    switch self {
    case .text(let text), .prose(let text), .choice(let text): text
    case .date(let date): date.description
    case .moment(let moment): moment.description
    case .number(let number): String(number)
    case .flag(let flag): flag ? "yes" : "no"
    case .reference(let record): code(record)
    case .opaque: Scalar.opaqueText
    }
  }

  /// What is wrong with the scalar whatever its field's type is; nil if nothing is.
  var fault: String? {
    switch self {
    case .text(let text), .choice(let text): TextRules.problem(withLine: text)
    case .prose(let text): TextRules.problem(withProse: text)
    case .date, .moment, .number, .flag, .reference, .opaque: nil
    }
  }
}
