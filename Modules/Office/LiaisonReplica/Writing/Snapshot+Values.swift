internal import LiaisonModel
internal import LiaisonSync

// What a person's words make of a record.
extension Snapshot {
  /// Applies assignments to a state. `code=…` gives the record another code.
  /// - Throws: ``ReplicaError`` for an unknown field, a value of another type, an unknown code.
  func applying(
    _ assignments: [Assignment], to state: RecordState, of kind: Kind
  ) throws -> RecordState {
    var state = state
    var set: Set<String> = []
    for assignment in assignments {
      let name = kind.field(named: assignment.name)?.name ?? assignment.name
      if assignment.operation == .set, !set.insert(name).inserted {
        throw ReplicaError.assignedTwice(name)
      }
      if assignment.name == "code" {
        state.code = try code(from: assignment)
      } else {
        let field = try field(named: assignment.name, of: kind)
        var fields = state.fields
        guard !field.isRetired else {
          throw ReplicaError.retired(field: field.name, kind: kind.name)
        }
        guard field.isEditable(holding: fields[field.number]) else {
          throw ReplicaError.needsNewerVersion(field: field.name)
        }
        fields[field.number] = try value(assignment, field, fields[field.number])
        state.content = .fields(fields)
      }
    }
    return state
  }

  private func code(from assignment: Assignment) throws -> RecordCode {
    guard assignment.operation == .set, case .one(let text) = assignment.input,
      let code = RecordCode(text)
    else { throw ReplicaError.malformedCode }
    return code
  }

  private func value(
    _ assignment: Assignment, _ field: FieldDefinition, _ old: FieldValue?
  ) throws -> FieldValue? {
    do {
      switch assignment.operation {
      case .set: return try value(of: assignment.input, field, old)
      case .add:
        guard field.takesMore else { throw field.isNoCollection }
        guard let given = try value(of: assignment.input, field, old) else { return old }
        return given.added(to: old)
      case .remove:
        guard field.takesMore, field.type != .prose else { throw field.isNoCollection }
        return try removed(assignment.input, from: old, of: field)
      }
    } catch let problem as Problem {
      throw ReplicaError.wrongValue(
        field: field.name, problem, example: field.type.example)
    }
  }

  /// Reads a value as a person writes it for a field: a record by its code or its id.
  /// - Parameters:
  ///   - old: what the field holds; a record in it may be named again, even a deleted one.
  ///   - orDeleted: whether any deleted record may be named.
  /// - Throws: ``Problem``, ``ReplicaError/ambiguousCode(_:records:)``, or what the store throws.
  func value(
    of input: FieldInput, _ field: FieldDefinition, _ old: FieldValue? = nil,
    orDeleted: Bool = false
  ) throws -> FieldValue? {
    let old = old?.references ?? []
    var held: [RecordCode: RecordID] = [:]
    if field.target != nil {
      for (record, summary) in try codes(of: old).known { held[summary.code] = record }
    }
    func deleted(_ code: RecordCode) throws -> RecordID? {
      try deletedRecord(code) { orDeleted || old.contains($0) }
    }
    return try field.type.value(from: input) { text in
      guard field.target != nil else {
        return try field.type.scalar.scalar(from: text) { _ in nil }
      }
      if let id = RecordID(text: text) {
        let isNamed = try old.contains(id) || orDeleted && reader.record(id) != nil
        return .reference(isNamed ? id : try liveRecord(id, for: field))
      }
      if let code = Codes.deletedCode(text) {
        guard let record = try deleted(code) else {
          throw Problem("names \(code) \(Codes.deleted), which is not in the register")
        }
        return .reference(record)
      }
      return try field.type.scalar.scalar(from: text) { code in
        try liveRecord(code, for: field) ?? held[code] ?? deleted(code)
      }
    }
  }

  /// The deleted record that had this code last, of those that may be meant.
  /// - Throws: ``ReplicaError/ambiguousCode(_:records:)`` if several may.
  private func deletedRecord(
    _ code: RecordCode, where mayBeMeant: (RecordID) -> Bool
  ) throws -> RecordID? {
    let records = Set(try reader.records(code: code).map(\.id).filter(mayBeMeant))
    let meant = try reader.summaries(of: records).values
      .filter { $0.isDeleted && $0.code == code }.map(\.record).sorted()
    guard meant.count < 2 else {
      throw ReplicaError.ambiguousCode(code.text, records: meant)
    }
    return meant.first
  }

  /// The live record that has this code, as this office sees it.
  /// - Throws: ``Problem`` if it is of another kind than the field takes,
  ///   ``ReplicaError/ambiguousCode(_:records:)`` if several have the code.
  private func liveRecord(_ code: RecordCode, for field: FieldDefinition) throws -> RecordID? {
    let holders = try reader.records(code: code).filter { try liveCode(of: $0) == code }
    guard holders.count < 2 else {
      throw ReplicaError.ambiguousCode(code.text, records: holders.map(\.id))
    }
    guard let holder = holders.first else { return nil }
    try checkKind(of: holder, code.text, for: field)
    return holder.id
  }

  /// - Throws: ``Problem`` if there is no such live record, or it is of another kind than the field takes.
  private func liveRecord(_ id: RecordID, for field: FieldDefinition) throws -> RecordID {
    guard let holder = try reader.record(id), try liveCode(of: holder) != nil else {
      throw Problem("names \(id), which is not in the register")
    }
    try checkKind(of: holder, id.description, for: field)
    return id
  }

  /// The code of a record as this office sees it; nil if it is deleted.
  private func liveCode(of stored: StoredRecord) throws -> RecordCode? {
    let summary = try stored.visible.map { try coding.summary(of: $0.bytes) }
    return summary.flatMap { $0.isDeleted ? nil : $0.code }
  }

  private func checkKind(
    of stored: StoredRecord, _ name: String, for field: FieldDefinition
  ) throws(Problem) {
    guard stored.kind != field.target else { return }
    let kinds = [stored.kind, field.target].map { number in
      number.flatMap { schema.kind($0)?.name } ?? "record of another kind"
    }
    throw Problem(
      "takes the code of \(kinds[1].withArticle), and \(name) is \(kinds[0].withArticle)")
  }

  /// Takes members out by what they are written as, whatever has become of their records, or by the ids
  /// of their records.
  private func removed(
    _ input: FieldInput, from old: FieldValue?, of field: FieldDefinition
  ) throws -> FieldValue? {
    let codes = try codes(of: old?.references ?? [])
    let given: [String]
    switch field.type {
    case .set: given = input.members
    case .list, .one: given = input.elements
    }
    let held = Set(old?.scalars ?? [])
    var unwanted: Set<Scalar> = []
    for text in Set(given.map(TextRules.normalized)) {
      let exact = held.filter { $0.isWritten(text, codes) }
      // A deleted record may be named without the mark, unless a live one has the code.
      let isMarked = field.target == nil || !exact.isEmpty
      let meant = isMarked ? exact : held.filter { $0.isWritten("\(text) \(Codes.deleted)", codes) }
      guard !meant.isEmpty else {
        throw Problem("does not hold \(field.target == nil ? "that member" : text)")
      }
      guard meant.count == 1 else {
        throw ReplicaError.ambiguousMember(
          field: field.name, text, records: meant.compactMap(\.reference).sorted())
      }
      unwanted.formUnion(meant)
    }
    switch old {
    case .set(let members)?: return FieldValue.set(members.subtracting(unwanted)).unlessEmpty
    case .list(let elements)?:
      return FieldValue.list(elements.filter { !unwanted.contains($0) }).unlessEmpty
    case .one?, nil: return old
    }
  }
}

extension Scalar {
  /// Whether a person who writes this means the scalar: a reference by the code of its record, or its
  /// id.
  fileprivate func isWritten(_ text: String, _ codes: Codes) -> Bool {
    guard let reference else { return self.text { _ in "" } == text }
    if let code = Codes.deletedCode(text) {
      return codes.isDeleted(reference) && codes.known[reference]?.code == code
    }
    return codes.text(of: reference) == (RecordCode(typed: text)?.text ?? text)
      || RecordID(text: text) == reference
  }
}

extension FieldDefinition {
  /// Whether this version can change what the field holds.
  func isEditable(holding value: FieldValue?) -> Bool {
    type != .one(.opaque) && !(value?.isOpaque ?? false)
  }

  /// Whether something can be added to what the field holds: a member, an element, a line.
  fileprivate var takesMore: Bool {
    switch type {
    case .set, .list, .one(.prose): true
    case .one: false
    }
  }

  fileprivate var isNoCollection: Problem { Problem("is \(type.article), not a set or list") }
}

extension FieldValue {
  /// Members put together with those that a field holds; a line put below a prose.
  fileprivate func added(to old: FieldValue?) -> FieldValue {
    switch (self, old) {
    case (.set(let given), .set(let held)?): .set(held.union(given))
    case (.list(let given), .list(let held)?): .list(held + given)
    case (.one(.prose(let line)), .one(.prose(let text))?): .prose(text + "\n" + line)
    case (.one, _), (.set, _), (.list, _): self
    }
  }
}

extension String {
  fileprivate var withArticle: String {
    ("aeiou".contains(prefix(1)) ? "an " : "a ") + self
  }
}
