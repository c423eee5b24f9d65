internal import LiaisonModel
internal import LiaisonSync

/// Writes one person's edit within a transaction.
struct Editor {
  let transaction: any ReplicaTransaction
  let environment: ReplicaEnvironment
  let snapshot: Snapshot
  /// Of what is written.
  let origin: Origin

  init(
    _ transaction: any ReplicaTransaction, _ environment: ReplicaEnvironment, note: String
  ) throws {
    self.transaction = transaction
    self.environment = environment
    snapshot = try Snapshot(transaction, coding: environment.coding)
    origin = Origin(
      office: snapshot.identity.office, author: environment.author(at: snapshot.identity),
      note: TextRules.normalized(note), time: environment.now())
  }

  /// The code of a new record before its assignments: the office's next number if the kind's codes
  /// are numbered and no other is named.
  /// - Throws: ``ReplicaError/wrongClock(year:)`` if the number would be of no year to believe.
  func firstCode(of kind: Kind, isNamed: Bool) throws -> RecordCode {
    let (series, year) = (snapshot.identity.series, environment.year(origin.time))
    guard !isNamed else { return RecordCode(series, year: year, number: 0) }
    switch kind.coding {
    case .chosen: throw ReplicaError.codeMissing(kind: kind.name)
    case .numbered:
      guard Tuning.numberingYears.contains(year) else {
        throw ReplicaError.wrongClock(year: year)
      }
      let number = try transaction.highestNumber(of: series, in: year) + 1
      try transaction.give(number, of: series, in: year)
      return RecordCode(series, year: year, number: number)
    }
  }

  func edit(_ record: Record, _ assignments: [Assignment]) throws -> RecordView {
    try snapshot.checkEditable(record)
    let state = try snapshot.applying(assignments, to: record.visible.state, of: record.kind)
    guard state != record.visible.state else { throw ReplicaError.unchanged(record.code) }
    if state.code != record.code { try snapshot.checkCode(state.code, of: record.id) }
    return try save(record.successor(state, origin), record.kind, over: record, as: .edit)
  }

  func resolve(_ conflict: Conflict, _ choice: Choice) throws -> RecordView {
    let record = conflict.record
    let choice = choice.named(as: record.kind)
    let settled = try Resolution(conflict: conflict, choice: choice).state()
    let state = try snapshot.applying(choice.assignments, to: settled, of: record.kind)
    switch conflict.cause {
    case .codeTaken:
      // Another record stands in the way, not another revision of this one: its base stays.
      try snapshot.checkCode(state.code, of: record.id)
      return try save(record.successor(state, origin), record.kind, over: record, as: .resolve)
    case .merge:
      let head = record.stored.head
      let revision = Revision(
        record: record.id, kind: record.kind.number, parent: head?.id,
        secondParent: record.pending?.behind.first, state: state, origin: origin)
      return try save(
        revision, record.kind, over: record, as: .resolve, isResolution: true)
    }
  }

  /// Puts a revision into the outbox.
  /// - Returns: the record as it is then.
  func save(
    _ revision: Revision, _ kind: Kind, over record: Record?, as action: UndoStep.Action,
    isResolution: Bool = false
  ) throws -> RecordView {
    if let record { try checkIntact(record.stored) }
    let before = isResolution ? record?.head : record?.visible
    try snapshot.check(revision, kind, since: before?.state)
    let edit = NewEdit(
      id: environment.newEdit(), revision: try encoded(revision),
      seen: record?.stored.visible?.id, base: record?.stored.head, isResolution: isResolution)
    let pending = record?.stored.pending
    try transaction.remember(
      UndoStep(
        record: revision.record, kind: kind.number, code: revision.state.code, action: action,
        time: origin.time, after: edit.id))
    try transaction.replace(
      pending, with: try OutboxEntry.saved(edit, over: record?.stored), of: revision.record)
    guard let stored = try transaction.record(revision.record),
      let saved = try snapshot.record(stored)
    else { throw StoreError.damaged("a record that was written is not there") }
    return try view(saved)
  }

  /// Takes a record's edit out of the outbox.
  func remove(_ record: Record, as action: UndoStep.Action) throws {
    try transaction.remember(
      UndoStep(
        record: record.id, kind: record.kind.number, code: record.code, action: action,
        time: origin.time, after: nil))
    try transaction.remove(record.id)
  }

  /// - Throws: ``StoreError/damaged(_:)`` if what the edit would be built on is not what was written: it
  /// would travel as this office's own.
  private func checkIntact(_ stored: StoredRecord) throws {
    let built = [stored.head, stored.pending?.base, stored.pending?.latest.encoded]
    for revision in built.compactMap(\.self)
    where environment.coding.id(of: revision.bytes) != revision.id {
      throw StoreError.damaged(
        "the bytes of revision \(revision.id.short) do not match its name")
    }
  }

  private func encoded(_ revision: Revision) throws -> FiledRevision {
    do {
      return try environment.coding.encode(revision)
    } catch CodingError.tooLarge {
      throw ReplicaError.tooLarge
    }
  }

  func view(_ record: Record) throws -> RecordView {
    RecordView(record, try snapshot.codes(of: record.references))
  }
}
