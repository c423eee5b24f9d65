internal import LiaisonModel
internal import LiaisonSync

// What stands in the way of an edit.
extension Snapshot {
  /// - Throws: ``ReplicaError`` if a record is deleted, or waits for a resolution.
  func checkEditable(_ record: Record) throws {
    guard record.isReadable else { throw ReplicaError.unreadable(record.code) }
    guard !record.isDeleted else { throw ReplicaError.deleted(record.code) }
    guard !record.isConflict else { throw ReplicaError.inConflict(record.code) }
  }

  /// - Parameter before: what the record was; nil for a new one.
  /// - Throws: ``ReplicaError`` if a rule of the schema or of texts is not met.
  func check(_ revision: Revision, _ kind: Kind, since before: RecordState?) throws {
    let problems = schema.problems(with: revision.state, of: kind.number, since: before)
    if let problem = problems.first {
      throw ReplicaError.invalid(kind: kind.name, problem)
    }
    if let problem = try circle(in: revision, kind) ?? duplicate(of: revision, kind) {
      throw ReplicaError.invalid(kind: kind.name, problem)
    }
    if let fault = TextRules.problem(withWord: revision.author) {
      throw ReplicaError.badAuthor(Problem(fault))
    }
    if let fault = TextRules.problem(withLine: revision.note) {
      throw ReplicaError.badNote(Problem(fault))
    }
  }

  /// The field that may lead in no circle, and leads back to its own record, as far as this office
  /// knows; the register may know more.
  private func circle(in revision: Revision, _ kind: Kind) throws -> Problem? {
    for field in kind.fields where field.constraints.contains(.acyclic) {
      var reached: Set<RecordID> = []
      var next = revision.state.fields[field.number]?.references ?? []
      while !next.isEmpty {
        reached.formUnion(next)
        if reached.contains(revision.record) {
          return Problem("field '\(field.name)' leads back to its own record")
        }
        var links: Set<RecordID> = []
        for record in next { links.formUnion(try references(of: record, field.number)) }
        next = links.subtracting(reached)
      }
    }
    return nil
  }

  /// Another live record here that holds what is unique; the register may know more.
  private func duplicate(of revision: Revision, _ kind: Kind) throws -> Problem? {
    for rule in kind.unique {
      guard let key = UniqueKey(rule, of: kind.number, in: revision.state) else { continue }
      var found: RecordCode?
      func look(at stored: StoredRecord) throws -> Bool {
        guard stored.kind == kind.number, stored.id != revision.record,
          let other = try record(stored, reading: Set(rule)),
          UniqueKey(rule, of: kind.number, in: other.visible.state) == key
        else { return true }
        found = other.code
        return false
      }
      let targets = rule.flatMap { revision.state.fields[$0]?.sortedReferences ?? [] }
      if let target = targets.first {
        try reader.forEachRecord(referringTo: target, look)
      } else {
        try reader.forEachRecord(of: kind.number, look)
      }
      if let found { return Problem("\(found) has the same \(kind.names(of: rule))") }
    }
    return nil
  }

  private func references(of record: RecordID, _ field: FieldNumber) throws -> Set<RecordID> {
    guard let visible = try reader.record(record)?.visible else { return [] }
    guard let read = try? coding.decode(visible.bytes, only: [field]) else { return [] }
    return read.state.fields[field]?.references ?? []
  }

  /// - Throws: ``ReplicaError`` if another live record here has the code, or two would exchange
  ///   theirs.
  func checkCode(_ code: RecordCode, of record: RecordID) throws {
    for other in try reader.records(code: code) where other.id != record {
      guard let bytes = other.visible?.bytes else { continue }
      let summary = try coding.summary(of: bytes)
      guard summary.code != code || summary.isDeleted else { throw ReplicaError.codeTaken(code) }
    }
    try checkExchange(code, of: record)
  }

  /// Two records cannot exchange codes in one sync: the register never has one code twice.
  private func checkExchange(_ code: RecordCode, of record: RecordID) throws {
    var wanted = code
    var passed: Set<RecordID> = []
    while true {
      let holder = try reader.records(code: wanted).first { stored in
        try stored.head.map { try coding.summary(of: $0.bytes).code == wanted } ?? false
      }
      guard let holder, let now = try holder.visible.map({ try coding.summary(of: $0.bytes) }),
        !now.isDeleted, now.code != wanted || holder.id == record
      else { return }
      guard holder.id != record else {
        if passed.isEmpty { return }  // It takes back the code that the register has for it.
        throw ReplicaError.codesExchanged
      }
      guard passed.insert(holder.id).inserted else { return }
      wanted = now.code
    }
  }
}
