import GRDB
import LiaisonFolder
import LiaisonModel
import LiaisonSync
import Synchronization
import TestSupport
import Testing

@testable import LiaisonSQLite

/// What a push costs the log, in statements and in facts: counted, not timed.
struct ChangeLogCostTests {
  let scratch: Scratch
  let maker: AreaMaker
  let log: SQLiteChangeLog

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 4)
    let directory = DataDirectory(scratch.folder("hq"), role: .server)
    try SQLiteChangeLog.create(
      directory, register: maker.newID(), schema: TestRegister.schema(),
      coding: maker.coding)
    log = try SQLiteChangeLog(directory, coding: maker.coding)
  }

  /// The edits of one push: goals that refer to others before and after them in the batch.
  private func goals(_ count: Int, references: Int) throws -> [Revision] {
    let ids: [RecordID] = (0..<count).map { _ in maker.newID() }
    return try ids.enumerated().map { number, id in
      let targets = (1...references).map { ids[(number + $0) % count] }
      return try maker.goal("SDG-\(number)", record: id, aligned: Set(targets))
    }
  }

  private func statements(of body: () async throws -> Void) async throws -> Int {
    let counted = Counter()
    try await log.database.writeWithoutTransaction { db in
      db.trace(options: .statement) { _ in counted.add() }
    }
    try await body()
    try await log.database.writeWithoutTransaction { $0.trace(options: .statement, nil) }
    return counted.value
  }

  @Test func factsTakeAHandfulOfStatementsWhateverTheBatch() async throws {
    var counts: [Int: Int] = [:]
    for size in [1, 100, 1000] {
      let revisions = try goals(size, references: min(size, 50))
      let plan = CommitRule(office: maker.office, schema: try TestRegister.schema()).plan(
        try revisions.map { try maker.candidate($0) })
      counts[size] = try await statements {
        _ = try await log.transaction { try $0.facts(for: plan.question) }
      }
    }
    // BEGIN and COMMIT; whether it is here, the schema, edits, records, codes, and no chains.
    #expect(counts == [1: 7, 100: 7, 1000: 7])
  }

  @Test func anEditCostsTwoStatementsAndABatchEight() async throws {
    for size in [100, 200, 400, 1000] {
      let log = log
      let revisions = try goals(size, references: 20).map { goal in
        try maker.goal(
          "N\(size)-\(goal.state.code)", record: goal.record,
          aligned: goal.state.references)
      }
      let count = try await statements {
        let outcomes = try await log.push(revisions, maker)
        #expect(outcomes.allSatisfy { $0.committed != nil })
      }
      // BEGIN, whether it is here, the schema, three facts, the head, COMMIT.
      #expect(count == 2 * size + 8)
    }
  }

  @Test func whatIsLoadedGrowsWithTheEditsAndTheirReferences() async throws {
    _ = try await log.push(goals(1000, references: 1), maker)
    var counts: [Int] = []
    for size in [100, 200, 400] {
      let revisions = try goals(size, references: 50)
      let plan = CommitRule(office: maker.office, schema: try TestRegister.schema()).plan(
        try revisions.map { try maker.candidate($0) })
      counts.append(try await log.facts(for: plan.question).count)
    }
    // The codes SDG-0 … are taken: one holder for each edit, and nothing else is in the log.
    #expect(counts == [100, 200, 400])
  }
}

private final class Counter: Sendable {
  private let count = Mutex(0)
  func add() { count.withLock { $0 += 1 } }
  var value: Int { count.withLock { $0 } }
}
