import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// What every replica store keeps to.
struct ReplicaStoreContractTests {
  let scratch: Scratch
  let maker: Maker
  let store: SQLiteReplicaStore
  let register: RegisterID

  init() async throws {
    scratch = try Scratch()
    maker = try Maker()
    register = RegisterID(maker.uuid())
    let directory = DataDirectory(scratch.folder("vienna"), role: .replica)
    try SQLiteReplicaStore.create(directory, office: maker.office, address: "127.0.0.1:1")
    store = try SQLiteReplicaStore(directory, coding: SchemaCodec())
    try await store.adopt(
      PullHeader(
        register: register,
        head: Cursor(lineage: Lineage(7), position: LogPosition(0)), schemaVersion: 1,
        schema: .cooperationRegister, limits: ServerLimits()))
  }

  private func apply(_ changes: [Change]) async throws {
    try await store.apply(
      PullBatch(changes: changes, through: changes.last?.position ?? .zero, remaining: 0))
  }

  private func pending(_ record: RecordID) async throws -> OutboxEntry? {
    try await store.record(record)?.pending
  }

  private func send(_ entry: OutboxEntry) async throws {
    #expect(try await store.markInFlight([entry.edit: entry.ours]) == [entry.edit])
  }

  @Test func aBatchAndItsCursorAreOne() async throws {
    let made = try maker.area("FTF")
    try await apply([maker.change(3, made)])
    let identity = try await store.identity()
    #expect(identity.cursor?.position == LogPosition(3))
    #expect(identity.register == register && identity.schema == .cooperationRegister)
    #expect(try await store.record(made.1.record)?.head == made.0)
  }

  @Test func applyingABatchAgainIsHarmlessAndAnOlderChangeNeverWins() async throws {
    let first = try maker.area("FTF")
    let second = try maker.area("FTF", name: "B", record: first.1.record, parent: first.0.id)
    try await apply([maker.change(1, first)])
    try await apply([maker.change(2, second)])
    try await apply([maker.change(1, first)])
    #expect(try await store.record(first.1.record)?.head == second.0)
    #expect(try await store.history(of: first.1.record) == [first.0])
    #expect(try await store.identity().cursor?.position == LogPosition(2))
  }

  @Test func aCommittedEditBecomesTheHeadAndMovesTheCursorOverItself() async throws {
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, seen: nil))
    let entry = try #require(try await pending(made.1.record))
    #expect(entry.status == .ready && entry.base == nil)
    try await send(entry)
    #expect(try await pending(made.1.record)?.status == .inFlight)
    let accepted = Committed(position: LogPosition(1), revision: made.0.id)
    #expect(
      try await store.settle([Verdict(edit: entry.edit, outcome: .committed(accepted))]) == 0)
    let record = try #require(try await store.record(made.1.record))
    #expect(record.head == made.0 && record.pending == nil)
    #expect(try await store.identity().cursor?.position == LogPosition(1))
  }

  @Test func anEditOfWhatIsInFlightIsKeptOnTopOfIt() async throws {
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, seen: nil))
    let entry = try #require(try await pending(made.1.record))
    try await send(entry)
    let more = try maker.area("FTF", name: "More", record: made.1.record, parent: made.0.id)
    try await store.save(maker.newEdit(more, seen: made.0.id))
    #expect(try await pending(made.1.record)?.latest == more.0)
    // The first edit's verdict decides; then the second stands on it.
    let accepted = Committed(position: LogPosition(1), revision: made.0.id)
    #expect(
      try await store.settle([
        Verdict(edit: entry.edit, outcome: .alreadyCommitted(accepted))
      ]) == 1)
    let after = try #require(try await pending(made.1.record))
    #expect(after.base == made.0 && after.ours == more.0 && after.status == .ready)
    #expect(after.edit != entry.edit)
  }

  @Test func aStaleVerdictKeepsTheAmendmentOnTheOldBase() async throws {
    let base = try maker.area("FTF")
    try await apply([maker.change(1, base)])
    let ours = try maker.area("FTF", name: "O", record: base.1.record, parent: base.0.id)
    try await store.save(maker.newEdit(ours, seen: base.0.id))
    let entry = try #require(try await pending(base.1.record))
    try await send(entry)
    let more = try maker.area("FTF", name: "OO", record: base.1.record, parent: ours.0.id)
    try await store.save(maker.newEdit(more, seen: ours.0.id))
    #expect(
      try await store.settle([Verdict(edit: entry.edit, outcome: .stale(head: nil))]) == 1)
    let after = try #require(try await pending(base.1.record))
    #expect(after.base == base.0 && after.ours == more.0 && after.amendment == nil)
  }

  @Test func anEditInFlightIsNotRebased() async throws {
    let base = try maker.area("FTF")
    try await apply([maker.change(1, base)])
    let ours = try maker.area("FTF", name: "O", record: base.1.record, parent: base.0.id)
    try await store.save(maker.newEdit(ours, seen: base.0.id))
    let entry = try #require(try await pending(base.1.record))
    try await send(entry)
    let theirs = try maker.area("FTF", name: "T", record: base.1.record, parent: base.0.id)
    try await apply([maker.change(2, theirs)])
    _ = try await store.rebase { _, _ in
      Issue.record("an edit in flight was offered")
      return .conflict
    }
    #expect(
      try await store.settle([
        Verdict(edit: entry.edit, outcome: .stale(head: theirs.0.id))
      ]) == 0)
    let report = try await store.rebase { entry, head in
      #expect(entry.ours == ours.0 && head == theirs.0)
      return .conflict
    }
    #expect(report.conflicts == 1)
    #expect(try await pending(base.1.record)?.status == .conflict)
    #expect(try await store.outboxCounts().conflicts == 1)
    #expect(try await store.sendable().isEmpty)
  }

  @Test func aRefusedEditStaysWithItsReason() async throws {
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, seen: nil))
    let entry = try #require(try await pending(made.1.record))
    try await send(entry)
    let refusal = Refusal(.invalid, "because")
    #expect(try await store.settle([Verdict(edit: entry.edit, outcome: .refused(refusal))]) == 0)
    #expect(try await pending(made.1.record)?.status == .refused(reason: "because"))
    #expect(try await store.sendable() == [entry.position])
  }

  @Test func whatAPersonEditedSinceItWasReadIsNotSent() async throws {
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, seen: nil))
    let entry = try #require(try await pending(made.1.record))
    let more = try maker.area("FTF", name: "More", record: made.1.record)
    try await store.save(maker.newEdit(more, seen: made.0.id))
    #expect(try await store.markInFlight([entry.edit: entry.ours]).isEmpty)
    let after = try #require(try await pending(made.1.record))
    #expect(after.ours == more.0 && after.status == .ready)
  }

  @Test func anEditOfWhatHasChangedIsNotSaved() async throws {
    let base = try maker.area("FTF")
    try await apply([maker.change(1, base)])
    let ours = try maker.area("FTF", name: "O", record: base.1.record, parent: base.0.id)
    await #expect {
      try await store.save(maker.newEdit(ours, seen: ours.0.id))
    } throws: {
      ($0 as? StoreError)?.code == .changed
    }
    #expect(try await pending(base.1.record) == nil)
  }

  @Test func anEditOfAHeadThatHasMovedKeepsItsBaseForTheNextRebase() async throws {
    let base = try maker.area("FTF")
    try await apply([maker.change(1, base)])
    let ours = try maker.area("FTF", name: "O", record: base.1.record, parent: base.0.id)
    let theirs = try maker.area("FTF", name: "T", record: base.1.record, parent: base.0.id)
    try await apply([maker.change(2, theirs)])
    try await store.save(maker.newEdit(ours, seen: base.0.id, base: base.0))
    let entry = try #require(try await pending(base.1.record))
    #expect(entry.base == base.0 && entry.ours == ours.0)
    let report = try await store.rebase { entry, head in
      #expect(entry.base == base.0 && head == theirs.0)
      return .conflict
    }
    #expect(report.conflicts == 1)
  }

  @Test func aResolutionOfAHeadThatHasMovedIsNotSaved() async throws {
    let base = try maker.area("FTF")
    try await apply([maker.change(1, base)])
    let ours = try maker.area("FTF", name: "O", record: base.1.record, parent: base.0.id)
    try await store.save(maker.newEdit(ours, seen: base.0.id, base: base.0))
    let theirs = try maker.area("FTF", name: "T", record: base.1.record, parent: base.0.id)
    try await apply([maker.change(2, theirs)])
    _ = try await store.rebase { _, _ in .conflict }
    let resolved = try maker.area("FTF", name: "R", record: base.1.record, parent: theirs.0.id)
    let resolution = maker.newEdit(
      resolved, seen: ours.0.id, base: theirs.0, isResolution: true)
    // Between reading the conflict and settling it, a watcher brings a further change.
    let more = try maker.area("FTF", name: "M", record: base.1.record, parent: theirs.0.id)
    try await apply([maker.change(3, more)])
    await #expect {
      try await store.save(resolution)
    } throws: {
      ($0 as? StoreError)?.code == .changed
    }
    #expect(try await pending(base.1.record)?.status == .conflict)
  }

  @Test func aVerdictOnWhatWasNotSentIsThePeersFault() async throws {
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, seen: nil))
    let entry = try #require(try await pending(made.1.record))
    func isPeerFault(_ position: Int64, _ revision: RevisionID) async -> Bool {
      let accepted = Committed(position: LogPosition(position), revision: revision)
      do {
        _ = try await store.settle([Verdict(edit: entry.edit, outcome: .committed(accepted))])
        return false
      } catch {
        return (error as? SyncError)?.code == .peerFault
      }
    }
    #expect(await isPeerFault(1, made.0.id))
    try await send(entry)
    #expect(await isPeerFault(0, made.0.id))
    let other = try maker.area("NEXUS")
    #expect(await isPeerFault(1, other.0.id))
    #expect(try await pending(made.1.record)?.ours == made.0)
  }

  @Test func whatWasCommittedBeforeALaterHeadGoesToTheHistory() async throws {
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, seen: nil))
    let entry = try #require(try await pending(made.1.record))
    try await send(entry)
    let later = try maker.area("FTF", name: "L", record: made.1.record, parent: made.0.id)
    try await apply([maker.change(2, later)])
    let accepted = Committed(position: LogPosition(1), revision: made.0.id)
    let verdict = Verdict(edit: entry.edit, outcome: .alreadyCommitted(accepted))
    #expect(try await store.settle([verdict]) == 0)
    let record = try #require(try await store.record(made.1.record))
    #expect(record.head == later.0 && record.pending == nil)
    #expect(try await store.history(of: made.1.record) == [made.0])
  }

  @Test func aNewRecordThatIsDeletedOnItsWayAndDoesNotArriveIsForgotten() async throws {
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, seen: nil))
    let entry = try #require(try await pending(made.1.record))
    try await send(entry)
    let gone = try maker.area(
      "FTF", record: made.1.record, parent: made.0.id, isDeleted: true)
    try await store.save(maker.newEdit(gone, seen: made.0.id))
    let verdict = Verdict(edit: entry.edit, outcome: .refused(Refusal(.codeTaken, "taken")))
    _ = try await store.settle([verdict])
    #expect(try await store.record(made.1.record) == nil)
    #expect(try await store.outboxCounts() == OutboxCounts())
  }

  @Test func discardingANewRecordForgetsItAndNothingThatCameBetween() async throws {
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, seen: nil))
    let more = try maker.area("FTF", name: "More", record: made.1.record)
    try await store.save(maker.newEdit(more, seen: made.0.id))
    func discard(_ latest: RevisionID, isUnsent: Bool = true) async throws -> Bool {
      try await store.discard(made.1.record, latest: latest, isUnsent: isUnsent)
    }
    func isChanged(_ body: () async throws -> Bool) async -> Bool {
      do {
        _ = try await body()
        return false
      } catch {
        return (error as? StoreError)?.code == .changed
      }
    }
    #expect(await isChanged { try await discard(made.0.id) })
    try await send(try #require(try await pending(made.1.record)))
    #expect(await isChanged { try await discard(more.0.id) })
    #expect(try await discard(more.0.id, isUnsent: false))
    #expect(try await store.record(made.1.record) == nil)
    #expect(try await discard(more.0.id) == false)
  }

  @Test func aConflictIsNotSentAndIsNotSettledWhileItsEditIsOnItsWay() async throws {
    let base = try maker.area("FTF")
    try await apply([maker.change(1, base)])
    let ours = try maker.area("FTF", name: "O", record: base.1.record, parent: base.0.id)
    try await store.save(maker.newEdit(ours, seen: base.0.id, base: base.0))
    let entry = try #require(try await pending(base.1.record))
    let theirs = try maker.area("FTF", name: "T", record: base.1.record, parent: base.0.id)
    try await apply([maker.change(2, theirs)])
    _ = try await store.rebase { _, _ in .conflict }
    #expect(try await store.markInFlight([entry.edit: entry.ours]).isEmpty)
    #expect(try await pending(base.1.record)?.status == .conflict)
  }

  @Test func numbersAreNeverGivenTwice() async throws {
    let made = try maker.area("VIE-2026-0041")
    try await apply([maker.change(1, made)])
    #expect(try await store.nextNumber(prefix: "VIE-2026-") == 42)
    #expect(try await store.nextNumber(prefix: "VIE-2026-") == 43)
    #expect(try await store.nextNumber(prefix: "NYC-2026-") == 1)
  }

  @Test func aCodeFindsTheRecordsThatHaveItHereOrInAnEdit() async throws {
    let theirs = try maker.area("FTF")
    let ours = try maker.area("FTF")
    try await apply([maker.change(1, theirs)])
    try await store.save(maker.newEdit(ours, seen: nil))
    let code = try #require(RecordCode("FTF"))
    #expect(try await store.records(code: code).map(\.id) == [theirs.1.record, ours.1.record])
  }

  @Test func searchFindsWhatIsIndexedAndForgetsWhatChanged() async throws {
    func index() async throws -> Int {
      try await store.index(limit: 10) { [maker] in
        let state = try $0.visible.map { try maker.codec.decode($0.bytes).state }
        return state?.fields[FieldNumber(1)]?.text { _ in "" }
      }
    }
    let made = try maker.area("FTF", name: "Foreign fighters")
    try await apply([maker.change(1, made)])
    #expect(try await index() == 1)
    #expect(try await index() == 0)
    #expect(try await store.search("\"fight\"*", limit: 5).map(\.id) == [made.1.record])
    let renamed = try maker.area("FTF", name: "X", record: made.1.record, parent: made.0.id)
    try await apply([maker.change(2, renamed)])
    #expect(try await index() == 1)
    #expect(try await store.search("\"fight\"*", limit: 5).isEmpty)
    #expect(try await store.search("\"x\"*", limit: 5).map(\.id) == [made.1.record])
  }

  @Test func aCodePastAllCountingDoesNotDisturbTheNumbering() async throws {
    let odd = try maker.area("VIE-2026-9223372036854775807")
    let made = try maker.area("VIE-2026-0007")
    try await apply([maker.change(1, odd), maker.change(2, made)])
    #expect(try await store.nextNumber(prefix: "VIE-2026-") == 8)
  }

  @Test func entriesAreReadUntilTheLimitAndAtLeastOne() async throws {
    var positions: [Int64] = []
    for number in 10..<15 {
      let made = try maker.area("AREA-\(number)")
      try await store.save(maker.newEdit(made, seen: nil))
    }
    positions = try await store.sendable()
    func count(_ limit: BatchLimit) async throws -> Int {
      try await store.entries(at: positions, limit: limit).count
    }
    #expect(try await count(BatchLimit()) == 5)
    #expect(try await count(BatchLimit(count: 3)) == 3)
    #expect(try await count(BatchLimit(count: 0, bytes: 0)) == 1)
    #expect(try await count(BatchLimit(count: 9, bytes: 1)) == 1)
  }
}
