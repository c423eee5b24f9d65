import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// What every change log keeps to. Each test opens the store anew from its folder.
struct ChangeLogContractTests {
  let scratch: Scratch
  let maker: Maker
  let directory: DataDirectory

  init() throws {
    scratch = try Scratch()
    maker = try Maker()
    directory = DataDirectory(scratch.folder("hq"), role: .server)
    try SQLiteChangeLog.create(
      directory, register: RegisterID(maker.uuid()), lineage: Lineage(.max),
      schema: .cooperationRegister, coding: SchemaCodec())
  }

  private func open() throws -> any ChangeLog {
    try SQLiteChangeLog(directory, coding: SchemaCodec())
  }

  private func append(
    _ made: (EncodedRevision, Revision), edit: EditID, to log: any ChangeLog
  ) async throws -> LogPosition {
    try await log.write { try $0.append(made.0, RevisionSummary(made.1), edit: edit) }
  }

  @Test func aNewLogIsEmptyAndHoldsItsSchema() async throws {
    let status = try await open().status()
    #expect(status.head.position == .zero)
    #expect(status.head.lineage == Lineage(.max))
    #expect(status.schema == .cooperationRegister)
    let batch = try await open().changes(after: .zero, limit: BatchLimit())
    #expect(batch.items.isEmpty && batch.isLast)
  }

  @Test func anAppendedRevisionSurvivesReopening() async throws {
    let made = try maker.area("FTF")
    let edit = EditID(maker.uuid())
    #expect(try await append(made, edit: edit, to: open()) == LogPosition(1))
    let log = try open()
    let batch = try await log.changes(after: .zero, limit: BatchLimit())
    #expect(batch.items.map(\.bytes) == [made.0.bytes])
    let accepted = try await log.write { try $0.accepted(edit) }
    #expect(accepted == Committed(position: LogPosition(1), revision: made.0.id))
  }

  @Test func aBatchHoldsTheLatestRevisionOfARecordOnly() async throws {
    let log = try open()
    let first = try maker.area("FTF")
    let second = try maker.area(
      "FTF", name: "Another name", record: first.1.record, parent: first.0.id)
    let other = try maker.area("NEXUS")
    for made in [first, other, second] {
      _ = try await append(made, edit: EditID(maker.uuid()), to: log)
    }
    let batch = try await log.changes(after: .zero, limit: BatchLimit())
    #expect(batch.items.map(\.bytes) == [other.0.bytes, second.0.bytes])
    #expect(batch.through == LogPosition(3))
    #expect(try await log.count(after: LogPosition(2)) == 1)
  }

  @Test func batchesEndAtTheLimitsAndGoOnWithoutGapOrRepeat() async throws {
    let log = try open()
    for number in 10..<35 {
      _ = try await append(
        try maker.area("AREA-\(number)"), edit: EditID(maker.uuid()), to: log)
    }
    for limit in [BatchLimit(count: 7), BatchLimit(count: 100, bytes: 300)] {
      var positions: [Int64] = []
      var through = LogPosition.zero
      var isLast = false
      while !isLast {
        let batch = try await log.changes(after: through, limit: limit)
        #expect(batch.items.count <= limit.count)
        positions += batch.items.map(\.position.number)
        (through, isLast) = (batch.through, batch.isLast)
      }
      #expect(positions == Array(1...25))
    }
  }

  @Test func aFailedTransactionLeavesNothing() async throws {
    struct Stop: Error {}
    let log = try open()
    let made = try maker.area("FTF")
    let edit = EditID(maker.uuid())
    await #expect(throws: Stop.self) {
      try await log.write { transaction in
        _ = try transaction.append(made.0, RevisionSummary(made.1), edit: edit)
        throw Stop()
      }
    }
    #expect(try await log.status().head.position == .zero)
    #expect(try await log.write { try $0.head(of: made.1.record) } == nil)
  }

  @Test func aDeletedRecordFreesItsCode() async throws {
    let log = try open()
    let made = try maker.area("FTF")
    let code = made.1.state.code
    _ = try await append(made, edit: EditID(maker.uuid()), to: log)
    #expect(try await log.write { try $0.holder(of: code) } == made.1.record)
    let gone = try maker.area(
      "FTF", record: made.1.record, parent: made.0.id, isDeleted: true)
    _ = try await append(gone, edit: EditID(maker.uuid()), to: log)
    #expect(try await log.write { try $0.holder(of: code) } == nil)
    #expect(try await log.write { try $0.head(of: made.1.record)?.isDeleted } == true)
  }

  @Test func anOfficeIsAddedOnce() async throws {
    let log = try SQLiteChangeLog(directory, coding: SchemaCodec())
    try log.add(Office(id: maker.office, name: "Vienna"))
    #expect(try await log.office(maker.office)?.name == "Vienna")
    #expect { try log.add(Office(id: maker.office, name: "Again")) } throws: {
      ($0 as? StoreError)?.code == .exists
    }
    #expect(try await log.office(Maker("NYC").office) == nil)
  }
}
