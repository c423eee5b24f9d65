public import LiaisonModel
internal import LiaisonSync

// What a person at an office writes. Each method is one edit in the outbox.
extension Replica {
  /// A new record.
  /// - Parameter assignments: its fields; `code=…` where the kind's codes are chosen.
  /// - Throws: ``ReplicaError`` where it may not enter the register.
  public func create(
    _ kind: Kind, _ assignments: [Assignment], note: String = ""
  ) async throws -> Record {
    let now = environment.now()
    let isNamed = assignments.contains { $0.name == "code" }
    let first: RecordCode
    switch kind.coding {
    case .numbered where !isNamed:
      let prefix = RecordCode.numberedPrefix(office: identity.office, year: now.year)
      let number = try await store.nextNumber(prefix: prefix)
      first = RecordCode(office: identity.office, year: now.year, number: number)
    case .chosen where !isNamed:
      throw ReplicaError(
        .badInput, "a new \(kind.name) needs a code",
        advice: "liaison new \(kind.name) code=… name=…")
    default:
      first = RecordCode(office: identity.office, year: now.year, number: 0)
    }
    let empty = RecordState(code: first, fields: [:])
    let state = try await applying(assignments, to: empty, of: kind)
    let id = environment.newRecord()
    try await checkCode(state.code, of: id)
    return try await save(
      Revision(
        record: id, kind: kind.number, parent: nil, state: state,
        origin: origin(note, at: now)), kind, replacing: nil)
  }

  /// Changes fields of a record.
  /// - Throws: ``ReplicaError`` `.inConflict` where the record waits for a resolution.
  public func edit(
    _ record: Record, _ assignments: [Assignment], note: String = ""
  ) async throws -> Record {
    try checkEditable(record)
    let state = try await applying(assignments, to: record.visible.state, of: record.kind)
    guard state != record.visible.state else {
      throw ReplicaError(
        .nothingToDo, "\(record.code) holds that already", advice: "liaison show \(record.code)")
    }
    if state.code != record.code { try await checkCode(state.code, of: record.id) }
    return try await save(successor(of: record, state, note), record.kind, replacing: record)
  }

  /// Deletes a record: its last revision says so, and its history stays. One that was never sent
  /// is forgotten.
  /// - Parameter isForced: also where other records refer to it.
  /// - Returns: the deleted record; nil where it is forgotten.
  /// - Throws: ``ReplicaError`` `.referred` where other records refer to it.
  public func delete(
    _ record: Record, note: String = "", isForced: Bool = false
  ) async throws -> Record? {
    try checkEditable(record)
    let referring = isForced ? [] : try await referring(to: record)
    guard referring.isEmpty else {
      let codes = referring.prefix(3).map(\.text).joined(separator: ", ")
      let more = referring.count > 3 ? " and \(referring.count - 3) more" : ""
      throw ReplicaError(
        .referred, "\(codes)\(more) \(referring.count == 1 ? "refers" : "refer") to \(record.code)",
        advice: "another value there first, or liaison delete \(record.code) --force")
    }
    if record.stored.head == nil, record.pending?.status != .inFlight {
      try await discard(record, isUnsent: true)
      return nil
    }
    let state = RecordState(
      code: record.code, content: .deleted, unknown: record.visible.state.unknown)
    return try await save(successor(of: record, state, note), record.kind, replacing: record)
  }

  /// The codes of the records here that refer to a record, in their order.
  public func referring(to record: Record) async throws -> [RecordCode] {
    try await store.records(mentioning: record.id).compactMap {
      try Record($0, schema: schema, coding: coding)
    }.filter { $0.id != record.id && $0.visible.state.references.contains(record.id) }
      .map(\.code).sorted()
  }

  /// Takes a record's edit back before it is accepted.
  /// - Parameter isUnsent: only where it has not been sent.
  /// - Throws: ``ReplicaError`` `.notPending` where there is none; ``StoreError`` `.changed` where
  ///   it is no longer the one that was read.
  public func discard(_ record: Record, isUnsent: Bool = false) async throws {
    guard let latest = record.pending?.latest.id,
      try await store.discard(record.id, latest: latest, isUnsent: isUnsent)
    else {
      throw ReplicaError(
        .notPending, "\(record.code) has no edit that waits to be sent",
        advice: "liaison status")
    }
  }

  /// Whose side stands.
  public enum Side: String, Hashable, Sendable, CaseIterable {
    case ours
    case theirs
    case base
  }

  /// Settles a conflict. The resolution is a revision with two parents: the register's head, and
  /// this office's edit.
  ///
  /// - Parameters:
  ///   - take: whose side stands where nothing else is said.
  ///   - takes: whose side stands for single fields.
  ///   - assignments: values that stand instead.
  /// - Throws: ``ReplicaError`` `.unresolved` where a disagreement is left.
  public func resolve(
    _ record: Record, take: Side?, takes: [String: Side], _ assignments: [Assignment],
    note: String = ""
  ) async throws -> Record {
    guard let conflict = try await conflict(of: record) else {
      throw ReplicaError(
        .noConflict, "\(record.code) is not in conflict", advice: "liaison conflicts")
    }
    let settled = try Resolution(conflict, replica: self).settled(
      take: take, takes: takes, assignments)
    let state = try await applying(assignments, to: settled, of: record.kind)
    if conflict.cause == .codeTaken {
      // Another record stands in the way, not another revision of this one: its base stays.
      try await checkCode(state.code, of: record.id)
      return try await save(successor(of: record, state, note), record.kind, replacing: record)
    }
    let revision = Revision(
      record: record.id, kind: record.kind.number, parent: record.stored.head?.id,
      secondParent: record.stored.head == nil ? nil : record.visibleID, state: state,
      origin: origin(note, at: environment.now()))
    return try await save(revision, record.kind, replacing: record, isResolution: true)
  }

  private func successor(of record: Record, _ state: RecordState, _ note: String) -> Revision {
    let isAmendment = record.pending?.status == .inFlight
    let parent = isAmendment ? record.pending?.ours.id : record.pendingBase
    // A resolution that is edited again before a sync stays one.
    let isResolution = record.pending != nil && !isAmendment
    return Revision(
      record: record.id, kind: record.kind.number, parent: parent,
      secondParent: isResolution ? record.visible.secondParent : nil, state: state,
      origin: origin(note, at: environment.now()))
  }

  private func save(
    _ revision: Revision, _ kind: Kind, replacing record: Record?, isResolution: Bool = false
  ) async throws -> Record {
    try check(revision, kind)
    let encoded: EncodedRevision
    do {
      encoded = try coding.encode(revision)
    } catch {
      throw ReplicaError(
        .invalid, "\(error)", advice: "shorter texts, or part of it in another record")
    }
    try await store.save(
      NewEdit(
        id: environment.newEdit(), summary: RevisionSummary(revision), revision: encoded,
        seen: record?.visibleID, base: record?.stored.head, isResolution: isResolution))
    return try await self.record(revision.record.description)
  }

  private func check(_ revision: Revision, _ kind: Kind) throws {
    if let problem = schema.problems(with: revision.state, of: kind.number).first {
      throw ReplicaError(
        .invalid, "\(kind.name): \(problem.message)", advice: "liaison schema \(kind.name)")
    }
    for (what, text, advice) in [
      ("author", revision.author, "another LIAISON_AUTHOR"),
      ("note", revision.note, "another --note"),
    ] {
      if let fault = TextRules.problem(withLine: text) {
        throw ReplicaError(.invalid, "the \(what) \(fault)", advice: advice)
      }
    }
  }

  /// - Throws: ``ReplicaError`` where a record is deleted, or waits for a resolution.
  public func checkEditable(_ record: Record) throws {
    guard !record.visible.state.isDeleted else {
      throw ReplicaError(
        .deleted, "\(record.code) is deleted",
        advice: "liaison discard \(record.code) where the deletion was not sent yet")
    }
    guard record.isConflict else { return }
    throw ReplicaError(
      .inConflict, "\(record.code) is in conflict; it is resolved before it is edited again",
      advice: "liaison conflicts \(record.code), then liaison resolve \(record.code) …")
  }

  private func checkCode(_ code: RecordCode, of record: RecordID) async throws {
    for other in try await store.records(code: code) where other.id != record {
      guard let bytes = other.visible?.bytes else { continue }
      let summary = try coding.summary(of: bytes)
      guard summary.code == code, !summary.isDeleted else { continue }
      throw ReplicaError(
        .codeTaken, "another record has the code \(code)", advice: "liaison show \(code)")
    }
    try await checkExchange(code, of: record)
  }

  /// Two records cannot exchange codes in one sync: the register never has one code twice.
  private func checkExchange(_ code: RecordCode, of record: RecordID) async throws {
    var wanted = code
    for step in 0..<Limits.chain {
      let holder = try await store.records(code: wanted).first { stored in
        try stored.head.map { try coding.summary(of: $0.bytes).code == wanted } ?? false
      }
      guard let holder, let now = try holder.visible.map({ try coding.summary(of: $0.bytes) }),
        !now.isDeleted, now.code != wanted || holder.id == record
      else { return }
      guard holder.id != record else {
        if step == 0 { return }  // It takes back the code that the register has for it.
        throw ReplicaError(
          .codeTaken, "records would exchange codes, which one sync cannot do",
          advice: "liaison sync first, while one of them has a third code")
      }
      wanted = now.code
    }
  }

  private func origin(_ note: String, at time: Timestamp) -> Origin {
    Origin(
      office: identity.office, author: author, note: TextRules.normalized(note), time: time)
  }
}

extension Record {
  var visibleID: RevisionID? { stored.visible?.id }

  /// What the next revision of this record is made from.
  fileprivate var pendingBase: RevisionID? {
    pending.map { $0.base?.id } ?? stored.head?.id
  }
}
