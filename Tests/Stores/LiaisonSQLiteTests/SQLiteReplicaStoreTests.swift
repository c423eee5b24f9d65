import GRDB
import LiaisonFolder
import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonSQLite

/// What only a store in a file can get wrong.
struct SQLiteReplicaStoreTests {
  private static let sqlite = ReplicaStoreMaker("SQLite") { try ReplicaStoreMaker.sqlite($0, $1) }

  private func level(_ transaction: any ReplicaTransaction) throws -> Int? {
    let database = try #require(transaction as? SQLiteReplicaTransaction).db
    return try Int.fetchOne(database, sql: "PRAGMA synchronous")
  }

  @Test func aTransactionIsAsDurableAsItWasAskedFor() async throws {
    let kept = try await KeptReplica(Self.sqlite)
    // Statements are kept: each time, the level must follow.
    for _ in 1...3 {
      #expect(try await kept.store.write(.durable) { try level($0) } == 2)
      #expect(try await kept.store.write(.durable) { try level($0) } == 2)
      #expect(try await kept.store.write(.repeatable) { try level($0) } == 1)
    }
    await #expect(throws: StoreError.changed) {
      try await kept.store.write(.repeatable) { _ in throw StoreError.changed }
    }
    #expect(try await kept.store.write(.durable) { try level($0) } == 2)
  }

  @Test func whatWasKeptIsThereWhenItIsOpenedAgain() async throws {
    let kept = try await KeptReplica(Self.sqlite)
    let entries = try kept.everyState()
    for entry in entries { try await kept.put(entry) }
    let again = try SQLiteReplicaStore(
      DataDirectory(kept.scratch.folder("vienna"), role: .replica),
      coding: PlainSchemaCoding([kept.maker.schema]))
    for entry in entries {
      #expect(try await again.read { try $0.record(entry.record)?.pending } == entry)
    }
    let identity = try await kept.store.identity()
    #expect(try await again.identity() == identity)
  }

  @Test func aReaderCannotWrite() async throws {
    let kept = try await KeptReplica(Self.sqlite)
    await #expect(throws: StoreError.self) {
      try await kept.store.read { reader in
        try #require(reader as? SQLiteReplicaTransaction).setAddress("elsewhere:1")
      }
    }
    #expect(try await kept.store.identity().address == ReplicaStoreMaker.address)
  }

  @Test func whatSQLiteShouldNeverHoldIsRefusedByItsLayout() async throws {
    let kept = try await KeptReplica(Self.sqlite)
    try await kept.put(kept.maker.ready(try kept.maker.revision()))
    for change in [
      "state = 9", "state = 2", "state = 4", "theirs = zeroblob(32)", "reason = 'x'",
      "base_revision = zeroblob(32)", "next_edit = zeroblob(16)", "edit = zeroblob(3)",
    ] {
      await #expect(throws: StoreError.self, "\(change)") {
        try await kept.store.write(.durable) { transaction in
          let database = try #require(transaction as? SQLiteReplicaTransaction).db
          try database.execute(sql: "UPDATE outbox SET \(change)")
        }
      }
    }
  }

  @Test(arguments: [
    "UPDATE replica SET records = records + 1",
    "INSERT INTO link (target, record) VALUES (zeroblob(16), 99)",
    "INSERT INTO history (record, position, revision, bytes) VALUES (99, 1, zeroblob(32), x'')",
  ])
  func whatIsDerivedIsHeldAgainstTheRecords(_ wrong: String) async throws {
    let kept = try await KeptReplica(Self.sqlite)
    try await kept.apply(kept.maker.entry(1, try kept.maker.revision()))
    try await kept.store.checkIntegrity()
    let path = kept.scratch.folder("vienna") + "/replica.sqlite"
    try await DatabaseQueue(path: path).writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA foreign_keys = OFF")
      try db.execute(sql: wrong)
    }
    await #expect(throws: StoreError.self) { try await kept.store.checkIntegrity() }
  }

  @Test func aValueThatIsNoneOfItsColumnsIsDamageAndNoTrap() throws {
    try DatabaseQueue().read { db in
      let sql = "SELECT NULL, 'text', -1, 5, CAST(x'FF' AS TEXT), x'01'"
      var rows = 0
      try PreparedStatement(db, sql).forEach { row in
        rows += 1
        #expect(throws: StoreError.self) { try row.value(0) as Int64 }
        #expect(throws: StoreError.self) { try row.value(1) as Int64? }
        #expect(throws: StoreError.self) { try row.value(2) as UInt32 }
        #expect(throws: StoreError.self) { try row.value(4) as String }
        #expect(throws: StoreError.self) { try row.value(5) as RecordID }
        #expect(throws: StoreError.self) { try row.value(5) as RevisionID? }
        #expect(throws: StoreError.self) { _ = try row.code(1) }
        let (none, five): (Int64?, UInt32) = (try row.value(0), try row.value(3))
        #expect(none == nil && five == 5)
      }
      #expect(rows == 1)
    }
  }

  @Test func whatIsBoundIsReadAsItWas() throws {
    var random = Seeded(1)
    let id = UUIDv7(milliseconds: 1, random: &random)
    try DatabaseQueue().read { db in
      let statement = try PreparedStatement(db, "SELECT ?, ?, ?, ?, ?, ?")
      for (text, bytes) in [("", []), ("a\0é", [0, 0xFF]), ("b", [])] as [(String, [UInt8])] {
        let read = try statement.bound(
          text, bytes, Int64.min, true, nil as String?, RecordID(id)
        ).first { row in
          try row.value(0) == text && row.value(1) == bytes && row.value(2) == Int64.min
            && row.value(3) == true && row.value(4) as String? == nil
            && row.value(5) == RecordID(id)
        }
        #expect(read == true, "\(text)")
      }
    }
  }

  @Test func aStatementThatWasLeftEarlyBeginsAnew() throws {
    struct Left: Error {}
    try DatabaseQueue().read { db in
      let numbers = try PreparedStatement(db, "SELECT value FROM json_each('[1,2,3]')")
      #expect(throws: Left.self) { try numbers.forEach { _ in throw Left() } }
      let first: Int? = try numbers.first { try $0.value(0) }
      let all: [Int] = try numbers.all { try $0.value(0) }
      #expect(first == 1 && all == [1, 2, 3])
    }
  }

  @Test func aRecordsEditsAreReadWithoutTheirBytes() async throws {
    let kept = try await KeptReplica(Self.sqlite)
    let names = try await kept.store.write(.durable) { transaction in
      let database = try #require(transaction as? SQLiteReplicaTransaction).db
      return try database.columns(in: "outbox").map(\.name)
    }
    #expect(names.suffix(3) == ["base_bytes", "bytes", "next_bytes"])
  }

  @Test func whatAReplicaSaysOfItselfCostsAsManyStatementsForAnyOutbox() async throws {
    let kept = try await KeptReplica(Self.sqlite)
    var costs: Set<Int> = []
    for number in 1...50 {
      try await kept.put(kept.maker.ready(try kept.maker.revision("TOPIC-\(number)")))
      let cost = try await kept.store.read { reader in
        let database = try #require(reader as? SQLiteReplicaTransaction).db
        var count = 0
        database.trace { _ in count += 1 }
        defer { database.trace(nil) }
        let report = ReplicaReport(
          try reader.counts(), try reader.edits(), at: Timestamp(milliseconds: 0), client: "")
        #expect(report.waiting == number)
        return count
      }
      costs.insert(cost)
    }
    #expect(costs == [3])
  }

  /// The hot path of a clone: two statements for 32 records, and two for the batch.
  @Test func newRecordsOfABatchShareTheirStatements() async throws {
    let kept = try await KeptReplica(Self.sqlite)
    let entries = try (1...100).map {
      kept.maker.entry(Int64($0), try kept.maker.revision("TOPIC-\($0)"))
    }
    let count = try await kept.store.write(.repeatable) { transaction in
      let database = try #require(transaction as? SQLiteReplicaTransaction).db
      var count = 0
      database.trace { _ in count += 1 }
      try transaction.apply(entries, through: .test(100))
      database.trace(nil)
      return count
    }
    #expect(count == 4 * 2 + 2)
  }
}
