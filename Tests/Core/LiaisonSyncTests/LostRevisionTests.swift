import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What a verdict makes of a revision that is handed back.
struct LostRevisionTests {
  let maker: RevisionMaker
  let lost: FiledRevision

  init() throws {
    maker = try RevisionMaker()
    lost = try maker.revision()
  }

  private func fate(_ outcome: Verdict.Outcome) throws -> LostRevision.Fate {
    try LostRevision(record: lost.summary.record, revision: lost.encoded, shared: nil)
      .fate(after: outcome, at: LogPosition(4))
  }

  @Test func eachVerdictHasItsFate() throws {
    let there = Committed(position: LogPosition(9), revision: lost.id)
    let refused = OutboxEntry.Refused(message: "no", position: LogPosition(4))
    #expect(try fate(.committed(there)) == .found(at: LogPosition(9)))
    #expect(try fate(.alreadyCommitted(there)) == .found(at: LogPosition(9)))
    let other = Committed(position: LogPosition(9), revision: try maker.revision().id)
    #expect(try fate(.alreadyCommitted(other)) == .isElsewhere(other), "as another revision")
    #expect(try fate(.stale(head: nil)) == .isEdit(.ready))
    let fates: [Refusal.Reason: LostRevision.Fate] = [
      .office: .waits, .codeTaken: .isEdit(.codeTaken(refused)),
      .invalid: .isEdit(.refused(refused)), .malformed: .isEdit(.refused(refused)),
      .reference: .isEdit(.refused(refused)), .role: .isEdit(.refused(refused)),
    ]
    for reason in Refusal.Reason.allCases {
      #expect(try fate(.refused(Refusal(reason, "no"))) == fates[reason])
    }
  }

  @Test func aVerdictOnAnotherRevisionIsThePeersFault() throws {
    let other = Committed(position: LogPosition(9), revision: try maker.revision().id)
    #expect(throws: CallError.peerFault(.otherRevisionCommitted)) { try fate(.committed(other)) }
  }

  private func handed(
    _ lost: FiledRevision, on base: FiledRevision, origin: Origin? = nil
  ) throws -> OutboxEntry {
    try OutboxEntry.handingBack(
      lost, EditIDs(maker.new()), base: base.encoded, chain: [lost.id], origin: origin,
      state: .ready, coding: maker.coding)
  }

  @Test func whatWasMadeFromWhatIsSharedIsAnEditAsItWas() throws {
    let base = try maker.revision("TOPIC")
    let lost = try maker.next(base, name: "Lost")
    let entry = try handed(lost, on: base)
    #expect(entry.ours == lost && entry.ancestors.isEmpty && entry.behind == [lost.id])
  }

  @Test func whateverElseWasLostStandsBehindWhatIsMadeOfIt() throws {
    let base = try maker.revision("TOPIC")
    let between = try maker.next(base, name: "Lost, and not here")
    let lost = try maker.next(between, name: "Lost")
    let entry = try handed(lost, on: base)
    let revision = try maker.coding.decode(entry.ours.bytes)
    #expect(revision.parent == base.id && revision.secondParent == lost.id)
    #expect(entry.ancestors == [lost.id] && entry.behind == [lost.id])
    let office = try #require(OfficeID("NYC"))
    let origin = Origin(office: office, author: "B", time: Timestamp(milliseconds: 3))
    let foreign = try handed(try maker.next(base, name: "Lost"), on: base, origin: origin)
    #expect(try maker.coding.decode(foreign.ours.bytes).office == office, "who hands it back")
  }

  @Test func anEditOnWhatWasLostStandsOnWhatIsShared() throws {
    let base = try maker.revision(
      "TOPIC", of: lost.summary.record, [RevisionMaker.name: .text("Base")])
    let pending = maker.ready(try maker.next(lost, name: "Ours"), base: lost)
    let ids = EditIDs(maker.new(), absorbed: [maker.new()])
    let entry = try pending.handingBack(on: base.encoded, chain: [lost.id], ids)
      .standing(by: maker.coding)
    let revision = try maker.coding.decode(entry.ours.bytes)
    #expect(entry.edits == ids.absorbed + [pending.edit, ids.edit] && entry.base == base.encoded)
    #expect(revision.parent == base.id && revision.secondParent == lost.id)
    #expect(revision.state.fields == [RevisionMaker.name: .text("Ours")])
  }

  /// What was lost is named by the edit as it was, which stands behind the new one.
  @Test func aResolutionOfWhatWasLostStandsBehindWhatItBecomes() throws {
    let base = try maker.revision(
      "TOPIC", of: lost.summary.record, [RevisionMaker.name: .text("Base")])
    let side = try maker.next(base, name: "Side")
    let resolution = OutboxEntry(
      edit: maker.new(), base: lost.encoded, ours: try maker.next(lost, name: "Ours"),
      ancestors: [side.id], state: .ready)
    let entry = try resolution.handingBack(
      on: base.encoded, chain: [lost.id], EditIDs(maker.new())
    ).standing(by: maker.coding)
    let revision = try maker.coding.decode(entry.ours.bytes)
    #expect(entry.ancestors == [resolution.ours.id, side.id])
    #expect(revision.parent == base.id && revision.secondParent == resolution.ours.id)
  }
}
