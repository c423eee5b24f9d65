import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What is left of an edit that the register has already.
struct KnownEditTests {
  let life: OutboxLife

  init() throws { life = try OutboxLife() }

  private func rest(
    _ entry: OutboxEntry, _ known: [EditID: RevisionID], has: FiledRevision? = nil
  ) -> String {
    switch entry.without(known, revision: { $0 == has?.id ? has?.encoded : nil }) {
    case .untouched: "untouched"
    case .none: "none"
    case .some(let rest): life.text(rest)
    case .goesOn(let last, let accepted, let absorbed):
      "goes on from \(last == life.edit && accepted.id == life.merged.id), \(absorbed.count) left"
    }
  }

  @Test func anEditThatTheRegisterHasLeavesWhereverItStands() {
    life.check([
      .ready: "none", .sent: "none", .amended: "more: ours → more, ready",
      .deleted: "more: ours → deletion, ready", .conflict: "none", .codeTaken: "none",
      .refused: "none",
    ]) { rest($0, [life.edit: life.merged.id]) }
  }

  @Test func anotherEditIsNoneOfIts() {
    let untouched = Dictionary(
      uniqueKeysWithValues: OutboxLife.Stage.allCases.map { ($0, "untouched") })
    life.check(untouched) { rest($0, [life.newEdit: life.merged.id]) }
  }

  @Test func anAmendmentThatTheRegisterHasTakesTheEditWithIt() {
    for stage in [OutboxLife.Stage.amended, .deleted] {
      #expect(rest(life.entry(stage), [life.moreEdit: life.merged.id]) == "none")
    }
  }

  @Test func whatHasTakenAKnownEditInGoesOnFromIt() {
    let others: [EditID] = (0..<2).map { _ in life.maker.new() }
    func entry(_ state: OutboxEntry.State) -> OutboxEntry {
      OutboxEntry(
        edit: life.newEdit, absorbed: [others[0], life.edit, others[1]], base: life.base.encoded,
        ours: life.saved, state: state)
    }
    let known = [life.edit: life.merged.id]
    for state in [OutboxEntry.State.ready, .conflict(theirs: life.head.id)] {
      #expect(rest(entry(state), known, has: life.merged) == "goes on from true, 1 left")
    }
    // Its verdict decides, or the revision is not here yet: then nothing is known to be lost.
    #expect(rest(entry(.inFlight(nil)), known, has: life.merged) == "untouched")
    #expect(rest(entry(.ready), known) == "untouched")
  }

  @Test func amendingTakesTheEditInAndAResolutionKeepsWhatItSettled() throws {
    let entry = life.entry(.conflict)
    let edit = NewEdit(
      id: life.newEdit, revision: life.saved, seen: entry.latest.id, base: life.head.encoded,
      isResolution: true)
    let saved = try OutboxEntry.saved(edit, over: life.stored(entry, head: life.head))
    #expect(saved.edits == [life.edit, life.newEdit])
    #expect(saved.ancestors == [life.ours.id] && saved.maker == .person)
    let plain = NewEdit(
      id: life.newEdit, revision: life.saved, seen: life.ours.id, base: life.base.encoded)
    let amended = try OutboxEntry.saved(
      plain, over: life.stored(life.entry(.ready), head: life.base))
    #expect(amended.absorbed == [life.edit] && amended.ancestors.isEmpty)
  }

  @Test func anAmendmentThatTakesTheEditsPlaceHasTakenItIn() throws {
    let settled = try life.entry(.amended).settled(by: .stale(head: nil), at: .zero)
    guard case .waits(let next) = settled else {
      Issue.record("\(settled)")
      return
    }
    #expect(next.edits == [life.edit, life.moreEdit])
  }
}
