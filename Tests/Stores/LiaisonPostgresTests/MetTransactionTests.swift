import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// Transactions that meet others, or a disk that is full.
@Suite(.offPool(.databases), .mustEnd) struct MetTransactionTests {
  let register: DatabaseRegister

  init() async throws {
    register = try await DatabaseRegister(on: PostgresServer.shared.get(), seed: 41)
  }

  private static let met = ["40001", "40P01"]

  @Test(arguments: met) func whatMetAnotherIsMadeAgain(state: String) async throws {
    let log = try await register.open()
    try register.failing(with: state, times: 1)
    let outcome = try await register.push(register.candidate("FTF"), to: log)
    #expect(outcome.committed?.position.number == 1)
    #expect(try register.tries() == 2)
    try await log.checkIntegrity()
  }

  @Test(arguments: met) func whatMeetsOthersForEverHasAnEndAndLeavesNothing(state: String)
    async throws
  {
    let log = try await register.open()
    try register.failing(with: state, times: 1000)
    let candidate = try register.candidate("FTF")
    await #expect(throws: StoreError.locked(by: nil)) {
      try await register.push(candidate, to: log)
    }
    #expect(try register.tries() == Tuning.storeTries)
    #expect(try await log.status().head.position == .zero)
    try register.sql("DROP TRIGGER fails ON change")
    #expect(try await register.push(candidate, to: log).committed?.position.number == 1)
  }

  @Test func aChangeOfTheRosterIsMadeAgainToo() async throws {
    let log = try await register.open()
    try register.failing(at: "office", with: "40001", times: 1)
    let office = Office(id: register.maker.office, name: "Vienna")
    try await log.add(office)
    #expect(try await log.offices() == [office])
    #expect(try register.tries() == 2)
  }

  /// A commit that finds no room is not answered, and the next one that does stands once.
  @Test func onAFullDiskNothingIsAcknowledgedAndNothingLost() async throws {
    let log = try await register.open()
    _ = try await register.push(register.candidate("NEXUS"), to: log)
    try register.failing(with: "53100", times: 1)
    let candidate = try register.candidate("FTF")
    await #expect(throws: StoreError.full) { try await register.push(candidate, to: log) }
    #expect(try register.tries() == 1)
    #expect(try await log.status().head.position.number == 1)
    #expect(try await register.push(candidate, to: log).committed?.position.number == 2)
    #expect(try await register.push(candidate, to: log).already?.position.number == 2)
    try await log.checkIntegrity()
  }

  @Test func aTransactionOfSomebodyElsesIsWaitedForInTimeOnly() async throws {
    let log = try await register.open()
    let theirs = try PostgresConnection(register.address())
    try theirs.run([
      Statement("BEGIN"), Statement("SET LOCAL idle_in_transaction_session_timeout = 0"),
      Statement("SELECT 1 FROM register FOR UPDATE"),
    ])
    let candidate = try register.candidate("FTF")
    let start = ContinuousClock.now
    await #expect(throws: StoreError.locked(by: nil)) {
      try await register.push(candidate, to: log)
    }
    #expect(start.duration(to: .now) < SyncLimits.answer)
    #expect(try await log.status().head.position == .zero, "who reads does not wait")
    try theirs.run(Statement("ROLLBACK"))
    #expect(try await register.push(candidate, to: log).committed?.position.number == 1)
  }

  /// A server that stands still in the middle of a commit has the register's row locked.
  @Test func aForgottenTransactionOfOursIsEndedByTheDatabase() async throws {
    let (forgotten, other) = (try await register.open("forgotten"), try await register.open())
    let (entered, left) = (Gate(), Stile())
    let register = register
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { left.open() }
      group.addTask {
        await #expect(
          performing: {
            try await register.push(register.candidate("ONE"), to: forgotten) {
              entered.open()
              try left.pass()
            }
          }, throws: isUnreachable)
      }
      try await entered.wait()
      try await register.server.wait(for: register.sessions("forgotten"), toBe: "0")
      let outcome = try await register.push(register.candidate("OTHER"), to: other)
      #expect(outcome.committed?.position.number == 1)
      left.open()
      try await group.waitForAll()
    }
    let outcome = try await register.push(register.candidate("TWO"), to: forgotten)
    #expect(outcome.committed?.position.number == 2)
    try await other.checkIntegrity()
  }

  /// Two servers that note the same replicas take their rows in one order: neither waits for the other.
  @Test func whatIsSeenOfReplicasIsWrittenInTheirOrder() async throws {
    let log = try await register.open()
    let ids: [ReplicaID] = (0..<40).map { _ in register.maker.newID() }
    try register.sql("INSERT INTO office (code, name, role) VALUES ('VIE', '', 'reader')")
    for (number, id) in ids.enumerated() {
      try register.sql(
        """
        INSERT INTO replica (replica, office, number, note, key, enrolled, expires)
        VALUES ('\(id)', 'VIE', \(number + 1), '', sha256('\(number)'), 0, 0)
        """)
    }
    let seen = ReplicaSighting(called: Timestamp(milliseconds: 8), peer: "")
    try await log.put(Dictionary(ids.map { ($0, seen) }) { first, _ in first })
    let written = try register.sql("SELECT replica FROM sighting ORDER BY ctid")
    #expect(written == ids.sorted().map { "\($0)" }.joined(separator: "\n"))
  }

  /// What reads or writes a whole register may take its time between two statements.
  @Test func aWholeTransactionIsNotTakenForAForgottenOne() async throws {
    let log = try await register.open()
    let seconds = try await log.transaction { transaction in
      let connection = try #require((transaction as? PostgresLogTransaction)?.connection)
      return try ["idle_in_transaction_session_timeout", "statement_timeout"].map {
        try connection.run(Statement("SELECT current_setting($1)", .one($0))).first?.value(0)
          as String?
      }
    }
    #expect(seconds == ["10min", "10min"])
  }
}
