public import LiaisonModel
internal import LiaisonSync

/// A record to show, as this office sees it. Its JSON is a contract: keys are added, never changed.
public struct RecordView: Hashable, Sendable {
  public let kind: String
  public let code: RecordCode
  /// What the record holds, in the order of its kind; then what only a newer schema knows.
  public let fields: [FieldView]
  public let id: RecordID
  public let revision: RevisionID?
  public let place: RecordPlace
  /// Why it was refused, if it was.
  public let reason: String?
  /// Who wrote it.
  public let origin: Origin

  init(_ record: Record, _ codes: Codes) {
    kind = record.kind.name
    code = record.code
    fields = FieldView.all(of: record.visible.state, record.kind, codes)
    id = record.id
    revision = record.stored.visible?.id
    place = RecordPlace(record)
    reason = record.pending?.refused?.message
    origin = record.visible.origin
  }

  /// A record as it was in one of its revisions.
  init(_ record: Record, at known: KnownRevision, _ codes: Codes) {
    kind = record.kind.name
    code = known.revision.state.code
    fields = FieldView.all(of: known.revision.state, record.kind, codes)
    id = record.id
    revision = known.id
    place =
      switch known.standing {
      case .own(let place): place
      case .accepted, .side, .lost: known.revision.state.isDeleted ? .deleted : .earlier
      }
    reason = nil
    origin = known.revision.origin
  }

  /// What a field of this name holds; nil if it holds nothing.
  public subscript(field: String) -> ValueView? { fields.first { $0.name == field }?.value }

  /// The text that stands for the record: the first text of one line that it holds.
  public var title: String { fields.first(where: \.isTitle)?.value.text ?? "" }
}

/// One field of a record to show.
public struct FieldView: Hashable, Sendable {
  public let name: String
  /// What a person reads; nil for a field that this schema does not know.
  public let label: String?
  public let value: ValueView
  /// Whether it is a text of one line.
  let isTitle: Bool
  /// Whether this version and its schema can read it.
  let isKnown: Bool

  static func all(of state: RecordState, _ kind: Kind, _ codes: Codes) -> [FieldView] {
    let fields = state.fields
    var views: [FieldView] = []
    views.reserveCapacity(fields.count)
    var known = 0
    // In place: a definition is large, and a list shows many records.
    for index in kind.fields.indices {
      if let value = fields[kind.fields[index].number] {
        known += 1
        views.append(FieldView(kind.fields[index], value, codes))
      } else if kind.fields[index].past.replaces != nil,
        let value = kind.value(of: kind.fields[index], in: fields)
      {
        views.append(FieldView(kind.fields[index], value, codes))
      }
    }
    guard known < fields.count else { return views }
    let unknown = fields.filter { kind.field($0.key) == nil }.sorted { $0.key < $1.key }
    return views + unknown.map { FieldView(unknown: $0.key, $0.value, kind, codes) }
  }

  init(_ field: borrowing FieldDefinition, _ value: FieldValue, _ codes: Codes) {
    name = field.name
    label = field.isRetired ? nil : field.label
    self.value = ValueView(value, codes)
    isKnown = !value.isOpaque
    isTitle = if case .one(.text) = value { label != nil } else { false }
  }

  private init(unknown number: FieldNumber, _ value: FieldValue, _ kind: Kind, _ codes: Codes) {
    name = kind.name(of: number)
    label = nil
    self.value = ValueView(value, codes)
    (isKnown, isTitle) = (false, false)
  }
}

/// Where a record stands between this office and the register.
public enum RecordPlace: String, Hashable, Sendable, Encodable, CaseIterable {
  case synced
  case deleted
  case new
  case edited
  case deletion
  case inFlight = "in flight"
  case conflict
  case codeTaken = "code taken"
  case refused
  /// Only a newer version can read it.
  case unreadable = "needs a newer version"
  /// What it was in an earlier revision, or on one side of a merge.
  case earlier

  init(_ record: Record) {
    let isDeleted = record.isDeleted
    guard record.isReadable || record.pending != nil else {
      self = .unreadable
      return
    }
    self =
      switch record.pending?.state {
      case nil: isDeleted ? .deleted : .synced
      case .ready?: record.stored.head == nil ? .new : isDeleted ? .deletion : .edited
      case .inFlight?: .inFlight
      case .conflict?: .conflict
      case .codeTaken?: .codeTaken
      case .refused?: .refused
      }
  }

  /// `!` for what waits for a person, `*` for what waits for the next sync, nothing otherwise.
  public var mark: String {
    switch self {
    case .synced, .deleted, .earlier: ""
    case .new, .edited, .deletion, .inFlight: "*"
    case .conflict, .codeTaken, .refused, .unreadable: "!"
    }
  }

  /// Whether it waits for a person to settle a conflict.
  public var isConflict: Bool {
    switch self {
    case .conflict, .codeTaken: true
    case .synced, .deleted, .new, .edited, .deletion, .inFlight, .refused, .unreadable, .earlier:
      false
    }
  }
}

extension OutboxEntry {
  /// What the server said of it, if it was refused.
  fileprivate var refused: Refused? {
    switch state {
    case .codeTaken(let refused), .refused(let refused): refused
    case .ready, .inFlight, .conflict: nil
    }
  }
}

extension RecordView: Encodable {
  private enum CodingKeys: CodingKey { case kind, code, fields, id, revision, state, reason }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(code.text, forKey: .code)
    try container.encode(fields.byName, forKey: .fields)
    try container.encode(id.description, forKey: .id)
    try container.encodeIfPresent(revision?.description, forKey: .revision)
    try container.encode(place, forKey: .state)
    try container.encodeIfPresent(reason, forKey: .reason)
  }
}

extension [FieldView] {
  fileprivate var byName: [String: ValueView] {
    Dictionary(map { ($0.name, $0.value) }) { first, _ in first }
  }
}
