import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What every change log keeps to. Each test opens the log anew from where it is kept.
@Suite struct ChangeLogContract {
  let scratch: Scratch
  let maker: AreaMaker

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 3)
  }

  private struct Stop: Error {}

  @Test(arguments: LogMaker.allCases)
  func aNewLogIsEmptyAndHoldsItsSchema(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let status = try await log.status()
    #expect(status.head == LogChain(of: status.register, maker.coding).end)
    #expect(try status.schema == TestRegister.schema())
    let batch = try await log.changes(after: .zero, limit: BatchLimit())
    #expect(batch == LogBatch(changes: [], through: status.head, isLast: true))
    #expect(try await log.count(after: .zero) == RecordCount(all: 0, live: 0))
    try await log.checkIntegrity()
  }

  @Test(arguments: LogMaker.allCases)
  func whatWasCommittedIsThereAfterOpeningAnew(_ kind: LogMaker) async throws {
    let open = try await kind.make(in: scratch, maker)
    let filed = try maker.coding.encode(maker.area("FTF"))
    let edit: EditID = maker.newID()
    let committed = Committed(position: LogPosition(1), revision: filed.id)
    let verdicts = try await open().commit(CommitQuestion()) { _ in
      [CommitDecision(edit: edit, action: .append(LogAddition(filed, links: Links())))]
    }
    #expect(verdicts == [Verdict(edit: edit, outcome: .committed(committed))])
    let log = try await open()
    let batch = try await log.changes(after: .zero, limit: BatchLimit())
    let change = Change(position: LogPosition(1), bytes: filed.bytes, edits: EditIDs(edit))
    #expect(batch.changes == [change])
    var question = CommitQuestion()
    question.edits = [edit, maker.newID()]
    let known = [edit: FiledEdit(committed: committed, record: filed.summary.record)]
    #expect(try await log.facts(for: question).known == known)
    #expect(try await log.committed(question.edits) == known)
    #expect(try await log.committed([]).isEmpty)
  }

  @Test(arguments: LogMaker.allCases)
  func itKnowsTheOfficesThatItIsAskedFor(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let ids = try ["LYO", "NYC", "VIE"].map { try #require(OfficeID($0)) }
    for id in ids.prefix(2) { try await log.add(Office(id: id, name: "N")) }
    var question = CommitQuestion()
    #expect(try await log.facts(for: question).offices.isEmpty)
    question.offices = Set(ids.suffix(2))
    #expect(try await log.facts(for: question).offices == [ids[1]])
  }

  @Test(arguments: LogMaker.allCases)
  func aBatchHoldsTheLatestRevisionOfARecordOnly(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let first = try maker.area("FTF")
    let second = try maker.area("FTF", name: "B", record: first.record, parent: maker.id(of: first))
    let other = try maker.area("NEXUS")
    for revision in [first, other, second] { _ = try await log.append([revision], maker) }
    let batch = try await log.changes(after: .zero, limit: BatchLimit())
    #expect(try batch.changes.map(\.bytes) == [other, second].map { try maker.edit($0).bytes })
    #expect(try await batch.through == log.status().head && batch.isLast)
    #expect(try await log.count(after: LogPosition(2)) == RecordCount(all: 1, live: 1))
    _ = try await log.append([maker.deletion(of: second)], maker)
    #expect(try await log.count(after: .zero) == RecordCount(all: 2, live: 1))
  }

  @Test(arguments: LogMaker.allCases)
  func batchesEndAtTheLimitsAndGoOnWithoutGapOrRepeat(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    _ = try await log.append((10..<35).map { try maker.area("AREA-\($0)") }, maker)
    for limit in [
      BatchLimit(count: 7), BatchLimit(count: 100, bytes: 300), BatchLimit(count: 25),
      BatchLimit(count: 0), BatchLimit(count: -3, bytes: -1), BatchLimit(bytes: 0),
    ] {
      var positions: [Int64] = []
      var batch = try await log.changes(after: .zero, limit: limit)
      positions += batch.changes.map(\.position.number)
      while !batch.isLast {
        batch = try await log.changes(after: batch.through.position, limit: limit)
        #expect(batch.changes.count <= max(limit.count, 1))
        positions += batch.changes.map(\.position.number)
      }
      #expect(positions == Array(1...25))
    }
  }

  @Test(arguments: LogMaker.allCases)
  func thereIsNothingPastTheHead(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let batch = try await log.changes(after: LogPosition(9), limit: BatchLimit())
    #expect(try await batch == LogBatch(changes: [], through: log.status().head, isLast: true))
  }

  @Test(arguments: LogMaker.allCases)
  func aRuleThatThrowsLeavesNothing(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    await #expect(throws: Stop.self) {
      _ = try await log.commit(CommitQuestion()) { _ in throw Stop() }
    }
    let filed = try maker.coding.encode(maker.area("FTF"))
    let edit: EditID = maker.newID()
    await #expect(throws: Stop.self) {
      try await log.transaction { transaction in
        let decision = CommitDecision(edit: edit, action: .append(LogAddition(filed, links: nil)))
        #expect(try transaction.append([decision]).count == 1)
        var question = CommitQuestion()
        question.records = [filed.summary.record]
        #expect(try transaction.facts(for: question).heads.count == 1, "it sees what it did")
        throw Stop()
      }
    }
    #expect(try await log.status().head.position == .zero)
    #expect(try await log.push([maker.area("NEXUS")], maker)[0].committed?.position.number == 1)
  }

  @Test(arguments: LogMaker.allCases)
  func factsAreThoseThatWereAskedFor(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let (live, gone, other) = (
      try maker.area("FTF"), try maker.area("GONE"), try maker.area("OTHER")
    )
    let unknown: RecordID = maker.newID()
    _ = try await log.append([live, gone, other, maker.deletion(of: gone)], maker)
    var question = CommitQuestion()
    var empty = CommitFacts()
    empty.schema = try await log.status().filedSchema.mark
    #expect(try await log.facts(for: question) == empty)
    question.records = [live.record, gone.record, unknown]
    question.codes = [live.state.code, gone.state.code]
    let facts = try await log.facts(for: question)
    #expect(facts.holders == [live.state.code: live.record], "a deleted record frees its code")
    #expect(facts.heads.count == 2)
    #expect(
      try facts.heads[live.record]
        == LogHead(
          revision: maker.id(of: live), kind: live.kind, code: live.state.code, isDeleted: false))
    #expect(facts.heads[gone.record]?.isDeleted == true)
  }

  @Test(arguments: LogMaker.allCases)
  func linksAreFollowedToTheirEndAndReplacedWithTheirRecord(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let row = try (0..<200).map { try maker.area("ROW-\($0)") }
    for (from, to) in zip(row, row.dropFirst()) {
      let links = Links([
        TestRegister.parent: [to.record],
        TestRegister.after: [row[0].record, row[1].record].sorted(),
      ])
      _ = try await log.append([from], maker, links: links)
    }
    var question = CommitQuestion()
    question.chains = [row[100].record]
    let found = try await log.facts(for: question).links
    #expect(found.count == 199)
    #expect(found[row[100].record]?[TestRegister.after] == [row[0].record, row[1].record].sorted())
    let next = try maker.area("ROW-150", record: row[150].record, parent: maker.id(of: row[150]))
    _ = try await log.append([next], maker, links: nil)
    #expect(try await log.facts(for: question).links.count == 199, "nil leaves them")
    let last = try maker.area("ROW-150", record: row[150].record, parent: maker.id(of: next))
    _ = try await log.append([last], maker, links: Links())
    let facts = try await log.facts(for: question)
    #expect(facts.links.count == 150 && facts.links[row[150].record] == nil)
  }

  @Test(arguments: LogMaker.allCases)
  func entriesComeInTheOrderOfTheirRecords(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let areas = try (10..<20).map { try maker.area("AREA-\($0)") }
    _ = try await log.append(areas.reversed(), maker)
    let next = try maker.area(
      "NEXT", record: areas[0].record, parent: maker.id(of: areas[0]), partOf: areas[1].record)
    let links = Links([TestRegister.parent: [areas[1].record]])
    _ = try await log.append([next], maker, links: links)
    let kept = Collected<KeptRevision>()
    try await log.forEachRevision { kept.add($0) }
    let expected = [areas[0], next] + areas.dropFirst()
    #expect(try kept.all.map(\.encoded.id) == expected.map { try maker.id(of: $0) })
    #expect(kept.all.map(\.position.number) == [10, 11] + (1...9).reversed())
    #expect(kept.all.map(\.filed) == [nil] + expected.dropFirst().map { RevisionSummary($0) })
    #expect(kept.all.map(\.links) == [Links(), links] + Array(repeating: Links(), count: 9))
  }

  @Test(arguments: LogMaker.allCases)
  func batchesOfManyCallersAreEachDecidedOnWhatTheOthersLeft(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let maker = maker
    // Thirty-two callers want one code, and each a code of its own.
    let outcomes = try await withThrowingTaskGroup(of: [Verdict.Outcome].self) { group in
      for caller in 0..<32 {
        group.addTask {
          try await log.push([maker.area("ALL"), maker.area("OWN-\(caller)")], maker)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { $0[0].committed != nil } == 1)
    #expect(outcomes.allSatisfy { $0[1].committed != nil })
    let positions = outcomes.joined().compactMap(\.committed?.position.number).sorted()
    #expect(positions == Array(1...33), "no gap and no position twice")
  }

  @Test(arguments: LogMaker.allCases)
  func aCallerWhoseRuleThrowsSpoilsNoOther(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let maker = maker
    let committed = try await withThrowingTaskGroup(of: Int.self) { group in
      for caller in 0..<20 {
        group.addTask {
          if caller.isMultiple(of: 2) {
            return try await log.push([maker.area("OWN-\(caller)")], maker).count {
              $0.committed != nil
            }
          }
          await #expect(throws: Stop.self) {
            _ = try await log.commit(CommitQuestion()) { _ in throw Stop() }
          }
          return 0
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(committed == 10)
    #expect(try await log.status().head.position == LogPosition(10))
  }

  @Test(arguments: LogMaker.allCases)
  func anOfficeIsAddedOnceAndListedInOrder(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let lyon = Office(id: try AreaMaker("LYO").office, name: "Lyon")
    let vienna = Office(id: maker.office, name: "Vienna")
    try await log.add(vienna)
    try await log.add(lyon)
    await #expect(throws: StoreError.exists("the register has an office VIE already")) {
      try await log.add(Office(id: vienna.id, name: "Again"))
    }
    #expect(try await log.offices() == [lyon, vienna])
    #expect(try await log.office(vienna.id) == vienna)
    #expect(try await log.office(AreaMaker("NYC").office) == nil)
  }
}
