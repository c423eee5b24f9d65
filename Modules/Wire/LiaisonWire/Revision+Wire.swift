internal import CLiaisonProto
internal import LiaisonModel
internal import LiaisonSync

// Revision ↔ liaison.sync.v1.Revision.

extension Revision {
  func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Revision> {
    let message = try arena.make(pb__revision__init)
    message.pointee.record = try arena.copy(record.bytes)
    message.pointee.kind = kind.number
    message.pointee.parent = try arena.copy(parent?.bytes ?? [])
    message.pointee.second_parent = try arena.copy(secondParent?.bytes ?? [])
    message.pointee.office = try arena.copy(office.text)
    message.pointee.author = try arena.copy(author)
    message.pointee.note = try arena.copy(note)
    message.pointee.time = time.milliseconds
    message.pointee.code = try arena.copy(state.code.text)
    message.pointee.deleted = state.isDeleted ? 1 : 0
    let fields = state.fields.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
    message.pointee.n_fields = fields.count
    message.pointee.fields = try arena.array(fields) { try $0.value.message($0.key, in: arena) }
    message.pointee.base.n_unknown_fields = UInt32(state.unknown.count)
    message.pointee.base.unknown_fields = try arena.array(state.unknown) {
      try $0.message(in: arena)
    }
    return message
  }

  /// - Parameter isWanted: whether a field is to be there.
  init(_ message: Pb__Revision, _ isWanted: (FieldNumber) -> Bool = { _ in true }) throws {
    guard let office = OfficeID(try message.office.string("an office")) else {
      throw CodingError.malformed("a revision names no office")
    }
    self.init(
      record: try message.record.identity("a record"),
      kind: KindNumber(message.kind),
      parent: try message.parent.optionalRevisionID("a parent"),
      secondParent: try message.second_parent.optionalRevisionID("a second parent"),
      state: RecordState(
        code: try message.code.code("a code"), content: try Revision.content(message, isWanted),
        unknown: try UnknownField.all(of: message.base)),
      origin: Origin(
        office: office, author: try message.author.string("an author"),
        note: try message.note.string("a note"),
        time: Timestamp(milliseconds: message.time)))
  }

  private static func content(
    _ message: Pb__Revision, _ isWanted: (FieldNumber) -> Bool
  ) throws -> RecordState.Content {
    guard message.deleted == 0 else {
      guard message.n_fields == 0 else {
        throw CodingError.notCanonical("a deleted record has fields")
      }
      return .deleted
    }
    var fields: Fields = [:]
    fields.reserveCapacity(message.n_fields)
    var last: UInt32 = 0
    for field in elements(message.fields, message.n_fields) {
      guard field.pointee.number > last else {
        throw CodingError.notCanonical("a revision's fields are not in ascending order")
      }
      last = field.pointee.number
      guard isWanted(FieldNumber(last)) else { continue }
      fields[FieldNumber(last)] = try FieldValue(field.pointee)
    }
    return .fields(fields)
  }
}

extension FieldValue {
  fileprivate func message(
    _ number: FieldNumber, in arena: Arena
  ) throws -> UnsafeMutablePointer<Pb__Field>? {
    let message = try arena.make(pb__field__init)
    message.pointee.number = number.number
    switch self {
    case .one(let scalar): try scalar.fill(&message.pointee, in: arena)
    case .set(let members):
      if let texts = FieldValue.texts(members) {
        message.pointee.value_case = PB__FIELD__VALUE_TEXTS
        message.pointee.texts = try arena.texts(texts.sorted(by: FieldValue.precedes))
      } else {
        let records = sortedReferences
        guard records.count == members.count else {
          throw CodingError.unknown("a field is a set of what no revision can carry")
        }
        let references = try arena.make(pb__references__init)
        references.pointee.n_members = records.count
        references.pointee.members = try arena.array(records) { try arena.copy($0.bytes) }
        message.pointee.value_case = PB__FIELD__VALUE_REFERENCES
        message.pointee.references = references
      }
    case .list(let elements):
      guard let texts = FieldValue.texts(elements) else {
        throw CodingError.unknown("a field is a list of what no revision can carry")
      }
      message.pointee.value_case = PB__FIELD__VALUE_LIST
      message.pointee.list = try arena.texts(texts)
    }
    return message
  }

  /// The texts that these are; nil if one is something else.
  private static func texts(_ scalars: some Collection<Scalar>) -> [String]? {
    var texts: [String] = []
    texts.reserveCapacity(scalars.count)
    for scalar in scalars {
      guard case .text(let text) = scalar else { return nil }
      texts.append(text)
    }
    return texts
  }

  fileprivate init(_ message: Pb__Field) throws {
    if let opaque = try Scalar(opaque: message) {
      self = .one(opaque)
      return
    }
    try message.base.checkHasNoUnknown()
    switch message.value_case {
    case PB__FIELD__VALUE_TEXT: self = .text(try message.text.string("a text"))
    case PB__FIELD__VALUE_PROSE:
      self = .prose(try message.prose.string("a prose"))
    case PB__FIELD__VALUE_DATE:
      guard let date = PartialDate(try message.date.string("a date")) else {
        throw CodingError.malformed("a date does not exist")
      }
      self = .date(date)
    case PB__FIELD__VALUE_MOMENT:
      guard let moment = Moment(try message.moment.string("a moment")) else {
        throw CodingError.malformed("a moment does not exist")
      }
      self = .moment(moment)
    case PB__FIELD__VALUE_INTEGER: self = .number(message.integer)
    case PB__FIELD__VALUE_CHOICE:
      self = .choice(try message.choice.string("a choice"))
    case PB__FIELD__VALUE_FLAG: self = .flag(message.flag != 0)
    case PB__FIELD__VALUE_REFERENCE:
      self = .reference(try message.reference.identity("a reference"))
    case PB__FIELD__VALUE_TEXTS:
      self = .set(try FieldValue.set(of: message.texts.pointee))
    case PB__FIELD__VALUE_REFERENCES:
      self = .set(try FieldValue.set(of: message.references.pointee))
    case PB__FIELD__VALUE_LIST:
      self = .items(try FieldValue.members(of: message.list.pointee))
    default:
      throw CodingError.unknown("a field holds what only a newer version knows")
    }
    guard !isEmpty else { throw CodingError.notCanonical("a field holds an empty value") }
  }

  private static func members(of message: Pb__Texts) throws -> [String] {
    try message.base.checkHasNoUnknown()
    return try elements(message.members, message.n_members).map { try $0.string("a member") }
  }

  private static func set(of message: Pb__Texts) throws -> Set<Scalar> {
    let members = try members(of: message)
    // Ascending by their bytes, two may still be equal as Swift compares texts.
    let set = Set(members.lazy.map(Scalar.text))
    guard set.count == members.count, zip(members, members.dropFirst()).allSatisfy(precedes)
    else { throw CodingError.notCanonical("a set's members are not in ascending order") }
    return set
  }

  private static func set(of message: Pb__References) throws -> Set<Scalar> {
    try message.base.checkHasNoUnknown()
    let members: [RecordID] = try elements(message.members, message.n_members).map {
      try $0.identity("a reference")
    }
    guard zip(members, members.dropFirst()).allSatisfy(<) else {
      throw CodingError.notCanonical("a set's members are not in ascending order")
    }
    return Set(members.lazy.map(Scalar.reference))
  }

  /// The order of bytes, which no locale and no Unicode version changes.
  private static func precedes(_ one: String, _ other: String) -> Bool {
    one.utf8.lexicographicallyPrecedes(other.utf8)
  }
}

extension Scalar {
  /// A case of a value that only a newer version knows: it stands alone.
  fileprivate init?(opaque message: Pb__Field) throws {
    guard message.value_case == PB__FIELD__VALUE__NOT_SET, message.base.n_unknown_fields == 1,
      let field = try UnknownField.all(of: message.base).first
    else { return nil }
    self = .opaque(field)
  }

  fileprivate func fill(_ message: inout Pb__Field, in arena: Arena) throws {
    switch self {
    case .text(let text):
      message.value_case = PB__FIELD__VALUE_TEXT
      message.text = try arena.copy(text)
    case .prose(let text):
      message.value_case = PB__FIELD__VALUE_PROSE
      message.prose = try arena.copy(text)
    case .date(let date):
      message.value_case = PB__FIELD__VALUE_DATE
      message.date = try arena.copy(date.description)
    case .moment(let moment):
      message.value_case = PB__FIELD__VALUE_MOMENT
      message.moment = try arena.copy(moment.description)
    case .number(let number):
      message.value_case = PB__FIELD__VALUE_INTEGER
      message.integer = number
    case .choice(let choice):
      message.value_case = PB__FIELD__VALUE_CHOICE
      message.choice = try arena.copy(choice)
    case .flag(let flag):
      message.value_case = PB__FIELD__VALUE_FLAG
      message.flag = flag ? 1 : 0
    case .reference(let record):
      message.value_case = PB__FIELD__VALUE_REFERENCE
      message.reference = try arena.copy(record.bytes)
    case .opaque(let field):
      message.base.n_unknown_fields = 1
      message.base.unknown_fields = try arena.array([field]) { try $0.message(in: arena) }
    }
  }
}

extension Arena {
  fileprivate func texts(_ members: [String]) throws -> UnsafeMutablePointer<Pb__Texts> {
    let message = try make(pb__texts__init)
    message.pointee.n_members = members.count
    message.pointee.members = try array(members) { try copy($0) }
    return message
  }
}
