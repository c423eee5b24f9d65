import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import TestSupport
import Testing

/// What every change log keeps of the schemas that became its register's: entries like the others.
@Suite struct ChangeLogSchemaContract {
  let scratch: Scratch
  let maker: AreaMaker
  let register: Schema

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 12)
    register = try TestRegister.schema()
  }

  private func filed(_ version: UInt32) throws -> FiledSchema {
    try maker.coding.encode(Schema(version: version, kinds: register.kinds))
  }

  /// A log of an area, a schema, two areas, and another schema.
  private func filled(_ open: @Sendable () async throws -> any ChangeLog) async throws {
    let (second, third) = (try filed(2), try filed(3))
    _ = try await open().append([try maker.area("ONE")], maker)
    let at = try await open().transaction { try $0.append(second) }
    #expect(at.position.number == 2)
    _ = try await open().append([try maker.area("TWO"), try maker.area("THREE")], maker)
    _ = try await open().transaction { try $0.append(third) }
  }

  @Test(arguments: LogMaker.allCases)
  func aSchemaIsAnEntryOfTheLog(_ kind: LogMaker) async throws {
    let open = try await kind.make(in: scratch, maker)
    try await filled(open)
    let log = try await open()
    let status = try await log.status()
    #expect(try status.filedSchema == filed(3))
    #expect(status.schema.version == 3)
    #expect(status.head.position.number == 5)
    #expect(try await log.schemas().map(\.position.number) == [2, 5])
    #expect(try await log.schemas().map(\.filed) == [filed(2), filed(3)])
    #expect(try await log.transaction { try $0.schema() } == filed(3))

    let entries = Collected<Cursor>()
    let names = Collected<RevisionID>()
    try await log.forEachEntry { name, cursor in
      names.add(name)
      entries.add(cursor)
    }
    var chain = LogChain(of: status.register, maker.coding)
    #expect(entries.all == names.all.map { chain.append($0) })
    #expect(try names.all[1] == filed(2).name)
    #expect(try names.all[4] == filed(3).name)
    #expect(try await log.status(among: [entries.all[1]]).shared == entries.all[1])
    try await log.checkIntegrity()
  }

  @Test(arguments: LogMaker.allCases)
  func aBatchTellsOfTheLastSchemaThatItPasses(_ kind: LogMaker) async throws {
    let open = try await kind.make(in: scratch, maker)
    try await filled(open)
    func batch(_ after: Int64, _ count: Int = 9) async throws -> (Int64, FiledSchema?) {
      let batch = try await open().changes(
        after: LogPosition(after), limit: BatchLimit(count: count))
      return (batch.through.position.number, batch.schema)
    }
    #expect(try await batch(0, 1) == (1, nil))
    #expect(try await batch(1, 1) == (3, filed(2)))
    #expect(try await batch(2, 1) == (3, nil))
    #expect(try await batch(0) == (5, filed(3)))
    #expect(try await batch(4) == (5, filed(3)))
    #expect(try await batch(5) == (5, nil))
  }

  @Test(arguments: LogMaker.allCases)
  func theHeadsOfAKindAreHandedOver(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let areas = try (10..<13).map { try maker.area("AREA-\($0)") }
    _ = try await log.append(areas, maker)
    let next = try maker.area(
      "NEXT", record: areas[1].record, parent: maker.id(of: areas[1]))
    _ = try await log.append([next], maker)
    let heads = try await log.transaction { log in
      var heads: [RevisionID] = []
      try log.forEachHead(of: TestRegister.area) { heads.append($0.id) }
      try log.forEachHead(of: KindNumber(200)) { _ in Issue.record("there is no such kind") }
      return heads
    }
    #expect(try Set(heads) == Set([areas[0], next, areas[2]].map { try maker.id(of: $0) }))
  }
}

/// A log that one process has open while another changes its schema.
@Suite struct SharedSchemaTests {
  @Test func aSchemaThatAnotherProcessSetIsSeen() async throws {
    let scratch = try Scratch()
    let maker = try AreaMaker(seed: 13)
    let open = try await LogMaker.sqlite.make(in: scratch, maker)
    let (served, other) = (try await open(), try await open())
    #expect(try await served.status().schema.version == 1)
    let next = try maker.coding.encode(
      Schema(version: 2, kinds: try TestRegister.schema().kinds))
    _ = try await other.transaction { try $0.append(next) }
    #expect(try await served.status().filedSchema == next)
  }
}
