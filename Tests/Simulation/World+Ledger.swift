import LiaisonModel
import LiaisonSync
import TestSupport

// What is written down of each commit of a replica, and of each thing that a person did.
extension World {
  /// The notes of an edit, and of what was written on top of it while it was in flight.
  func notes(_ entry: OutboxEntry?) -> [String] {
    [entry?.ours.id, entry?.amendment?.revision.id].compactMap { revisions[$0]?.note }
  }

  /// A person's edit is in the outbox.
  func saved(_ note: String, at folder: Folder, _ record: RecordID, _ sort: Written.Sort) {
    guard let step = folder.replica.steps.last, step.step.record == record,
      let pending = folder.replica.records[record]?.pending,
      let now = revisions[pending.latest.id], now.note == note
    else { return violated("replica \(folder.number): \(note) was saved, and is not there") }
    let over = step.before?.latest.id
    let before = revisions[over ?? folder.replica.records[record]?.head?.revision.id]
    let old = before.map { Tokens($0.state).all } ?? []
    let new = Tokens(now.state).all
    folder.state.shadow.written.insert(note)
    folder.state.shadow.replaced.formUnion(notes(step.before))
    ledger.add(
      Written(
        folder: folder.number, record: record, sort: sort, added: new.subtracting(old),
        removed: old.subtracting(new).filter { !Tokens.isUnknown($0) }, over: over), note)
    tally.count(.write)
    self.note("      \(note)")
  }

  /// A person has discarded an edit, or deleted a record that was never sent.
  func gaveUp(at folder: Folder) {
    guard let before = folder.replica.steps.last?.before else { return }
    folder.state.shadow.replaced.formUnion(notes(before))
    settle(before)
  }

  func takenBack(_ before: OutboxEntry?, leaving now: OutboxEntry?, at folder: Folder) {
    folder.state.shadow.replaced.formUnion(notes(before))
    guard let latest = revisions[now?.latest.id]?.note else { return }
    folder.state.shadow.replaced.remove(latest)
  }

  /// Nobody waits any more for an edit, nor for what it was made of.
  private func settle(_ entry: OutboxEntry) {
    let names = [entry.ours.id, entry.amendment?.revision.id].compactMap(\.self) + entry.ancestors
    let log = Set(logged())
    ledger.givenUp.formUnion(behind(names, until: log))
  }

  /// These revisions, what stands behind their second parents, what they were written over, and what those
  /// were made from, as far as none of them is one of `known`.
  /// - Parameter merged: also what they were merged with on their way: an edit that was merged with what a
  ///   server has lost since holds that.
  func behind(
    _ names: [RevisionID], until known: Set<RevisionID>, merged: Bool = false
  ) -> Set<RevisionID> {
    var found: Set<RevisionID> = []
    var open = names
    while let name = open.popLast() {
      guard !known.contains(name), found.insert(name).inserted, let revision = revisions[name]
      else { continue }
      open += [
        revision.parent, revision.secondParent, ledger.written[revision.note]?.over,
      ].compactMap(\.self)
      if merged { open += self.merged(name, revision.note) }
    }
    return found
  }

  /// What an edit was merged with on its way.
  func merged(_ name: RevisionID, _ note: String) -> [RevisionID] {
    (revisions.made[name] ?? []).compactMap { revisions[$0] }.filter { $0.note == note }
      .compactMap(\.parent)
  }

  // MARK: Commits

  /// A replica has committed something: looks for edits that left, and for what waits for a person now.
  func watch(_ folder: Folder, _ before: MemoryReplica) throws {
    for (id, record) in folder.replica.records {
      let old = before.records[id]?.pending
      guard let new = record.pending, new != old else { continue }
      try count(new, after: old, record.head?.revision.encoded, folder)
    }
    for (id, record) in before.records {
      guard let old = record.pending, folder.replica.records[id]?.pending == nil else { continue }
      try left(old, folder.replica.records[id]?.head?.revision, folder)
    }
  }

  private func count(
    _ new: OutboxEntry, after old: OutboxEntry?, _ head: EncodedRevision?, _ folder: Folder
  ) throws {
    guard new.state != old?.state else { return }
    switch new.state {
    case .ready, .inFlight: break
    case .codeTaken: tally.count(.codeTaken)
    case .refused: tally.count(.refused)
    case .conflict:
      guard let head, let ours = revisions[new.ours.id], let theirs = revisions[head.id] else {
        return
      }
      guard let base = revisions[new.base?.id] else { return tally.count(.wholeConflict) }
      let parts = SecondMerge.disagreements(base.state, ours.state, theirs.state)
      tally.count(parts.isEmpty ? .togetherConflict : .fieldConflict, 0)
      if parts.isEmpty { tally.count(.togetherConflict) }
      if parts.contains(.whole) { tally.count(.wholeConflict) }
      if parts.contains(.code) { tally.count(.codeConflict) }
      if parts.contains(where: { if case .field = $0 { true } else { false } }) {
        tally.count(.fieldConflict)
      }
    }
  }

  /// An edit has left the outbox. If it says nothing that the head does not, it is merged.
  private func left(_ old: OutboxEntry, _ head: FiledRevision?, _ folder: Folder) throws {
    if old.base == nil, old.amendment?.revision.summary.isDeleted == true, head == nil {
      // Deleted on its way, and it has not arrived.
      return merged(old, folder)
    }
    guard let head = revisions[head?.id], head.note != revisions[old.ours.id]?.note,
      let ours = revisions[old.latest.id]
    else { return }
    let base = revisions[old.base?.id]
    let isMerged =
      ours.state == head.state
      || base.map { SecondMerge.allows(head.state, $0.state, ours.state, head.state) } == true
    if isMerged { merged(old, folder) } else { tally.count(.known) }
  }

  private func merged(_ entry: OutboxEntry, _ folder: Folder) {
    folder.state.shadow.merged.formUnion(notes(entry))
    settle(entry)
  }
}
