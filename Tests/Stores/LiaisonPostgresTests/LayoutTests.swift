import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// What a namespace may hold besides this version's register.
@Suite(.offPool(.databases), .mustEnd) struct LayoutTests {
  let register: DatabaseRegister

  init() async throws {
    register = try await DatabaseRegister(on: PostgresServer.shared.get(), seed: 42)
  }

  private let next = Layout(
    migrations: Layout.current.migrations + ["ALTER TABLE office ADD COLUMN motto text"])

  @Test func aNewerLayoutIsRefusedAlsoByAServerThatIsUnderWay() async throws {
    let log = try await register.open()
    try register.sql("INSERT INTO layout VALUES (99)")
    await #expect(throws: StoreError.newer) { try await register.open() }
    await #expect(throws: StoreError.newer) { try await log.status() }
    await #expect(throws: StoreError.newer) {
      try await log.changes(after: .zero, limit: BatchLimit())
    }
    await #expect(throws: StoreError.newer) {
      try await register.push(register.candidate("FTF"), to: log)
    }
    await #expect(throws: StoreError.newer) {
      try await log.add(Office(id: register.maker.office, name: "Vienna"))
    }
    #expect(try register.sql("SELECT head, (SELECT count(*) FROM office) FROM register") == "0|0")
  }

  /// While a server of the older version commits, the newer ones wait; then one of them migrates.
  @Test func anOlderLayoutIsMigratedOnceBetweenTwoTransactions() async throws {
    let older = try await register.open()
    let (entered, left) = (Gate(), Stile())
    let (register, next) = (register, next)
    try await withThrowingTaskGroup(of: PostgresChangeLog?.self) { group in
      defer { left.open() }
      group.addTask {
        let outcome = try await register.push(register.candidate("FTF"), to: older) {
          entered.open()
          try left.pass()
        }
        #expect(outcome.committed?.position.number == 1)
        return nil
      }
      try await entered.wait()
      for _ in 1...2 { group.addTask { try await register.open("newer", layout: next) } }
      try await register.server.wait(
        for: register.sessions("newer", "wait_event_type = 'Lock' AND wait_event = 'advisory'"),
        toBe: "2")
      left.open()
      var position: Int64 = 1
      while let opened = try await group.next() {
        guard let newer = opened else { continue }
        position += 1
        let outcome = try await register.push(register.candidate("NEW-\(position)"), to: newer)
        #expect(outcome.committed?.position.number == position)
      }
    }
    let versions = "\(next.version - 1)\n\(next.version)"
    #expect(try register.sql("SELECT version FROM layout ORDER BY version") == versions)
    await #expect(throws: StoreError.newer) {
      try await register.push(register.candidate("OLD"), to: older)
    }
    #expect(try register.sql("SELECT head FROM register") == "3")
  }

  @Test func aMigrationThatFailsLeavesTheOlderLayout() async throws {
    let older = try await register.open()
    let broken = Layout(migrations: next.migrations + ["ALTER TABLE nowhere ADD COLUMN a text"])
    await #expect(throws: StoreError.self) { try await register.open(layout: broken) }
    #expect(try register.sql("SELECT version FROM layout") == "\(Layout.current.version)")
    #expect(try await register.push(register.candidate("FTF"), to: older).committed != nil)
    _ = try await register.open(layout: next)
  }

  /// The address leads to another database after a failover, or somebody made the register anew.
  @Test func anotherRegisterInItsPlaceIsNoticedByAServerThatIsUnderWay() async throws {
    let log = try await register.open()
    try register.server.sql("DROP SCHEMA \(register.namespace) CASCADE")
    await #expect(throws: StoreError.self) { try await log.status() }
    try await register.make()
    let other = StoreError.unfit("the database holds another register by now")
    await #expect(throws: other) { try await log.status() }
    await #expect(throws: other) { try await log.changes(after: .zero, limit: BatchLimit()) }
    await #expect(throws: other) { try await register.push(register.candidate("FTF"), to: log) }
    await #expect(throws: other) {
      try await log.add(Office(id: register.maker.office, name: "Vienna"))
    }
    #expect(try register.sql("SELECT head, (SELECT count(*) FROM office) FROM register") == "0|0")
  }

  @Test(arguments: [
    "CREATE TABLE theirs (a int)", "CREATE VIEW theirs AS SELECT 1",
    "CREATE TABLE layout (version bigint); INSERT INTO layout VALUES (0)",
    "CREATE TABLE layout (colour text); CREATE TABLE register (id int)",
    "CREATE TABLE layout (version bigint); CREATE TABLE register (id int)",
    "CREATE TABLE layout (version int); INSERT INTO layout VALUES (1); CREATE TABLE register ()",
    "CREATE TABLE layout (version bigint); INSERT INTO layout VALUES (0), (-1); CREATE TABLE register ()",
    "CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
  ])
  func whatSomebodyElseKeepsThereStaysAsItIs(_ theirs: String) async throws {
    let place = register.server.newPlace()
    let (address, coding) = (try PostgresAddress(place), register.maker.coding)
    try register.server.sql(
      "CREATE SCHEMA \(address.namespace); SET search_path TO \(address.namespace); \(theirs)")
    let held = """
      SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = '\(address.namespace)'::regnamespace),
        (SELECT count(*) FROM pg_proc WHERE pronamespace = '\(address.namespace)'::regnamespace)
      """
    let before = try register.server.sql(held)
    await #expect(throws: StoreError.self) { try await PostgresChangeLog(address, coding: coding) }
    let id: RegisterID = register.maker.newID()
    await #expect(throws: StoreError.self) {
      try await PostgresChangeLog.create(
        address, register: id, schema: TestRegister.schema(), coding: coding)
    }
    #expect(try register.server.sql(held) == before)
  }
}
