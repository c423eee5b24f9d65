/// What a field holds: one scalar, a set or a list of scalars of one sort. A field that holds
/// nothing is absent from its record: there is no empty text, no empty set and no empty list.
public enum FieldValue: Hashable, Sendable {
  case one(Scalar)
  case set(Set<Scalar>)
  case list([Scalar])

  /// The scalars that the value holds, in no order of a set's.
  public var scalars: [Scalar] {
    switch self {
    case .one(let scalar): [scalar]
    case .set(let members): Array(members)
    case .list(let elements): elements
    }
  }

  /// Whether the value is one that a record leaves out instead of holding it.
  public var isEmpty: Bool {
    switch self {
    case .one(let scalar): scalar.isEmpty
    case .set(let members): members.isEmpty
    case .list(let elements): elements.isEmpty
    }
  }

  /// The value, or nil for an empty one.
  public var unlessEmpty: FieldValue? { isEmpty ? nil : self }

  /// The records that the value refers to.
  public var references: Set<RecordID> {
    switch self {
    case .one(let scalar): scalar.reference.map { [$0] } ?? []
    case .set(let members): Set(members.lazy.compactMap(\.reference))
    case .list(let elements): Set(elements.lazy.compactMap(\.reference))
    }
  }

  /// The records that the value refers to, in the order of their ids.
  public var sortedReferences: [RecordID] {
    switch self {
    case .one(let scalar): scalar.reference.map { [$0] } ?? []
    case .set(let members): members.compactMap(\.reference).sorted()
    case .list(let elements): elements.compactMap(\.reference).sorted()
    }
  }

  /// Whether it is one that only a newer version can read.
  public var isOpaque: Bool { if case .one(.opaque) = self { true } else { false } }

  /// Whether the value is of this type, its choice or reference aside. Of a type that only a newer version
  /// knows any is.
  public func matches(_ type: FieldType) -> Bool {
    switch (self, type) {
    case (_, .one(.opaque)): true
    case (.one(let scalar), .one(let type)): scalar.word == type.word
    case (.set(let members), .set(let type)): members.allSatisfy { $0.word == type.word }
    case (.list(let elements), .list(let type)): elements.allSatisfy { $0.word == type.word }
    case (.one, _), (.set, _), (.list, _): false
    }
  }
}

// The values that registers are made of, by their short names.
extension FieldValue {
  public static func text(_ text: String) -> FieldValue { .one(.text(text)) }
  public static func prose(_ text: String) -> FieldValue { .one(.prose(text)) }
  public static func date(_ date: PartialDate) -> FieldValue { .one(.date(date)) }
  public static func moment(_ moment: Moment) -> FieldValue { .one(.moment(moment)) }
  public static func number(_ number: Int64) -> FieldValue { .one(.number(number)) }
  public static func choice(_ word: String) -> FieldValue { .one(.choice(word)) }
  public static func flag(_ flag: Bool) -> FieldValue { .one(.flag(flag)) }
  public static func reference(_ record: RecordID) -> FieldValue { .one(.reference(record)) }
  /// A set of texts.
  public static func texts(_ texts: Set<String>) -> FieldValue { .set(Set(texts.map(Scalar.text))) }
  /// A set of references.
  public static func references(_ records: Set<RecordID>) -> FieldValue {
    .set(Set(records.map(Scalar.reference)))
  }
  /// A list of texts.
  public static func items(_ texts: [String]) -> FieldValue { .list(texts.map(Scalar.text)) }
}

extension FieldValue {
  /// The date or moment that it is; nil if it is none.
  public var moment: Moment? {
    switch self {
    case .one(.date(let date)): Moment(date)
    case .one(.moment(let moment)): moment
    case .one, .set, .list: nil
    }
  }

  /// The value as a person or a file writes it.
  /// - Parameter code: how a reference is written.
  public func input(code: (RecordID) -> String) -> FieldInput {
    switch self {
    case .one(let scalar): .one(scalar.text(code: code))
    case .set(let members): .many(members.map { $0.text(code: code) }.sorted())
    case .list(let elements): .many(elements.map { $0.text(code: code) })
    }
  }

  /// The value on one line, or on as many as a prose has.
  public func text(code: (RecordID) -> String) -> String {
    switch input(code: code) {
    case .one(let text): text
    case .many(let texts): texts.joined(separator: ", ")
    }
  }
}

/// The fields of a record by their numbers.
public typealias Fields = [FieldNumber: FieldValue]
