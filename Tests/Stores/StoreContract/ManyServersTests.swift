import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// Several servers on one database.
struct ManyServersTests {
  @Test func whatTheyCommitAtOnceHasOneOrderWithoutGapsAndOneHolderOfACode() async throws {
    let maker = try AreaMaker(seed: 21)
    let open = try await LogMaker.postgres.make(in: Scratch(), maker)
    let servers = [try await open(), try await open(), try await open()]
    let outcomes = try await withThrowingTaskGroup(of: [Verdict.Outcome].self) { group in
      for caller in 0..<30 {
        group.addTask {
          try await servers[caller % 3].push(
            [maker.area("ALL"), maker.area("OWN-\(caller)")], maker)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { $0[0].committed != nil } == 1)
    #expect(outcomes.allSatisfy { $0[1].committed != nil })
    let positions = outcomes.joined().compactMap(\.committed?.position.number).sorted()
    #expect(positions == Array(1...31))
    try await servers[0].checkIntegrity()
    #expect(try await servers[1].status().head == servers[2].status().head)
  }

  @Test func anEditThatAnotherServerCommittedIsThereAlready() async throws {
    let maker = try AreaMaker(seed: 22)
    let open = try await LogMaker.postgres.make(in: Scratch(), maker)
    let (one, other) = (try await open(), try await open())
    let candidate = try maker.candidate(try maker.area("FTF"))
    let plan = CommitRule(office: maker.office, schema: try TestRegister.schema()).plan([candidate])
    let first = try await one.commit(plan.question) { plan.decide($0) }[0].outcome.committed
    let again = try await other.commit(plan.question) { plan.decide($0) }[0].outcome
    #expect(first != nil && again == first.map { .alreadyCommitted($0) })
  }
}
