import GRDB
import LiaisonFolder
import LiaisonModel
import LiaisonSync
import Synchronization
import TestSupport
import Testing

@testable import LiaisonSQLite

/// What those who run a server are told of its store.
struct OperationFactsTests {
  let scratch: Scratch
  let maker: AreaMaker
  let register: RegisterID
  let log: SQLiteChangeLog

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 4)
    register = maker.newID()
    let directory = DataDirectory(scratch.folder("hq"), role: .server)
    try SQLiteChangeLog.create(
      directory, register: register, schema: TestRegister.schema(), coding: maker.coding)
    // One connection, whose statements can be counted.
    log = try SQLiteChangeLog(DatabaseQueue(path: directory.databasePath), coding: maker.coding)
  }

  private func enrol(_ count: Int, after others: Int = 0) async throws -> [ReplicaID] {
    let ids: [ReplicaID] = (0..<count).map { _ in maker.newID() }
    let office = maker.office
    try await log.change { roster in
      try roster.put(Office(id: office, name: "Vienna"))
      for (number, id) in zip(others..., ids) {
        let key = [UInt8(number >> 8), UInt8(number & 0xFF)] + Array(repeating: 7, count: 30)
        guard let key = Fingerprint(key) else { throw StoreError.damaged("a fingerprint") }
        try roster.put(
          EnrolledReplica(
            id: id, office: office, number: number + 1, note: "", key: key,
            enrolled: Timestamp(milliseconds: 1), expires: Timestamp(milliseconds: 2)))
      }
    }
    return ids
  }

  @Test func anEmptyRegisterHasNoReplicaAndNoBackup() async throws {
    let facts = try await log.operation()
    #expect(facts.register == register && facts.head == .zero && !facts.isHealing)
    #expect(facts.replicas.isEmpty && facts.backup == nil && facts.missing == 0)
  }

  @Test func itTellsOfReplicasAndOfTheLastProvenBackup() async throws {
    let ids = try await enrol(2)
    var sighting = ReplicaSighting(called: Timestamp(milliseconds: 5), peer: "")
    sighting.sent = LogPosition(3)
    try await log.put([ids[1]: sighting])
    for (position, file) in [(3, "a.sqlite"), (4, "b.sqlite")] {
      try await log.change {
        try $0.note(
          AuditEntry(
            time: Timestamp(milliseconds: Int64(position)), .backedUp, "\(position)", by: "x",
            note: file))
      }
    }
    try await log.setHealing(true)
    let facts = try await log.operation()
    #expect(facts.isHealing && facts.replicas.map(\.replica.id) == ids)
    #expect(facts.replicas.map(\.sighting) == [nil, sighting])
    #expect(facts.replicas.map { $0.lag(behind: LogPosition(4)) } == [4, 1])
    let last = ProvenBackup(
      time: Timestamp(milliseconds: 4), position: LogPosition(4), file: "b.sqlite")
    #expect(facts.backup == last)
  }

  @Test func itTakesAsManyStatementsForAThousandReplicasAsForOne() async throws {
    var counts: [Int] = []
    for (others, count) in [(0, 1), (1, 999)] {
      _ = try await enrol(count, after: others)
      let counted = Mutex(0)
      try await log.database.writeWithoutTransaction { db in
        db.trace(options: .statement) { _ in counted.withLock { $0 += 1 } }
      }
      _ = try await log.operation()
      try await log.database.writeWithoutTransaction { $0.trace(options: .statement, nil) }
      counts.append(counted.withLock { $0 })
    }
    #expect(counts[0] == counts[1] && counts[0] < 12, "\(counts)")
  }
}
