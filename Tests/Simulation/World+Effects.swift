import LiaisonModel
import LiaisonSync
import TestSupport

// What each entry of the log does to its record is what persons did.
extension World {
  /// What persons did that stands behind an entry.
  private struct Cause {
    var added: Set<String> = []
    var removed: Set<String> = []
    /// Whether a whole state came with it, so that anything may come and go.
    var isWhole = false
  }

  /// Nothing comes, comes back or goes but what a person put in or took out, and nothing is doubled.
  func checkEffect(_ place: Int, _ log: FinalLog) {
    let (name, revision) = log.entries[place]
    guard let parent = revisions[revision.parent] else { return }
    let (before, now) = (Tokens(parent.state), Tokens(revision.state))
    let cause = cause(place, log)
    // Two people may put the same line back, each in its place.
    guard !cause.isWhole else { return }
    let doubled = now.doubled.subtracting(before.doubled)
    if !doubled.isEmpty { violated("\(describe(name)) doubles \(doubled.sorted())") }
    guard !parent.state.isDeleted, !revision.state.isDeleted else { return }
    let came = now.all.subtracting(before.all).subtracting(cause.added)
    if !came.isEmpty {
      violated("\(describe(name)) brings back or in what nobody added there: \(came.sorted())")
    }
    let went = before.all.subtracting(now.all).subtracting(cause.removed)
    if !went.isEmpty {
      violated("\(describe(name)) takes out what nobody took out: \(went.sorted())")
    }
  }

  private func cause(_ place: Int, _ log: FinalLog) -> Cause {
    var cause = Cause()
    let entry = log.entries[place]
    var known: Set<RevisionID> = []
    var open = [entry.revision.secondParent].compactMap(\.self)
    func take(_ revision: Revision) {
      guard let written = ledger.written[revision.note] else { return }
      cause.added.formUnion(written.added)
      cause.removed.formUnion(written.removed)
      if written.sort != .edit { cause.isWhole = true }
      if let over = written.over { open.append(over) }
    }
    take(entry.revision)
    while let name = open.popLast() {
      let isEarlier = log.places[name].map { $0 < place } ?? false
      guard !isEarlier, known.insert(name).inserted, let revision = revisions[name] else {
        continue
      }
      take(revision)
      open += [revision.parent, revision.secondParent].compactMap(\.self)
      // What it was merged with, and what the server has lost since.
      open += merged(name, revision.note).filter { $0 != entry.revision.parent }
    }
    return cause
  }

  // MARK: Merges

  /// A merge that no person made comes out as the second merge allows; a side that a person took, as far
  /// as the conflict went.
  func checkMerge(_ place: Int, _ log: FinalLog) {
    let (name, merged) = log.entries[place]
    guard let second = merged.secondParent, let ours = revisions[second],
      let theirs = revisions[merged.parent]
    else { return }
    if ours.note == merged.note, ours.time == merged.time {
      tally.count(.merge)
      if isCarried(merged, theirs) { return }
      guard isAllowed(merged, name, second, theirs) else {
        return violated("the merge \(describe(name)) is another than the second merge's")
      }
    } else if case .resolution(let how)? = ledger.written[merged.note]?.sort, how != .byHand {
      checkSide(merged, name, second, theirs, how)
    }
  }

  /// Whether it goes on from an edit that it had taken in and the register has accepted.
  private func isCarried(_ merged: Revision, _ theirs: Revision) -> Bool {
    var next = ledger.written[merged.note]?.over
    while let over = revisions[next] {
      if over.note == theirs.note { return true }
      next = ledger.written[over.note]?.over
    }
    return false
  }

  /// Whether it is a merge of what a person wrote, or of an earlier merge of that, from one of the
  /// revisions that these were made from.
  private func isAllowed(
    _ merged: Revision, _ name: RevisionID, _ second: RevisionID, _ theirs: Revision
  ) -> Bool {
    let earlier = (revisions.made[second] ?? []).prefix { $0 != name }
    return ([second] + earlier).compactMap { revisions[$0] }.contains { ours in
      bases(of: ours).contains {
        SecondMerge.allows(merged.state, $0.state, ours.state, theirs.state)
      }
    }
  }

  /// What a revision was made from; and what that was, if the server or the replica may have lost the nearest.
  private func bases(of revision: Revision) -> [Revision] {
    let most = tally[.serverRestore] + tally[.restore] + tally[.copy] > 0 ? 12 : 1
    var bases: [Revision] = []
    while bases.count < most, let base = revisions[(bases.last ?? revision).parent] {
      bases.append(base)
    }
    return bases
  }

  /// A person took a side of what was in conflict: the last merge of the own edit, or the edit itself.
  private func checkSide(
    _ merged: Revision, _ name: RevisionID, _ second: RevisionID, _ theirs: Revision,
    _ how: Settlement
  ) {
    let note = revisions[second]?.note
    let earlier = (revisions.made[second] ?? []).prefix { $0 != name }
      .filter { revisions[$0]?.note == note }
    let sides = ([second] + earlier).compactMap { revisions[$0] }
    for field in Register.Field.sequences where !merged.state.isDeleted {
      let lines = SecondMerge.lines(merged.state.fields[field.number])
      let allowed = sides.flatMap { ours in
        bases(of: ours).reversed().map { taken(field, ours, from: $0, theirs, how.side) }
      }
      guard let last = allowed.last ?? nil, !allowed.contains(lines) else { continue }
      violated("\(describe(name)) takes \(lines) for \(field), not \(last)")
    }
  }

  /// Nil if there is no conflict, or none in which it is clear what belongs together.
  private func taken(
    _ field: Register.Field, _ ours: Revision, from base: Revision, _ theirs: Revision,
    _ side: Side
  ) -> [String]? {
    guard ![base, ours, theirs].contains(where: \.state.isDeleted) else { return nil }
    let values = [base, ours, theirs].map { $0.state.fields[field.number] }
    guard SecondMerge.value(field, values) == nil else { return nil }
    let lines = values.map(SecondMerge.lines)
    return DumbMerge.taking(side, lines[0], lines[1], lines[2])
  }
}
