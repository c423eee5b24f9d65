/// What a record is at one moment: its code, and its fields or the fact that it is deleted.
public struct RecordState: Hashable, Sendable {
  public enum Content: Hashable, Sendable {
    case fields(Fields)
    case deleted
  }

  public var code: RecordCode
  public var content: Content
  /// What only a newer version knows of the record; every revision made from this one keeps it.
  public var unknown: [UnknownField]

  public init(code: RecordCode, content: Content, unknown: [UnknownField] = []) {
    self.code = code
    self.content = content
    self.unknown = unknown
  }

  public init(code: RecordCode, fields: Fields) {
    self.init(code: code, content: .fields(fields))
  }

  public var isDeleted: Bool { content == .deleted }

  /// The fields; none if the record is deleted.
  public var fields: Fields {
    guard case .fields(let fields) = content else { return [:] }
    return fields
  }

  /// The records that this one refers to.
  public var references: Set<RecordID> {
    fields.values.reduce(into: []) { $0.formUnion($1.references) }
  }
}

/// A part of a message that only a newer version of the protocol knows, as it was encoded.
public struct UnknownField: Hashable, Sendable {
  public let number: UInt32
  /// Of protobuf's encoding.
  public let wireType: UInt32
  public let bytes: [UInt8]

  public init(number: UInt32, wireType: UInt32, bytes: [UInt8]) {
    self.number = number
    self.wireType = wireType
    self.bytes = bytes
  }
}

/// One immutable state of one record, with where it comes from and who wrote it.
///
/// It is named by the SHA-256 of its encoded bytes (``RevisionID``), which travel and are stored
/// untouched; the encoding belongs to the wire, not to the model.
public struct Revision: Hashable, Sendable {
  public let record: RecordID
  public let kind: KindNumber
  /// The revision that this one was made from; nil for a record's first.
  public let parent: RevisionID?
  /// The office's own revision that a merge or a resolution brought onto `parent`.
  public let secondParent: RevisionID?
  public let state: RecordState
  public let office: OfficeID
  /// Who wrote it, as the office names its people.
  public let author: String
  /// Why, in one line; may be empty.
  public let note: String
  public let time: Timestamp

  public init(
    record: RecordID, kind: KindNumber, parent: RevisionID?, secondParent: RevisionID? = nil,
    state: RecordState, origin: Origin
  ) {
    self.record = record
    self.kind = kind
    self.parent = parent
    self.secondParent = secondParent
    self.state = state
    office = origin.office
    author = origin.author
    note = origin.note
    time = origin.time
  }

  public var origin: Origin { Origin(office: office, author: author, note: note, time: time) }
}

/// Who writes a revision, where, when and why.
public struct Origin: Hashable, Sendable {
  public let office: OfficeID
  public let author: String
  public let note: String
  public let time: Timestamp

  public init(office: OfficeID, author: String, note: String = "", time: Timestamp) {
    self.office = office
    self.author = author
    self.note = note
    self.time = time
  }
}

extension RecordState {
  /// What a search finds the record by; nil for a deleted one. What it refers to is no text of it.
  public var searchText: String? {
    guard !isDeleted else { return nil }
    var text = code.text
    for (_, value) in fields.sorted(by: { $0.key < $1.key })
    where value.scalars.first?.reference == nil && !value.isOpaque {
      text += "\n" + value.text { _ in "" }
    }
    return text
  }
}
