/// What a field holds. A field that holds nothing is absent from its record: there is no empty
/// text, no empty set and no empty list.
public enum FieldValue: Hashable, Sendable {
  case text(String)
  case prose(String)
  case date(PartialDate)
  case number(Int64)
  case choice(String)
  case flag(Bool)
  case reference(RecordID)
  case texts(Set<String>)
  case references(Set<RecordID>)
  case list([String])

  /// Whether the value is one that a record leaves out instead of holding it.
  public var isEmpty: Bool {
    switch self {
    case .text(let text), .prose(let text), .choice(let text): text.isEmpty
    case .texts(let texts): texts.isEmpty
    case .references(let references): references.isEmpty
    case .list(let list): list.isEmpty
    case .date, .number, .flag, .reference: false
    }
  }

  /// The value, or nil for an empty one.
  public var unlessEmpty: FieldValue? { isEmpty ? nil : self }

  /// The records that the value refers to.
  public var references: Set<RecordID> {
    switch self {
    case .reference(let record): [record]
    case .references(let records): records
    default: []
    }
  }

  /// Whether the value is of this type, its choice or reference aside.
  public func matches(_ type: FieldType) -> Bool {
    switch (self, type) {
    case (.text, .text), (.prose, .prose), (.date, .date), (.number, .number),
      (.choice, .choice), (.flag, .flag), (.reference, .reference), (.texts, .texts),
      (.references, .references), (.list, .list):
      true
    default: false
    }
  }
}

/// The fields of a record by their numbers.
public typealias Fields = [FieldNumber: FieldValue]
