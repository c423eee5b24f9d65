import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What a sync does with an edit, by where it stands.
struct OutboxStandingTests {
  let maker: RevisionMaker
  let base, head, later: RevisionID

  init() throws {
    maker = try RevisionMaker()
    base = try maker.revision("BASE").id
    head = try maker.revision("HEAD").id
    later = try maker.revision("LATER").id
  }

  private func standing(
    _ state: OutboxStanding.State, base: RevisionID?, head: RevisionID?
  ) -> OutboxStanding {
    OutboxStanding(record: maker.new(), edit: maker.new(), base: base, head: head, state: state)
  }

  @Test func whatWaitsForAVerdictOrThePersonIsSentOrNot() {
    for (state, isSendable, isRefused) in [
      (OutboxStanding.State.ready, true, false), (.inFlight, true, false),
      (.conflict(theirs: head), false, false), (.codeTaken, false, true), (.refused, false, true),
    ] {
      let standing = standing(state, base: base, head: base)
      #expect(standing.isSendable == isSendable, "\(state)")
      #expect(standing.isRefused == isRefused, "\(state)")
    }
  }

  /// State × where the head is: unknown, the edit's base, moved, moved on from a conflict.
  @Test func anEditIsMergedOnlyIfItsRecordMovedAndNoVerdictIsAwaited() {
    for (state, moved, movedAgain) in [
      (OutboxStanding.State.ready, true, true), (.inFlight, false, false),
      (.conflict(theirs: head), false, true), (.codeTaken, true, true), (.refused, true, true),
    ] {
      #expect(!standing(state, base: nil, head: nil).needsRebase, "\(state)")
      // What it was in conflict with is gone: the server was restored.
      let isFreed = state == .conflict(theirs: head)
      #expect(standing(state, base: base, head: base).needsRebase == isFreed, "\(state)")
      for base in [base, nil] {
        #expect(standing(state, base: base, head: head).needsRebase == moved, "\(state)")
        #expect(standing(state, base: base, head: later).needsRebase == movedAgain, "\(state)")
      }
    }
  }

  @Test func newRecordsLeaveFirstAndTheRestByAge() {
    let outbox = [
      standing(.ready, base: base, head: base), standing(.inFlight, base: nil, head: nil),
      standing(.refused, base: nil, head: nil), standing(.inFlight, base: head, head: head),
      standing(.ready, base: nil, head: nil),
      standing(.conflict(theirs: head), base: base, head: head),
      standing(.codeTaken, base: base, head: base),
    ]
    #expect(OutboxStanding.sendable(outbox) == [outbox[1], outbox[4], outbox[0], outbox[3]])
  }
}
