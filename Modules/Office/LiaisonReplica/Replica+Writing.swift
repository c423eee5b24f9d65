internal import LiaisonModel
internal import LiaisonSync

// What a person at an office writes. Each method is one edit in the outbox.
extension Replica {
  /// A new record.
  /// - Parameters:
  ///   - kind: its kind, by name.
  ///   - assignments: its fields; `code=…` if the kind's codes are chosen.
  /// - Throws: ``ReplicaError`` if it may not enter the register.
  public func create(
    _ kind: String, _ assignments: [Assignment], note: String = ""
  ) async throws -> RecordView {
    try await write(note) { editor in
      let kind = try editor.snapshot.kind(named: kind)
      let first = try editor.firstCode(
        of: kind, isNamed: assignments.contains { $0.name == "code" })
      let state = try editor.snapshot.applying(
        assignments, to: RecordState(code: first, fields: [:]), of: kind)
      let id = editor.environment.newRecord()
      try editor.snapshot.checkCode(state.code, of: id)
      return try editor.save(
        Revision(
          record: id, kind: kind.number, parent: nil, state: state, origin: editor.origin),
        kind, over: nil, as: .new)
    }
  }

  /// Changes fields of the record with a code or an id.
  /// - Throws: ``ReplicaError``, if it waits for a resolution ``ReplicaError/inConflict(_:)``.
  public func edit(
    _ reference: String, _ assignments: [Assignment], note: String = ""
  ) async throws -> RecordView {
    try await write(note) { editor in
      try editor.edit(try editor.snapshot.record(reference), assignments)
    }
  }

  /// The text of a record to edit.
  /// - Throws: ``ReplicaError`` if it is deleted, or waits for a resolution.
  public func draft(of reference: String) async throws -> Draft {
    try await read { snapshot in
      let record = try snapshot.record(reference)
      try snapshot.checkEditable(record)
      return Draft(record, try snapshot.codes(of: record.references))
    }
  }

  /// Applies what was changed in a draft to what the record is now.
  /// - Throws: ``ReplicaError/changedMeanwhile(_:)`` if just that has changed since it was read.
  public func save(
    _ draft: Draft, _ assignments: [Assignment], note: String = ""
  ) async throws -> RecordView {
    try await write(note) { editor in
      guard let stored = try editor.snapshot.reader.record(draft.record.id),
        let record = try editor.snapshot.record(stored)
      else { throw ReplicaError.changedMeanwhile(draft.record.code) }
      let names = Set(assignments.map(\.name))
      let fields = record.kind.fields.filter { names.contains($0.name) }.map(\.number)
      let now = record.visible.state
      guard fields.allSatisfy({ draft.state.fields[$0] == now.fields[$0] }),
        !names.contains("code") || draft.state.code == now.code
      else { throw ReplicaError.changedMeanwhile(draft.record.code) }
      return try editor.edit(record, assignments)
    }
  }

  /// Deletes a record: its last revision says so, and its history stays. One that was never sent is
  /// forgotten.
  /// - Parameters:
  ///   - isForced: also if other records refer to it.
  ///   - progress: is told how many records have been indexed, to find those that refer to it.
  /// - Throws: ``ReplicaError/referred(_:by:)`` if other records refer to it.
  public func delete(
    _ reference: String, note: String = "", isForced: Bool = false,
    progress: @Sendable (Progress) -> Void = { _ in }
  ) async throws -> Deletion {
    if !isForced { _ = try await index(.links, progress) }
    return try await write(note) { editor in
      let record = try editor.snapshot.record(reference)
      try editor.snapshot.checkEditable(record)
      let referring = isForced ? [] : try editor.snapshot.referring(to: record.id)
      guard referring.isEmpty else { throw ReplicaError.referred(record.code, by: referring) }
      guard record.stored.head != nil || record.pending?.isInFlight == true else {
        try editor.remove(record, as: .delete)
        return .forgotten(try editor.view(record))
      }
      let state = RecordState(
        code: record.code, content: .deleted, unknown: record.visible.state.unknown)
      return .pending(
        try editor.save(
          record.successor(state, editor.origin), record.kind, over: record, as: .delete))
    }
  }

  /// Takes a record's edit back before it is accepted.
  /// - Throws: ``ReplicaError/notPending(_:)`` if there is none.
  public func discard(_ reference: String) async throws -> Discard {
    try await write { editor in
      let records = try editor.snapshot.records(reference)
      let pending = records.filter { $0.pending != nil }
      let record =
        pending.count > 1
        ? try editor.snapshot.record(reference) : pending.first ?? records[0]
      guard let entry = record.pending else { throw ReplicaError.notPending(record.code) }
      let isNew = record.stored.head == nil
      let discard = Discard(
        record: try editor.view(record), wasSent: entry.isInFlight,
        referring: isNew ? try editor.snapshot.referring(to: record.id) : [])
      try editor.remove(record, as: .discard)
      return discard
    }
  }

  /// Settles a conflict. The resolution is a revision with two parents: the register's head, and this
  /// office's edit.
  /// - Throws: ``ReplicaError/unresolved(_:_:_:)`` if a disagreement is left.
  public func resolve(
    _ reference: String, _ choice: Choice, note: String = ""
  ) async throws -> RecordView {
    try await write(note) { editor in
      try editor.resolve(try editor.snapshot.conflict(reference), choice)
    }
  }

  /// A conflict as a text to edit.
  /// - Throws: ``ReplicaError/unresolved(_:_:_:)`` if only a side can settle it.
  public func draft(resolving reference: String) async throws -> ConflictDraft {
    try await mergeMoved()
    return try await read { snapshot in
      let conflict = try snapshot.conflict(reference)
      return try ConflictDraft(conflict, try snapshot.codes(of: conflict.record.references))
    }
  }

  /// Settles a conflict as a draft of it was edited.
  /// - Throws: ``ReplicaError/changedMeanwhile(_:)`` if it is another one by now.
  public func resolve(
    _ draft: ConflictDraft, _ choice: Choice, note: String = ""
  ) async throws -> RecordView {
    try await write(note) { editor in
      let record = draft.draft.record
      guard let stored = try editor.snapshot.reader.record(record.id),
        let conflict = try editor.snapshot.record(stored).flatMap({
          try editor.snapshot.conflict(of: $0)
        }),
        ConflictDraft.sides(conflict) == draft.sides
      else { throw ReplicaError.changedMeanwhile(record.code) }
      return try editor.resolve(conflict, choice)
    }
  }

  func write<Result: Sendable>(
    _ note: String = "", _ body: @escaping @Sendable (Editor) throws -> Result
  ) async throws -> Result {
    try await mergeMoved()
    return try await store.write(.durable) { [environment] transaction in
      try body(try Editor(transaction, environment, note: note))
    }
  }
}
