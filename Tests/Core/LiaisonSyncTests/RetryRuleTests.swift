import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// When a refused edit is sent again. Each test refuses an edit at position 10.
struct RetryRuleTests {
  let maker: RevisionMaker
  let store: MemoryReplicaStore
  let refusal = OutboxEntry.Refused(message: "no", position: LogPosition(10))

  init() async throws {
    let maker = try RevisionMaker()
    self.maker = maker
    store = MemoryReplicaStore(office: maker.office, address: "")
    try await store.write(.durable) {
      try $0.adopt(maker.header(maker.new(), schema: maker.schema))
    }
  }

  private func apply(_ position: Int64, _ revision: FiledRevision) async throws {
    let entry = maker.entry(position, revision)
    try await store.write(.durable) { try $0.apply([entry], through: .test(entry.position.number)) }
  }

  private func isDue(_ ours: FiledRevision, _ state: OutboxEntry.State) async throws -> Bool {
    let entry = OutboxEntry(edit: maker.new(), base: nil, ours: ours, state: state)
    let coding = maker.coding
    return try await store.read { try RetryRule(reader: $0, coding: coding).isDue(entry) }
  }

  private func topic(
    _ code: String, of record: RecordID? = nil, under parent: FiledRevision? = nil
  ) throws -> FiledRevision {
    var fields: Fields = [RevisionMaker.name: .text("N")]
    fields[RevisionMaker.parent] = parent.map { .reference($0.summary.record) }
    return try maker.revision(code, of: record, fields)
  }

  @Test func onlyARefusedEditIsEverDue() async throws {
    let ours = try topic("OURS")
    try await apply(11, try maker.next(ours, name: "Moved"))
    for state in [OutboxEntry.State.ready, .inFlight(nil), .conflict(theirs: ours.id)] {
      #expect(try await !isDue(ours, state))
    }
    #expect(try await isDue(ours, .refused(refusal)))
  }

  @Test func aTakenCodeIsDueWhenNoLiveRecordHasItAnyMore() async throws {
    let (ours, holder) = (try topic("CODE"), try topic("CODE"))
    try await apply(1, holder)
    #expect(try await !isDue(ours, .codeTaken(refusal)))
    // Its own head may have the code.
    let next = try maker.next(holder, name: "N")
    #expect(try await isDue(next, .codeTaken(refusal)))
    try await apply(11, try maker.next(holder, name: "N", code: "OTHER"))
    #expect(try await isDue(ours, .codeTaken(refusal)))
  }

  @Test func aCodeIsFreeWhenItsRecordIsDeleted() async throws {
    let (ours, holder) = (try topic("CODE"), try topic("CODE"))
    try await apply(1, holder)
    try await apply(11, try maker.deletion(of: holder))
    #expect(try await isDue(ours, .codeTaken(refusal)))
  }

  /// An edit here that is not accepted does not hold a code in the register.
  @Test func anEditOfThisOfficeDoesNotHoldACode() async throws {
    let (ours, other) = (try topic("CODE"), try topic("CODE"))
    let waiting = maker.ready(other)
    try await store.write(.durable) { try $0.put(waiting) }
    #expect(try await isDue(ours, .codeTaken(refusal)))
  }

  @Test func whatNothingChangedForIsNotDue() async throws {
    let parent = try topic("PARENT")
    try await apply(10, parent)
    #expect(try await !isDue(try topic("OURS", under: parent), .refused(refusal)))
    #expect(try await !isDue(try topic("OURS", under: try topic("ABSENT")), .refused(refusal)))
    try await apply(11, try topic("UNRELATED"))
    #expect(try await !isDue(try topic("OURS", under: parent), .refused(refusal)))
  }

  @Test func whatItRefersToDirectlyOrFurtherOffMakesItDue() async throws {
    let top = try topic("TOP")
    let middle = try topic("MIDDLE", under: top)
    let ours = try topic("OURS", under: middle)
    try await apply(1, top)
    try await apply(2, middle)
    #expect(try await !isDue(ours, .refused(refusal)))
    try await apply(11, try maker.next(top, name: "Moved"))
    #expect(try await isDue(ours, .refused(refusal)))
  }

  @Test func aCircleHasAnEnd() async throws {
    let (one, two) = (try topic("ONE"), try topic("TWO"))
    try await apply(1, try topic("ONE", of: one.summary.record, under: two))
    try await apply(2, try topic("TWO", of: two.summary.record, under: one))
    #expect(try await !isDue(try topic("OURS", under: one), .refused(refusal)))
  }

  /// A chain longer than the rule follows, and an edit that names its far end itself.
  @Test func whatTheEditNamesIsLookedAtHoweverManyThereAre() async throws {
    var chain = [try topic("C-0")]
    for index in 1...(Limits.members + 5) {
      chain.append(try topic("C-\(index)", under: chain[index - 1]))
    }
    for (index, link) in chain.enumerated() { try await apply(Int64(index % 10 + 1), link) }
    let last = try #require(chain.last)
    try await apply(11, try maker.next(chain[0], name: "Moved"))
    #expect(try await !isDue(try topic("FAR", under: last), .refused(refusal)))
    #expect(try await isDue(try topic("NEAR", under: chain[0]), .refused(refusal)))
  }
}
