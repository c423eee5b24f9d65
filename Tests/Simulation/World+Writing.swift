import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport

// What persons do. What a program declines, because the record is in conflict or gone by now, is no
// edit; anything else that it throws is a fault.
extension World {
  /// The records that are seen at a folder, in the order of their ids.
  private func visible(_ folder: Folder) throws -> [(id: RecordID, revision: Revision)] {
    try folder.replica.records.sorted { $0.key < $1.key }.compactMap { id, record in
      guard let bytes = record.pending?.latest.bytes ?? record.head?.revision.bytes else {
        return nil
      }
      return (id, try folder.coding.decode(bytes))
    }
  }

  func write(at folder: Folder, _ record: Int, _ writing: Writing) async {
    let note = ledger.newNote()
    await attempt(folder) { [self] in
      let seen = try visible(folder)
      if case .new(let kind, let code) = writing {
        let changes = try self.fields(of: kind, code)
        let made = try await folder.program.create(
          Register.kinds[kind % 2], changes, note: note)
        return saved(note, at: folder, made.id, .edit)
      }
      guard !seen.isEmpty else { return }
      let (id, revision) = seen[record % seen.count]
      let name = id.description
      switch writing {
      case .new: return
      case .delete:
        tally.count(.delete)
        switch try await folder.program.delete(name, note: note, isForced: true) {
        case .pending: saved(note, at: folder, id, .whole)
        case .forgotten: gaveUp(at: folder)
        }
      case .restore(let number):
        let known = try await folder.program.history(of: name)
        let chosen = known[number % known.count].revision.description
        _ = try await folder.program.restore(name, to: chosen, note: note)
        tally.count(.restoreRevision)
        saved(note, at: folder, id, .whole)
      case .rename(let code):
        _ = try await folder.program.edit(name, [try Assignment("code=C\(code)")], note: note)
        tally.count(.rename)
        saved(note, at: folder, id, .edit)
      case .set, .add, .remove, .move:
        guard let change = try change(writing, revision, seen.map(\.id)) else { return }
        _ = try await folder.program.edit(name, [change], note: note)
        saved(note, at: folder, id, .edit)
      }
    }
  }

  /// A record with something in all that people will change.
  func found(_ code: Int, at folder: Folder) async {
    let note = ledger.newNote()
    await attempt(folder) { [self] in
      func words(_ prefix: String) -> [String] {
        ["a", "b", "c", "d", "e"].map { "\(prefix)\(code)\($0)" }
      }
      let made = try await folder.program.create(
        Register.kinds[0],
        [
          try Assignment("code=C\(code)"), try Assignment("name=n\(code)"),
          try Assignment("tags=\(words("t").joined(separator: ","))"),
          assignment(.remark, words("l")), assignment(.steps, words("s")),
        ], note: note)
      saved(note, at: folder, made.id, .edit)
    }
  }

  private func attempt(_ folder: Folder, _ body: () async throws -> Void) async {
    do {
      try await body()
    } catch let error as ReplicaError {
      tally.count(.declined)
      note("      declined: \(error)")
    } catch {
      violated("replica \(folder.number): an edit threw \(error)")
    }
  }

  private func fields(of kind: Int, _ code: Int) throws -> [Assignment] {
    let name = try Assignment("name=\(ledger.newWord("n"))")
    return kind % 2 == 0 ? [try Assignment("code=C\(code)"), name] : [name]
  }

  // MARK: Values

  /// Nil if there is nothing to change.
  private func change(
    _ writing: Writing, _ revision: Revision, _ records: [RecordID]
  ) throws -> Assignment? {
    let fields = revision.state.fields
    switch writing {
    case .set(let field, let value):
      return try Assignment("\(field)=\(self.value(field, value, records))")
    case .add(.members, let place):
      return try Assignment("members+=\(records[place % records.count])")
    case .add(.tags, _): return try Assignment("tags+=\(ledger.newWord("t"))")
    case .add(let field, let place):
      var lines = SecondMerge.lines(fields[field.number])
      lines.insert(ledger.newWord("l"), at: min(place, lines.count))
      return assignment(field, lines)
    case .remove(let field, let place):
      guard Register.Field.sequences.contains(field) else {
        let members = fields[field.number].map { $0.scalars.map { $0.text(code: \.description) } }
        guard let members, !members.isEmpty else { return nil }
        return try Assignment("\(field)-=\(members.sorted()[place % members.count])")
      }
      var lines = SecondMerge.lines(fields[field.number])
      guard !lines.isEmpty else { return nil }
      lines.remove(at: place % lines.count)
      return assignment(field, lines)
    case .move(let field, let from, let to):
      var lines = SecondMerge.lines(fields[field.number])
      guard lines.count > 1 else { return nil }
      let line = lines.remove(at: from % lines.count)
      lines.insert(line, at: to % (lines.count + 1))
      return assignment(field, lines)
    case .new, .rename, .delete, .restore: return nil
    }
  }

  func assignment(_ field: Register.Field, _ lines: [String]) -> Assignment {
    let input: FieldInput =
      field == .steps ? .many(lines) : .one(lines.joined(separator: "\n"))
    return Assignment(name: "\(field)", operation: .set, input: input)
  }

  func value(_ field: Register.Field, _ value: Int, _ records: [RecordID]) -> String {
    switch field {
    case .name: ledger.newWord("n")
    case .since, .until: "20\(10 + value % 20)"
    case .size, .peak: "\(value)"
    case .level: Register.levels[value % Register.levels.count]
    case .open: value % 2 == 0 ? "yes" : "no"
    case .parent: records[value % records.count].description
    case .remark, .tags, .members, .steps: ledger.newWord("w")
    }
  }

  // MARK: What is taken back, given up and settled

  func undo(at folder: Folder) async {
    await attempt(folder) { [self] in
      let before = folder.replica.records
      let step = try await folder.program.undo()
      tally.count(.undo)
      takenBack(
        before[step.record]?.pending, leaving: folder.replica.records[step.record]?.pending,
        at: folder)
    }
  }

  func discard(at folder: Folder, _ edit: Int) async {
    await attempt(folder) { [self] in
      let pending = folder.replica.records.filter { $0.value.pending != nil }.keys.sorted()
      guard !pending.isEmpty else { return }
      let record = pending[edit % pending.count]
      _ = try await folder.program.discard(record.description)
      tally.count(.discard)
      gaveUp(at: folder)
    }
  }

  func resolve(at folder: Folder, _ number: Int, _ how: Settlement) async {
    let note = ledger.newNote()
    await attempt(folder) { [self] in
      let conflicts = try await folder.program.conflicts()
      guard !conflicts.isEmpty else { return }
      let conflict = conflicts[number % conflicts.count]
      guard let id = RecordID(text: conflict.id) else { return }
      let choice = try choice(conflict, how, folder, id)
      _ = try await folder.program.resolve(conflict.id, choice, note: note)
      tally.count(.resolution)
      // Of a code that is taken no side was taken.
      saved(note, at: folder, id, conflict.cause == "code taken" ? .whole : .resolution(how))
    }
  }

  private func choice(
    _ conflict: ConflictView, _ how: Settlement, _ folder: Folder, _ record: RecordID
  ) throws -> Choice {
    if conflict.cause == "code taken" {
      return Choice(assignments: [try Assignment("code=OWN-\(ledger.newNumber())")])
    }
    let side = how.side
    if plant == .sideForWholeText, how != .byHand {
      return try wholeTexts(conflict, how, folder, record)
    }
    guard how == .byHand else { return Choice(rest: side) }
    let field = conflict.disagreements.lazy.compactMap { part in
      Register.Field.allCases.first { "\($0)" == part.field }
    }.first
    guard let field, conflict.disagreements.first?.field != "the whole record",
      !Register.Field.collections.contains(field)
    else { return Choice(rest: .ours) }
    let value = value(field, ledger.newNumber(), [record])
    return Choice(rest: .theirs, assignments: [try Assignment("\(field)=\(value)")])
  }

  /// As the bug has it: the side's whole text, and not its part in the conflict.
  private func wholeTexts(
    _ conflict: ConflictView, _ how: Settlement, _ folder: Folder, _ record: RecordID
  ) throws -> Choice {
    let stored = folder.replica.records[record]
    let bytes =
      switch how {
      case .ours, .byHand: stored?.pending?.latest.bytes
      case .theirs: stored?.head?.revision.bytes
      case .base: stored?.pending?.base?.bytes
      }
    guard let side = try bytes.map(folder.coding.decode) else { return Choice(rest: how.side) }
    let texts = Register.Field.sequences.filter { field in
      conflict.disagreements.contains { $0.field == "\(field)" }
    }
    guard conflict.disagreements.first?.field != "the whole record" else {
      return Choice(rest: how.side)
    }
    return Choice(
      rest: how.side,
      assignments: texts.map { assignment($0, SecondMerge.lines(side.state.fields[$0.number])) })
  }
}

extension Settlement {
  var side: Side {
    switch self {
    case .ours, .byHand: .ours
    case .theirs: .theirs
    case .base: .base
    }
  }
}
