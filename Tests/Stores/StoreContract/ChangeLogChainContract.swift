import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What every change log keeps beside its entries: their chain, the edits that they took in, and what
/// stands behind them.
@Suite struct ChangeLogChainContract {
  let scratch: Scratch
  let maker: AreaMaker

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 9)
  }

  @Test(arguments: LogMaker.allCases)
  func editsThatWereTakenInAreFiledUnderThePositionThatTookThem(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let ids: [EditID] = (0..<4).map { _ in maker.newID() }
    let (one, other) = (try maker.area("ONE"), try maker.area("OTHER"))
    for (revision, edit, absorbed) in [(one, ids[0], [ids[1], ids[2]]), (other, ids[3], [ids[1]])] {
      let filed = try maker.coding.encode(revision)
      let addition = LogAddition(
        filed, links: nil, provenance: Provenance(absorbed: absorbed))
      _ = try await log.commit(CommitQuestion()) { _ in
        [CommitDecision(edit: edit, action: .append(addition))]
      }
    }
    let known = try await log.committed(Set(ids))
    #expect(ids.map { known[$0]?.committed.position.number } == [1, 1, 1, 2], "the first stays")
    #expect(known[ids[2]]?.record == one.record)
    #expect(try known[ids[2]]?.committed.revision == maker.id(of: one))
  }

  @Test(arguments: LogMaker.allCases)
  func itKnowsTheRevisionsThatItIsAskedFor(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let areas = try (10..<15).map { try maker.area("AREA-\($0)") }
    _ = try await log.append(Array(areas.prefix(3)), maker)
    var question = CommitQuestion()
    let next = try maker.area(
      "AREA-12", name: "B", record: areas[2].record, parent: maker.id(of: areas[2]))
    _ = try await log.append([next], maker)
    for area in areas.suffix(3) { question.revisions[try maker.id(of: area)] = area.record }
    question.revisions[try maker.id(of: next)] = next.record
    // Of another record it is none.
    question.revisions[try maker.id(of: areas[0])] = areas[1].record
    #expect(
      try await log.facts(for: question).revisions == [
        maker.id(of: areas[2]): Committed(
          position: LogPosition(3), revision: maker.id(of: areas[2])),
        maker.id(of: next): Committed(position: LogPosition(4), revision: maker.id(of: next)),
      ])
  }

  @Test(arguments: LogMaker.allCases)
  func entriesAreChainedAndTheLastPlaceInCommonIsFound(_ kind: LogMaker) async throws {
    let log = try await kind.make(in: scratch, maker)()
    let areas = try (10..<20).map { try maker.area("AREA-\($0)") }
    for part in [areas.prefix(1), areas[1..<7], areas.suffix(3)] {
      _ = try await log.append(Array(part), maker)
    }
    var chain = LogChain(of: try await log.status().register, maker.coding)
    var expected = [chain.end]
    for area in areas { expected.append(chain.append(try maker.id(of: area))) }
    let entries = Collected<Cursor>()
    try await log.forEachEntry { _, cursor in entries.add(cursor) }
    #expect(entries.all == Array(expected.dropFirst()))
    #expect(try await log.status().head == expected[10])
    let batch = try await log.changes(after: .zero, limit: BatchLimit(count: 4))
    #expect(batch.through == expected[4])
    #expect(
      try await log.status(among: [expected[0], expected[7], expected[3]]).shared == expected[7])
    #expect(try await log.status(among: [.test(7), .test(11), expected[0]]).shared == expected[0])
    #expect(try await log.status(among: [.test(0), .test(7), .test(11)]).shared == nil)
    #expect(try await log.status(among: []).shared == nil)
  }

  @Test(arguments: LogMaker.allCases)
  func aRecordsHistoryIsItsEntriesAndWhatStandsBehindThem(_ kind: LogMaker) async throws {
    let open = try await kind.make(in: scratch, maker)
    let one = try maker.area("ONE")
    let next = try maker.area("ONE", name: "B", record: one.record, parent: maker.id(of: one))
    let (side, behind) = (
      try maker.coding.encode(
        maker.area("ONE", name: "S", record: one.record, parent: maker.id(of: one))),
      try maker.coding.encode(maker.area("ONE", name: "T", record: one.record))
    )
    for revision in [one, try maker.area("OTHER")] {
      _ = try await open().append([revision], maker)
    }
    let filed = try maker.coding.encode(next)
    let addition = LogAddition(
      filed, links: nil, provenance: Provenance(ancestors: [side.encoded, behind.encoded]),
      handedBackBy: maker.office)
    let edit: EditID = maker.newID()
    _ = try await open().commit(CommitQuestion()) { _ in
      [CommitDecision(edit: edit, action: .append(addition))]
    }
    let log = try await open()
    let history = try await log.history(of: one.record) { bytes in
      bytes == filed.bytes ? [side.id] : bytes == side.bytes ? [behind.id] : []
    }
    #expect(history.map(\.position.number) == [3, 1, 0, 0])
    #expect(Set(history.suffix(2).map(\.bytes)) == [side.bytes, behind.bytes])
    #expect(try await log.history(of: maker.newID()) { _ in [] }.isEmpty)
    #expect(try await log.latest(1, isHandedBack: false).map(\.handedBackBy) == [maker.office])
    #expect(try await log.latest(9, isHandedBack: true).map(\.position.number) == [3])
    var question = CommitQuestion()
    question.revisions = [side.id: one.record]
    let committed = Committed(position: LogPosition(3), revision: filed.id)
    #expect(try await log.facts(for: question).revisions == [side.id: committed])
  }

  @Test(arguments: LogMaker.allCases)
  func healingStaysOpenUntilItIsClosed(_ kind: LogMaker) async throws {
    let open = try await kind.make(in: scratch, maker)
    #expect(try await open().status().isHealing == false)
    try await open().setHealing(true)
    #expect(try await open().status().isHealing)
    try await open().setHealing(false)
    #expect(try await open().status().isHealing == false)
  }
}
