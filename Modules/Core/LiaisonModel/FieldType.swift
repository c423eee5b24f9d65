/// What a field can hold: how many scalars, and of what sort.
public enum FieldType: Hashable, Sendable {
  case one(ScalarType)
  /// Any number of them, none twice, in no order; merged member by member.
  case set(ScalarType)
  /// Any number of them in an order; merged element by element.
  case list(ScalarType)

  /// How many scalars. The raw value is the word that a schema file has for it.
  public enum Arity: String, CaseIterable, Hashable, Sendable {
    case one, set, list
  }

  public init(_ arity: Arity, _ scalar: ScalarType) {
    switch arity {
    case .one: self = .one(scalar)
    case .set: self = .set(scalar)
    case .list: self = .list(scalar)
    }
  }

  public var arity: Arity {
    switch self {
    case .one: .one
    case .set: .set
    case .list: .list
    }
  }

  /// What each value, member or element is.
  public var scalar: ScalarType {
    switch self {
    case .one(let type), .set(let type), .list(let type): type
    }
  }

  /// The type as a person reads it: "a date", "one of …", "a set of …".
  public var article: String {
    switch self {
    case .one(let type): type.article
    case .set(let type): "a set of \(type.plural)"
    case .list(let type): "a list of \(type.plural)"
    }
  }

  /// A value that a person can imitate at a shell.
  public var example: String {
    switch self {
    case .one(let type): type.example
    case .set(.text): "one,two"
    case .set(let type): "\(type.example),\(type.example)"
    case .list(.text): "\"an item\""
    case .list(let type): type.example
    }
  }
}

// The types that registers are made of, by their short names.
extension FieldType {
  public static let text = FieldType.one(.text)
  public static let prose = FieldType.one(.prose)
  public static let date = FieldType.one(.date)
  public static let moment = FieldType.one(.moment)
  public static let number = FieldType.one(.number)
  public static let flag = FieldType.one(.flag)
  public static func choice(_ words: [String]) -> FieldType { .one(.choice(words)) }
  public static func reference(_ kind: KindNumber) -> FieldType { .one(.reference(kind)) }
  /// A set of texts.
  public static let texts = FieldType.set(.text)
  /// A set of references to records of a kind.
  public static func references(_ kind: KindNumber) -> FieldType { .set(.reference(kind)) }
  /// A list of texts.
  public static let items = FieldType.list(.text)
}

/// A value as a person or a file writes it: one text, or several.
public enum FieldInput: Hashable, Sendable {
  case one(String)
  case many([String])

  /// The members that a set is given as: one text has commas between them.
  public var members: [String] {
    switch self {
    case .one(let text):
      text.utf8.split(separator: UInt8(ascii: ",")).map { part in
        var part = part
        while part.first == UInt8(ascii: " ") { part.removeFirst() }
        while part.last == UInt8(ascii: " ") { part.removeLast() }
        return String(Substring(part))
      }
    case .many(let texts): texts
    }
  }

  /// The elements that a list is given as: one text has them on lines of their own.
  public var elements: [String] {
    switch self {
    case .one(let text): text.split(whereSeparator: \.isNewline).map(String.init)
    case .many(let texts): texts
    }
  }
}

extension FieldType {
  /// Reads a value. Text is brought to NFC; a set takes one text with commas between its members.
  ///
  /// - Parameter resolve: the record of a code; nil if there is none.
  /// - Returns: nil for an empty input, which leaves the field without a value.
  /// - Throws: ``Problem`` if the input is not of this type.
  public func value(
    from input: FieldInput, resolve: (RecordCode) throws -> RecordID?
  ) throws -> FieldValue? {
    try value(from: input) { try scalar.scalar(from: $0, resolve: resolve) }
  }

  /// Reads a value; `read` reads each value, member or element of it.
  ///
  /// - Returns: nil for an empty input, which leaves the field without a value.
  /// - Throws: ``Problem`` if the input has several texts and the field takes one, and what `read` throws.
  public func value(
    from input: FieldInput, reading read: (String) throws -> Scalar
  ) throws -> FieldValue? {
    switch self {
    case .set: return FieldValue.set(Set(try input.members.map(read))).unlessEmpty
    case .list: return FieldValue.list(try input.elements.map(read)).unlessEmpty
    case .one:
      guard case .one(let text) = input else { throw Problem("is \(article), not several") }
      return text.isEmpty ? nil : .one(try read(text))
    }
  }
}
