import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// Batches of several callers that are committed together.
@Suite(.offPool(.databases), .mustEnd) struct SharedCommitTests {
  let register: DatabaseRegister

  init() async throws {
    register = try await DatabaseRegister(on: PostgresServer.shared.get(), seed: 45)
  }

  /// - Parameter spoiled: a batch that fails; it comes with ten that do not.
  private func push(
    with spoiled: @escaping @Sendable (PostgresChangeLog) async throws -> Void
  ) async throws {
    let log = try await register.open()
    let (entered, left) = (Gate(), Stile())
    let register = register
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { left.open() }
      // All others come while the first has the register.
      group.addTask {
        _ = try await register.push(register.candidate("FIRST"), to: log) {
          entered.open()
          try left.pass()
        }
      }
      try await entered.wait()
      for number in 0..<20 {
        group.addTask {
          guard number.isMultiple(of: 2) else { return try await spoiled(log) }
          let outcome = try await register.push(register.candidate("OWN-\(number)"), to: log)
          #expect(outcome.committed != nil)
        }
      }
      left.open()
      try await group.waitForAll()
    }
    #expect(try await log.status().head.position.number == 11)
  }

  /// The rules never ask for it; what is asked for against them is its own caller's fault only.
  @Test func oneThatTheDatabaseRefusesSpoilsNoOthers() async throws {
    let maker = register.maker
    try await push { log in
      let two = try ["SAME", "SAME"].map { code in
        CommitDecision(
          edit: maker.newID(),
          action: .append(LogAddition(try maker.coding.encode(maker.area(code)), links: nil)))
      }
      await #expect(throws: StoreError.self) {
        _ = try await log.commit(CommitQuestion()) { _ in two }
      }
    }
    try await register.open().checkIntegrity()
  }

  @Test func aDamagedRowSpoilsOnlyWhoAsksForIt() async throws {
    let damaged: RecordID = register.maker.newID()
    try register.sql(
      """
      INSERT INTO change (position, prefix, record, revision, bytes)
        SELECT 1000, prefix, '\(damaged)', prefix, '' FROM register;
      INSERT INTO record (record, kind, code, is_deleted, head)
        VALUES ('\(damaged)', 4, 'not a code', true, 1000)
      """)
    try await push { log in
      var question = CommitQuestion()
      question.records = [damaged]
      let asked = question
      await #expect(throws: StoreError.self) {
        _ = try await log.commit(asked) { _ in [] }
      }
    }
    try register.sql(
      "DELETE FROM record WHERE head = 1000; DELETE FROM change WHERE position = 1000")
    try await register.open().checkIntegrity()
  }
}
