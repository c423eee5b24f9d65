import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// Every event at every stage of an edit's life.
struct OutboxEntryTests {
  let life: OutboxLife

  init() throws { life = try OutboxLife() }

  // MARK: A person's events

  private func save(
    seen: RevisionID?, base: FiledRevision?, isResolution: Bool = false, over stored: StoredRecord?
  ) throws -> OutboxEntry {
    let edit = NewEdit(
      id: life.newEdit, revision: life.saved, seen: seen, base: base?.encoded,
      isResolution: isResolution)
    return try OutboxEntry.saved(edit, over: stored)
  }

  @Test func anEditTakesTheOnesPlaceThatThePersonSaw() {
    life.check([
      .ready: "new: base → saved, ready",
      .sent: "edit: base → ours, in flight + saved",
      .amended: "edit: base → ours, in flight + saved",
      .deleted: "edit: base → ours, in flight + saved",
      .conflict: "new: base → saved, ready",
      .codeTaken: "new: base → saved, ready",
      .refused: "new: base → saved, ready",
    ]) {
      life.text(
        try save(
          seen: $0.latest.id, base: life.head, over: life.stored($0, head: life.head)))
    }
  }

  @Test func anEditOfWhatHasChangedIsNotSaved() {
    let changed = Dictionary(
      uniqueKeysWithValues: OutboxLife.Stage.allCases.map { ($0, "throws \(StoreError.changed)") })
    // Another edit came between: the person saw the one before it, or the head beneath.
    for seen in [life.base, life.head, life.merged] {
      life.check(changed) {
        life.text(
          try save(seen: seen.id, base: life.head, over: life.stored($0, head: life.head)))
      }
    }
    life.check(changed) {
      life.text(try save(seen: nil, base: nil, over: life.stored($0, head: nil)))
    }
  }

  @Test func aResolutionStandsOnTheHeadThatItSettled() {
    life.check([
      .ready: "new: head → saved, ready",
      .sent: "throws \(StoreError.changed)",
      .amended: "throws \(StoreError.changed)",
      .deleted: "throws \(StoreError.changed)",
      .conflict: "new: head → saved, ready",
      .codeTaken: "new: head → saved, ready",
      .refused: "new: head → saved, ready",
    ]) {
      life.text(
        try save(
          seen: $0.latest.id, base: life.head, isResolution: true,
          over: life.stored($0, head: life.head)))
    }
  }

  @Test func aResolutionOfAHeadThatHasMovedIsNotSaved() {
    let entry = life.entry(.conflict)
    #expect(throws: StoreError.changed) {
      try save(
        seen: entry.latest.id, base: life.head, isResolution: true,
        over: life.stored(entry, head: life.merged))
    }
  }

  /// - seen: what the person looked at; head: what the register has by now.
  @Test func anEditWithoutAnotherStandsOnWhatItWasMadeFrom() throws {
    let new = try save(seen: nil, base: nil, over: nil)
    #expect(life.text(new) == "new: nothing → saved, ready")
    let onHead = try save(
      seen: life.head.id, base: life.head, over: life.stored(nil, head: life.head))
    #expect(life.text(onHead) == "new: head → saved, ready")
    // Only the head has moved: the next rebase merges.
    let moved = try save(
      seen: life.base.id, base: life.base, over: life.stored(nil, head: life.head))
    #expect(life.text(moved) == "new: base → saved, ready")
    #expect(throws: StoreError.changed) {
      try save(seen: life.ours.id, base: life.base, over: life.stored(nil, head: life.head))
    }
    #expect(throws: StoreError.changed) {
      try save(seen: nil, base: nil, over: life.stored(nil, head: life.head))
    }
  }

  @Test func onlyARefusedEditIsRetried() {
    life.check([
      .ready: "edit: base → ours, ready",
      .sent: "edit: base → ours, in flight",
      .amended: "edit: base → ours, in flight + more",
      .deleted: "edit: base → ours, in flight + deletion",
      .conflict: "edit: base → ours, conflict with head",
      .codeTaken: "edit: base → ours, ready",
      .refused: "edit: base → ours, ready",
    ]) { life.text($0.retried()) }
  }

  // MARK: A sync's events

  @Test func aMergedEditStandsOnTheHeadUnderItsOwnName() {
    life.check([
      .ready: "edit: head → merged, ready",
      .sent: "edit: base → ours, in flight",
      .amended: "edit: base → ours, in flight + more",
      .deleted: "edit: base → ours, in flight + deletion",
      .conflict: "edit: head → merged, ready",
      .codeTaken: "edit: head → merged, ready",
      .refused: "edit: head → merged, ready",
    ]) { life.text($0.rebased(.rebased(life.merged), onto: life.head.encoded)) }
  }

  @Test func whatTheHeadSaysAlreadyLeaves() {
    life.check([
      .ready: "nil",
      .sent: "edit: base → ours, in flight",
      .amended: "edit: base → ours, in flight + more",
      .deleted: "edit: base → ours, in flight + deletion",
      .conflict: "nil", .codeTaken: "nil", .refused: "nil",
    ]) { life.text($0.rebased(.nothingLeft, onto: life.head.encoded)) }
  }

  @Test func anEditThatCannotBeMergedWaitsInConflictWithTheHead() {
    life.check([
      .ready: "edit: base → ours, conflict with merged",
      .sent: "edit: base → ours, in flight",
      .amended: "edit: base → ours, in flight + more",
      .deleted: "edit: base → ours, in flight + deletion",
      .conflict: "edit: base → ours, conflict with merged",
      .codeTaken: "edit: base → ours, conflict with merged",
      .refused: "edit: base → ours, conflict with merged",
    ]) { life.text($0.rebased(.conflict, onto: life.merged.encoded)) }
  }

  @Test func whatWaitsForAPersonIsNotSentAndWhatWasSentStaysAsItWas() {
    let asItWas: [OutboxLife.Stage: String] = [
      .ready: "edit: base → ours, in flight",
      .sent: "edit: base → ours, in flight",
      .amended: "edit: base → ours, in flight + more",
      .deleted: "edit: base → ours, in flight + deletion",
      .conflict: "nil", .codeTaken: "nil", .refused: "nil",
    ]
    life.check(asItWas) { life.text($0.sent(as: life.ours)) }
    life.check([
      .ready: "edit: base → saved, in flight",
      .sent: "nil", .amended: "nil", .deleted: "nil",
      .conflict: "nil", .codeTaken: "nil", .refused: "nil",
    ]) { life.text($0.sent(as: life.saved)) }
  }
}

/// What each verdict makes of an edit at each stage.
struct SettlementTests {
  let life: OutboxLife

  init() throws { life = try OutboxLife() }

  private func settle(_ entry: OutboxEntry, _ outcome: Verdict.Outcome) throws -> String {
    life.text(try entry.settled(by: outcome, at: LogPosition(8)))
  }

  /// Rows for the stages that have been sent; a verdict on another is the peer's fault.
  private func rows(
    sent: String, amended: String, deleted: String
  ) -> [OutboxLife.Stage: String] {
    let fault = "throws \(CallError.peerFault(.verdictOnUnsentEdit))"
    return [
      .ready: fault, .sent: sent, .amended: amended, .deleted: deleted, .conflict: fault,
      .codeTaken: fault, .refused: fault,
    ]
  }

  @Test func anAcceptedEditLeavesAndItsAmendmentStandsOnIt() {
    let committed = Committed(position: LogPosition(5), revision: life.ours.id)
    let expected = rows(
      sent: "ours at 5, then nil", amended: "ours at 5, then more: ours → more, ready",
      deleted: "ours at 5, then more: ours → deletion, ready")
    for isNew in [false, true] {
      life.check(expected, isNew: isNew) { try settle($0, .committed(committed)) }
      life.check(expected, isNew: isNew) { try settle($0, .alreadyCommitted(committed)) }
    }
  }

  @Test func anotherRevisionOrNoPositionIsThePeersFault() {
    let fault = "throws \(CallError.peerFault(.otherRevisionCommitted))"
    let expected = rows(sent: fault, amended: fault, deleted: fault)
    for committed in [
      Committed(position: LogPosition(5), revision: life.head.id),
      Committed(position: .zero, revision: life.ours.id),
      Committed(position: LogPosition(-1), revision: life.ours.id),
    ] {
      life.check(expected) { try settle($0, .committed(committed)) }
      guard committed.position <= .zero else { continue }
      life.check(expected) { try settle($0, .alreadyCommitted(committed)) }
    }
  }

  @Test func whatACopyOfTheReplicaHasSentAsAnotherRevisionLeaves() {
    let committed = Committed(position: LogPosition(5), revision: life.merged.id)
    life.check(
      rows(
        sent: "known, then nil", amended: "known, then more: ours → more, ready",
        deleted: "known, then more: ours → deletion, ready")
    ) { try settle($0, .alreadyCommitted(committed)) }
  }

  @Test func aStaleEditWaitsOnItsBaseAsItIsNow() {
    life.check(
      rows(
        sent: "edit: base → ours, ready", amended: "more: base → more, ready",
        deleted: "more: base → deletion, ready")
    ) { try settle($0, .stale(head: life.head.id)) }
  }

  @Test func aRefusedEditStaysWithItsReasonUnlessItWasAmended() {
    for (reason, word) in [(Refusal.Reason.invalid, "refused"), (.codeTaken, "code taken")] {
      life.check(
        rows(
          sent: "edit: base → ours, \(word): no at 8", amended: "more: base → more, ready",
          deleted: "more: base → deletion, ready")
      ) { try settle($0, .refused(Refusal(reason, "no"))) }
    }
  }

  @Test func aNewRecordThatWasDeletedOnItsWayAndDidNotArriveIsForgotten() {
    for outcome in [Verdict.Outcome.stale(head: nil), .refused(Refusal(.codeTaken, "no"))] {
      let isStale = outcome == .stale(head: nil)
      life.check(
        rows(
          sent: isStale
            ? "edit: nothing → ours, ready" : "edit: nothing → ours, code taken: no at 8",
          amended: "more: nothing → more, ready", deleted: "forgotten"), isNew: true
      ) { try settle($0, outcome) }
    }
  }
}
