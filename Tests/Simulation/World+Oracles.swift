import LiaisonModel
import LiaisonReplica
import LiaisonServer
import LiaisonSync
import TestSupport

/// The log as it is at the end, with all that is known of it.
struct FinalLog {
  let entries: [(name: RevisionID, revision: Revision)]
  /// Where an entry is.
  let places: [RevisionID: Int]
  /// What stands behind second parents and is no entry.
  let ancestors: Set<RevisionID>
  /// How often a note stands in the log.
  let notes: [String: Int]
  /// All that the log holds, and what that was made from and written over.
  let reached: Set<RevisionID>
  let reachedNotes: Set<String>

  init(_ world: World) {
    entries = world.logged().compactMap { name in world.revisions[name].map { (name, $0) } }
    places = Dictionary(entries.enumerated().map { ($1.name, $0) }) { $1 }
    ancestors = world.ancestors()
    notes = Dictionary(entries.map { ($0.revision.note, 1) }, uniquingKeysWith: +)
    reached = world.behind(entries.map(\.name) + Array(ancestors), until: [], merged: true)
    reachedNotes = Set(reached.compactMap { world.revisions[$0]?.note })
  }
}

// What must be so at the end of every history.
extension World {
  func check() async {
    let log = FinalLog(self)
    tell(log)
    checkAnswers()
    checkNotes(log)
    checkFolders(log)
    for place in log.entries.indices {
      checkParents(place, log)
      checkEffect(place, log)
      checkMerge(place, log)
    }
    await checkDigests()
    await checkSchemas()
  }

  private func tell(_ log: FinalLog) {
    for (place, entry) in log.entries.enumerated() {
      let (name, revision) = entry
      let parents = [revision.parent, revision.secondParent].map { parent in
        guard let parent else { return "-" }
        return "\(parent.short) \(revisions[parent]?.note ?? "?")"
      }
      note(
        "  \(place + 1): \(name.short) \(revision.note) \(revision.state.code)"
          + " from \(parents[0]) and \(parents[1]): \(Register.text(of: revision.state))")
    }
  }

  /// What the server has answered is in its log, unless it was restored since.
  func checkAnswers() {
    let names = Set(logged())
    for (position, name) in ledger.answered where !names.contains(name) {
      // An edit that another has taken in is answered with that one's place.
      violated("what was answered at position \(position) is gone: \(describe(name))")
    }
  }

  func describe(_ name: RevisionID) -> String {
    guard let revision = revisions[name] else { return name.short }
    return "\(revision.note) of \(revision.state.code) by \(revision.office)"
  }

  private func checkNotes(_ log: FinalLog) {
    for (note, count) in log.notes.sorted(by: { $0.key < $1.key })
    where count > 1 && ledger.written[note] != nil {
      violated("\(note) is \(count) times in the log")
    }
  }

  private func checkFolders(_ log: FinalLog) {
    // What waits with another office is not gone.
    let here = folders.reduce(into: Set()) { $0.formUnion(waiting(in: $1, log)) }
    for folder in folders {
      let shadow = folder.state.shadow
      let open = shadow.written.subtracting(shadow.replaced).subtracting(shadow.merged)
        .subtracting(here.union(ledger.givenUp).compactMap { revisions[$0]?.note })
        .subtracting(log.reachedNotes)
      for note in open.sorted() { violated("replica \(folder.number): \(note) is lost") }
      let missing = shadow.seen.subtracting(log.reached).subtracting(here)
        .subtracting(ledger.givenUp)
      for name in missing.sorted(by: { $0.description < $1.description })
      where !isMerge(name, of: log.reached) {
        violated("replica \(folder.number): what was accepted is gone: \(describe(name))")
      }
      for lost in folder.replica.lost
      where !waitsForAPerson(folder.replica.records[lost.record]?.pending) {
        violated("replica \(folder.number) has not handed back \(describe(lost.revision.id))")
      }
      checkOutbox(folder)
    }
  }

  /// Whether no person made it, of something that is there: the register may have made another of that.
  private func isMerge(_ name: RevisionID, of reached: Set<RevisionID>) -> Bool {
    guard let merged = revisions[name], let second = merged.secondParent,
      let ours = revisions[second], reached.contains(second)
    else { return false }
    return ledger.written[merged.note] == nil
      || merged.note == ours.note && merged.time == ours.time
  }

  /// What waits in a folder, and what that was made of.
  private func waiting(in folder: Folder, _ log: FinalLog) -> Set<RevisionID> {
    let pending = folder.replica.records.values.compactMap(\.pending).flatMap {
      [$0.ours.id, $0.amendment?.revision.id, $0.base?.id].compactMap(\.self) + $0.ancestors
    }
    return behind(pending + folder.replica.lost.map(\.revision.id), until: log.reached)
  }

  /// After a sync nothing waits that the log has.
  func checkPending(_ folder: Folder) {
    let log = Set(logged().compactMap { revisions[$0]?.note })
    for pending in folder.replica.records.values.compactMap(\.pending) {
      guard let note = revisions[pending.ours.id]?.note, ledger.written[note] != nil else {
        continue
      }
      if log.contains(note) {
        violated("replica \(folder.number): \(note) waits, and is in the log")
      }
    }
  }

  private func waitsForAPerson(_ pending: OutboxEntry?) -> Bool {
    switch pending?.state {
    case .conflict, .codeTaken, .refused: true
    case .ready, .inFlight, nil: false
    }
  }

  /// What waits at the end waits for a person.
  private func checkOutbox(_ folder: Folder) {
    for (_, record) in folder.replica.records {
      guard let pending = record.pending else { continue }
      let name = "replica \(folder.number): \(describe(pending.ours.id))"
      switch pending.state {
      case .ready, .inFlight: violated("\(name) waits for a sync")
      case .codeTaken, .refused: tally.count(.standing)
      case .conflict:
        tally.count(.standing)
        guard let head = revisions[record.head?.revision.id], let ours = revisions[pending.ours.id],
          let base = revisions[pending.base?.id]
        else { continue }
        let parts = SecondMerge.disagreements(base.state, ours.state, head.state)
        // Both together may break a rule.
        let merge = Merge(
          base: base.state, ours: ours.state, theirs: head.state, kind: schema.kind(ours.kind))
        let isRule = !schema.problems(with: merge.state, of: ours.kind).isEmpty
        if parts.isEmpty, !isRule { violated("\(name) is in no conflict") }
      }
    }
  }

  private func checkDigests() async {
    do {
      let digest = try await server.service.verify().digest
      note("  digest \(digest)")
      for folder in folders where try await folder.program.verify().digest != digest {
        violated("replica \(folder.number) holds something else than the server")
      }
    } catch {
      violated("a digest cannot be made: \(error)")
    }
  }

  /// What stands behind a second parent can be read at the server, as long as it is on any disk.
  private func checkParents(_ place: Int, _ log: FinalLog) {
    let (name, revision) = log.entries[place]
    var next = revision.secondParent
    while let second = next {
      guard log.places[second] != nil || log.ancestors.contains(second) else {
        let isAnywhere = folders.contains { $0.replica.kept.contains(second) }
        if ledger.erased.contains(second), !isAnywhere { return tally.count(.erased) }
        return violated("what stands behind \(describe(name)) is not at the server")
      }
      guard log.places[second] == nil else { return }
      next = revisions[second]?.secondParent
    }
  }
}

extension OutboxEntry {
  fileprivate var isRefused: Bool {
    switch state {
    case .refused: true
    case .ready, .inFlight, .conflict, .codeTaken: false
    }
  }
}
