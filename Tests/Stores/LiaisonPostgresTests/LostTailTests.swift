import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// What a server remembers when a standby was promoted that had not got all.
@Suite(.offPool(.databases)) struct LostTailTests {
  let register: DatabaseRegister

  init() async throws {
    register = try await DatabaseRegister(on: PostgresServer.shared.get(), seed: 44)
  }

  private func filed(_ version: UInt32) throws -> FiledSchema {
    try register.maker.coding.encode(
      Schema(version: version, kinds: try TestRegister.schema().kinds))
  }

  /// Otherwise a revocation after the failover would be taken for the change that was lost.
  @Test func anotherRosterHasAnotherGenerationThanTheOneThatWasLost() async throws {
    let log = try await register.open()
    let before = try await log.generation()
    let office = Office(id: register.maker.office, name: "Vienna")
    try await log.change { try $0.put(office) }
    let lost = try await log.generation()
    try register.sql("UPDATE register SET roster = \(before)")
    try await log.change { try $0.put(office) }
    let other = try await log.generation()
    #expect(other != lost && other != before && lost != before)
  }

  @Test func aSchemaAtThePlaceOfOneThatWasLostIsRead() async throws {
    let log = try await register.open()
    let (lost, other) = (try filed(2), try filed(3))
    _ = try await log.transaction { try $0.append(lost) }
    #expect(try await log.status().filedSchema == lost)
    try register.sql(
      """
      UPDATE register SET head = 0, schema_position = 0,
        prefix = (SELECT prefix FROM schema_change WHERE position = 0);
      DELETE FROM schema_change WHERE position = 1
      """)
    _ = try await register.open().transaction { try $0.append(other) }
    #expect(try await log.transaction { try $0.schema() } == other)
    #expect(try await log.status().filedSchema == other)
  }
}
