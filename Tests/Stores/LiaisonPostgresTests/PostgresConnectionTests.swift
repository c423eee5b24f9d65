import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// Statements in one round trip, on a real server.
@Suite(.offPool(.databases)) struct PostgresConnectionTests {
  private func connection() throws -> PostgresConnection {
    try PostgresConnection(PostgresAddress(PostgresServer.shared.get().newPlace()))
  }

  private let fails = Statement("SELECT 1 / $1", .one(Int64(0)))

  @Test func theFirstThatFailsIsToldAndTheConnectionGoesOn() throws {
    let connection = try connection()
    for _ in 1...3 {
      #expect(throws: PostgresFault.refused(state: "22012", "division by zero")) {
        try connection.run([
          Statement("SELECT 1"), fails, Statement("SELECT 2"),
          Statement("SELECT 3 / $1", .one(Int64(0))),
        ])
      }
      let rows = try connection.run([
        Statement("SELECT 4::bigint"), Statement("SELECT $1", .one("five")),
      ])
      #expect(try rows[0].first?.value(0) == Int64(4) && rows[1].first?.value(0) == "five")
    }
  }

  @Test func aTransactionThatFailedIsEnded() throws {
    let connection = try connection()
    #expect(throws: PostgresFault.self) { try connection.run([Statement("BEGIN"), fails]) }
    #expect(connection.recover())
    #expect(try connection.run(Statement("SELECT true")).first?.value(0) == true)
  }

  @Test func aConnectionThatTheServerEndsIsLost() throws {
    let connection = try connection()
    let pid: Int64? = try connection.run(Statement("SELECT pg_backend_pid()::bigint")).first?.value(
      0)
    try PostgresServer.shared.get().sql("SELECT pg_terminate_backend(\(try #require(pid)))")
    #expect { try connection.run(Statement("SELECT 1")) } throws: { error in
      (error as? PostgresFault)?.endsConnection ?? false
    }
    #expect(!connection.recover())
  }

  @Test func whatItWarnsOfIsKeptUntilTheNextRun() throws {
    let connection = try connection()
    let warns = Statement("DO $$ BEGIN RAISE WARNING 'low on room'; END $$")
    for _ in 1...3 {
      try connection.run(warns)
      #expect(connection.warnings == ["low on room"])
    }
    try connection.run(Statement("SELECT 1"))
    #expect(connection.warnings.isEmpty)
    // The others did not come with the commit.
    try connection.run([Statement("BEGIN"), warns])
    try connection.commit()
    try connection.run(Statement("BEGIN"))
    #expect(throws: PostgresFault.doubtful("low on room")) { try connection.commit(after: [warns]) }
  }

  @Test func valuesComeBackAsTheyWent() throws {
    let bytes: [UInt8] = [0, 255, 10]
    let rows = try connection().run(
      Statement(
        "SELECT $1, $2, $3, $4, $5, $6", .one(bytes), .one([UInt8]()), .one("ä\u{1F310}"),
        .all([Int64.min, .max]), .some([Int64?.none, 1]), .one(String?.none)))
    let row = try #require(rows.first)
    #expect(try row.value(0) == bytes && row.value(1) == [UInt8]() && row.value(2) == "ä\u{1F310}")
    #expect(try row.all(3) == [Int64.min, .max] && row.hasNull(5))
    #expect(throws: StoreError.self) { try row.all(4) as [Int64] }
    #expect(throws: StoreError.self) { try row.value(2) as Int64 }
  }
}
