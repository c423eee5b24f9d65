import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What the entries of one batch give to each other, and what a batch may never do.
@Suite struct ChangeLogBatchContract {
  let scratch: Scratch
  let maker: AreaMaker

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 14)
  }

  /// The record that takes the code comes first, as after a restore: with an edit that leaves its own.
  @Test(arguments: LogMaker.allCases)
  func aCodeGoesOnInTheBatchThatDeletesItsHolder(_ kind: LogMaker) async throws {
    let open = try await kind.make(in: scratch, maker)
    let (holder, taker) = (try maker.area("HELD"), try maker.area("OWN"))
    _ = try await open().push([holder, taker], maker)
    let edited = try maker.area(
      "OWN", name: "B", record: taker.record, parent: maker.id(of: taker))
    let taking = try maker.area("HELD", record: taker.record, parent: maker.id(of: edited))
    let deleted = try maker.deletion(of: holder)
    let outcomes = try await open().push([edited, deleted, taking], maker)
    #expect(outcomes.map { $0.committed?.position.number } == [3, 4, 5])
    var question = CommitQuestion()
    question.codes = [holder.state.code, taker.state.code]
    question.records = [holder.record]
    let facts = try await open().facts(for: question)
    #expect(facts.holders == [holder.state.code: taker.record])
    #expect(facts.heads[holder.record]?.isDeleted == true)
    try await open().checkIntegrity()
  }

  /// The rules never ask for it; the database does not rely on them.
  @Test(arguments: [LogMaker.sqlite, .postgres])
  func whatAnotherHoldsIsRefusedAndNotDropped(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let decisions = try (10..<12).map { number in
      CommitDecision(
        edit: maker.newID(),
        action: .append(
          LogAddition(
            try maker.coding.encode(maker.area("AREA-\(number)")), links: nil,
            keys: [UniqueKey(bytes: [1, 2])])))
    }
    _ = try await log.commit(CommitQuestion()) { _ in [decisions[0]] }
    await #expect(throws: StoreError.self) {
      _ = try await log.commit(CommitQuestion()) { _ in [decisions[1]] }
    }
    #expect(try await log.status().head.position.number == 1)
  }
}
