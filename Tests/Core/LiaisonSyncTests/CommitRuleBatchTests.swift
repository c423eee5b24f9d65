import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// The rule on edits of one batch that need each other.
struct CommitRuleBatchTests {
  private let log: TestLog
  private let maker: AreaMaker

  init() throws {
    maker = try AreaMaker(seed: 2)
    log = try TestLog(maker)
  }

  private func ids(_ count: Int) -> [RecordID] { (0..<count).map { _ in maker.newID() } }

  private func next(
    _ revision: Revision, _ code: String, name: String = "B"
  ) throws -> Revision {
    try maker.area(code, name: name, record: revision.record, parent: maker.id(of: revision))
  }

  @Test func newRecordsOfABatchMayReferToEachOtherInAnyOrder() async throws {
    let (one, other) = (ids(1)[0], ids(1)[0])
    let outcomes = try await log.push([
      maker.goal("SDG-1", record: one, aligned: [other]),
      maker.goal("SDG-2", record: other, aligned: [one]),
      maker.goal("SDG-3", aligned: [maker.newID()]),
    ])
    #expect(outcomes.map { $0.committed != nil } == [true, true, false])
    #expect(outcomes[2].refusal == .reference)
  }

  @Test func anEditMayStandOnAnotherOfItsBatch() async throws {
    let first = try maker.area("FTF")
    let second = try next(first, "FTF")
    let third = try next(second, "NEXUS")
    let outcomes = try await log.push([first, second, third])
    #expect(outcomes.compactMap(\.committed?.position.number) == [1, 2, 3])
    let after = try await log.push([next(second, "FTF", name: "C")])
    #expect(after == [.stale(head: try maker.id(of: third))])
  }

  @Test func ofTwoEditsOnOneBaseTheFirstIsCommittedAndTheSecondIsStale() async throws {
    let first = try maker.area("FTF")
    _ = try await log.push([first])
    let one = try next(first, "FTF", name: "B")
    let outcomes = try await log.push([one, next(first, "FTF", name: "C")])
    #expect(outcomes[0].committed != nil)
    #expect(outcomes[1] == .stale(head: try maker.id(of: one)))
  }

  @Test func whatDependsOnARefusedRecordIsRefusedWithIt() async throws {
    let (one, other) = (ids(1)[0], ids(1)[0])
    let outcomes = try await log.push([
      maker.area("FIRST", record: one, partOf: other),
      maker.revision(
        TestRegister.area, "OTHER", record: other, fields: [TestRegister.name: .text("")]),
    ])
    #expect(outcomes.map(\.refusal) == [.reference, .invalid])
    #expect(try await log.head() == 0)
  }

  @Test func twoThatNeedEachOtherAndWantOneCodeFallTogether() async throws {
    let (a, b, c) = (ids(1)[0], ids(1)[0], ids(1)[0])
    let outcomes = try await log.push([
      maker.goal("SDG-1", record: a, aligned: [b]), maker.goal("SDG-1", record: b, aligned: [a]),
      maker.goal("SDG-2", record: c, aligned: [b]),
    ])
    #expect(outcomes.allSatisfy { $0.refusal == .reference || $0.refusal == .codeTaken })
    #expect(try await log.head() == 0)
  }

  @Test func ofTwoThatWantOneCodeTheFirstKeepsItUnlessItFalls() async throws {
    let both = try await log.push([maker.area("FTF"), maker.area("FTF", name: "B")])
    #expect(both[0].committed != nil && both[1].refusal == .codeTaken)
    let lost = try await log.push([
      maker.area("NEXUS", partOf: maker.newID()), maker.area("NEXUS", name: "B"),
    ])
    #expect(lost[0].refusal == .codeTaken && lost[1].committed != nil)
  }

  @Test func aFirstThatFallsOnlyLaterDoesNotKeepItsCodeFromTheSecond() async throws {
    // The third cannot have FTF, so the first, which needs the third, cannot have NEXUS.
    let third = ids(1)[0]
    let outcomes = try await log.push([
      maker.area("NEXUS", partOf: third), maker.area("FTF"), maker.area("NEXUS", name: "B"),
      maker.area("FTF", name: "B", record: third),
    ])
    #expect(outcomes.map { $0.committed != nil } == [false, true, true, false])
    #expect(outcomes[3].refusal == .codeTaken)
  }

  @Test func aCodeIsHandedOnInARow() async throws {
    let row = try (1...50).map { try maker.area("ROW-\($0)") }
    _ = try await log.push(row)
    // Each takes the code of the one after it; the last gives its own up, and comes last.
    let edits = try row.enumerated().map { number, revision in
      try next(revision, "ROW-\(number + 2)")
    }
    #expect(try await log.push(edits).allSatisfy { $0.committed != nil })
  }

  @Test func codesThatAreExchangedAreRefused() async throws {
    let (one, other) = (try maker.area("ONE"), try maker.area("OTHER"))
    _ = try await log.push([one, other])
    let outcomes = try await log.push([next(one, "OTHER"), next(other, "ONE")])
    #expect(outcomes.map(\.refusal) == [.codeTaken, .codeTaken])
    #expect(try await log.head() == 2)
  }

  @Test func aCodeThatADeletionFreesCanBeTakenInItsBatch() async throws {
    let first = try maker.area("FTF")
    _ = try await log.push([first])
    let outcomes = try await log.push([maker.area("FTF", name: "B"), maker.deletion(of: first)])
    #expect(outcomes.compactMap(\.committed?.position.number) == [3, 2])
  }

  @Test func aCircleOfNewRecordsIsRefusedAndWhatIsBesideItIsNot() async throws {
    let (one, other) = (ids(1)[0], ids(1)[0])
    let outcomes = try await log.push([
      maker.area("FIRST", record: one, partOf: other),
      maker.area("OTHER", record: other, partOf: one),
      maker.area("BESIDE"),
      maker.area("ONTO", partOf: one),
    ])
    #expect(outcomes.map(\.refusal) == [.reference, .reference, nil, .reference])
    #expect(try await log.head() == 1)
  }

  @Test func anEditThatOpensACircleMayComeWithTheOneThatWouldCloseIt() async throws {
    let root = try maker.area("ROOT-1")
    let child = try maker.area("CHILD", partOf: root.record)
    _ = try await log.push([root, child])
    let turned = try maker.area(
      "ROOT-1", record: root.record, parent: maker.id(of: root), partOf: child.record)
    #expect(try await log.push([turned]).map(\.refusal) == [.reference])
    let outcomes = try await log.push([turned, next(child, "CHILD")])
    #expect(outcomes.allSatisfy { $0.committed != nil })
  }

  @Test func anOldLinkCountsAgainIfTheEditThatTookItAwayFalls() async throws {
    let root = try maker.area("ROOT-1")
    let child = try maker.area("CHILD", partOf: root.record)
    _ = try await log.push([root, child, maker.area("TAKEN")])
    let turned = try maker.area(
      "ROOT-1", record: root.record, parent: maker.id(of: root), partOf: child.record)
    let outcomes = try await log.push([turned, next(child, "TAKEN")])
    #expect(outcomes.map(\.refusal) == [.reference, .codeTaken])
  }

  @Test func aLongRowOfRefusedReferencesIsRefusedInOnePass() async throws {
    let ids = ids(2000)
    let row = try zip(ids, ids.dropFirst()).enumerated().map { number, pair in
      try maker.goal("SDG-\(number)", record: pair.0, aligned: [pair.1])
    }
    let candidates = try row.map { try maker.candidate($0) }
    let outcomes = try await log.push(candidates)
    #expect(outcomes.count == 1999 && outcomes.allSatisfy { $0.refusal == .reference })
    let last = try maker.candidate(maker.goal("LAST", record: ids[1999]))
    #expect(try await log.push(candidates + [last]).allSatisfy { $0.committed != nil })
  }
}
