import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Synchronization
import TestSupport
import Testing

/// What a person asks of a replica.
struct ReadingTests {
  private func topics() async throws -> TestOffice {
    let vienna = try await TestOffice(topics: ["ALPHA", "BETA", "GAMMA", "DELTA"])
    try await vienna.edit("ALPHA", "size=10", "since=2007-03", "tags=a,b", "status=done")
    try await vienna.edit("BETA", "size=9", "since=2007", "tags=b", "related=ALPHA,GAMMA")
    try await vienna.edit("GAMMA", "size=100", "steps=one\ntwo", "parent=ALPHA")
    return vienna
  }

  @Test(arguments: [
    (["size=10"], ["ALPHA"]), (["tags=b"], ["ALPHA", "BETA"]), (["tags=a,b"], ["ALPHA"]),
    (["related=ALPHA"], ["BETA"]), (["steps=two"], ["GAMMA"]), (["parent=ALPHA"], ["GAMMA"]),
    (["size="], ["DELTA"]), (["tags=b", "status=done"], ["ALPHA"]), (["code=BETA"], ["BETA"]),
    (["status="], ["BETA", "DELTA", "GAMMA"]), ([], ["ALPHA", "BETA", "DELTA", "GAMMA"]),
  ])
  func aFilterChoosesByValueOrMemberOrAbsence(filters: [String], codes: [String]) async throws {
    let office = try await topics()
    // The first time what a filter asks for is indexed; the second time it is there.
    for _ in 0..<2 {
      #expect(try await office.listed(ListQuery("topic", where: filters)) == codes)
    }
  }

  @Test(arguments: [
    ("size", ["BETA", "ALPHA", "GAMMA", "DELTA"]), ("since", ["BETA", "ALPHA", "DELTA", "GAMMA"]),
    ("status", ["ALPHA", "BETA", "DELTA", "GAMMA"]), ("code", ["ALPHA", "BETA", "DELTA", "GAMMA"]),
  ])
  func aListIsSortedByWhatAValueMeansAndThenByCode(sort: String, codes: [String]) async throws {
    let office = try await topics()
    #expect(try await office.listed(ListQuery("topic", sort: sort)) == codes)
    let first = try await office.listed(ListQuery("topic", sort: sort, limit: 2))
    #expect(first == Array(codes.prefix(2)))
  }

  @Test(arguments: [nil, "size"])
  func aListTellsWhetherThereIsMore(sort: String?) async throws {
    let replica = try await topics().replica
    for (filters, limit, isCut) in [
      ([], 3, true), ([], 4, false), ([], .max, false), (["tags=b"], 1, true),
      (["tags=b"], 2, false), (["tags=nothing"], 1, false),
    ] as [([String], Int, Bool)] {
      let query = ListQuery("topic", where: filters, sort: sort, limit: limit)
      #expect(try await replica.list(query) { _ in } == isCut, "\(filters) \(limit)")
    }
  }

  @Test func aListReadsWhatItIsAskedForAndWhatItGoesBy() async throws {
    let office = try await topics()
    for sort in [nil, "since"] {
      let query = ListQuery("topic", where: ["tags=b"], sort: sort, fields: ["size"])
      let found = Mutex<[String: [String]]>([:])
      try await office.replica.list(query) { record in
        found.withLock { $0[record["size"]?.text ?? ""] = record.fields.map(\.name).sorted() }
      }
      let (shown, read) = (sort == nil ? ["size", "tags"] : ["size"], found.withLock { $0 })
      #expect(read == ["10": shown, "9": shown])
    }
    await #expect(throws: ReplicaError.self) {
      try await office.replica.list(ListQuery("topic", fields: ["colour"])) { _ in }
    }
  }

  @Test func aListHasColumnsForWhatIsShort() async throws {
    let columns = try await topics().replica.columns(of: "topic")
    #expect(columns == ["name", "size", "parent", "status", "since", "open", "above"])
  }

  @Test func whatIsNotThereIsNamedWithWhatIs() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let replica = vienna.replica
    await #expect(throws: ReplicaError.unknownKind("planet", known: ["topic", "task"])) {
      try await replica.list(ListQuery("planet")) { _ in }
    }
    await #expect(
      throws: ReplicaError.unknownField("colour", kind: "task", known: ["name", "topic"])
    ) { try await replica.list(ListQuery("task", where: ["colour=red"])) { _ in } }
    await #expect(throws: ReplicaError.notAFilter("size+=1")) {
      try await replica.list(ListQuery("topic", where: ["size+=1"])) { _ in }
    }
    await #expect(
      throws: ReplicaError.wrongFilter(
        field: "size", kind: "topic", Problem("is not a whole number"))
    ) { try await replica.list(ListQuery("topic", where: ["size=many"])) { _ in } }
    await #expect(throws: ReplicaError.notACode("no code")) { try await replica.show("no code") }
    await #expect(throws: ReplicaError.unknownRecord("NOWHERE")) {
      try await replica.show("NOWHERE")
    }
  }

  @Test func aRecordIsFoundByItsCodeInAnyCaseAndByItsID() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let id = try await vienna.view("ONE").id
    #expect(try await vienna.view("one").id == id)
    #expect(try await vienna.view(id.description).code.text == "ONE")
  }

  @Test func aRecordThatHasACodeComesBeforeOneThatHadIt() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "code=OLD")
    let new = try await vienna.create("ONE")
    #expect(try await vienna.replica.show("ONE").map(\.record.id) == [new.id])
  }

  @Test func aCodeThatTwoRecordsHaveIsAmbiguous() async throws {
    let vienna = try await TestOffice()
    let newYork = try await TestOffice("NYC", at: vienna.server)
    try await vienna.create("ONE")
    try await newYork.create("ONE")
    try await newYork.sync()
    try await vienna.sync()
    let ids = try await vienna.replica.show("ONE").map(\.record.id)
    #expect(ids.count == 2)
    await #expect(throws: ReplicaError.ambiguousCode("ONE", records: ids)) {
      try await vienna.replica.history(of: "ONE")
    }
  }

  @Test func aDiffIsAgainstWhatTheEditWasMadeFrom() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("ONE", "size=1", "code=UNO")
    try await vienna.edit("TWO", "size=2")
    let diff = try await vienna.replica.diff("UNO")
    #expect(diff.map(\.field) == ["code", "size"])
    #expect(diff.first?.register == .text("ONE") && diff.first?.here == .text("UNO"))
    #expect(diff.last?.register == nil && diff.last?.here == .number(1))
    #expect(try await vienna.replica.diff().count == 3)
    _ = try await vienna.replica.delete("TWO")
    let deleted = try #require(try await vienna.replica.history(of: "TWO").first?.revision)
    #expect(try await vienna.replica.diff("TWO", from: deleted, to: deleted).isEmpty)
    let deletion = try await vienna.replica.diff("TWO").map(\.field)
    #expect(deletion == ["the whole record"])
  }

  @Test func aHistoryIsTheOwnEditTheHeadAndWhatWasSeenBefore() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "size=1")
    try await vienna.sync()
    try await vienna.edit("ONE", "size=2")
    let items = try await vienna.replica.history(of: "ONE")
    #expect(items.map(\.state) == ["edited", "accepted", "accepted"])
    #expect(items.map(\.office) == ["VIE", "VIE", "NYC"])
    #expect(items[0].parents == [items[1].revision] && items[1].parents == [items[2].revision])
  }

  @Test func statusCountsWhatWaitsAndSaysIfChangesAreMissing() async throws {
    let vienna = try await topics()
    try vienna.server.refuses("ALPHA", Refusal(.invalid, "no"))
    vienna.server.breaks(at: .verdicts)
    await #expect(throws: CallError.self) { try await vienna.sync() }
    var status = try await vienna.replica.status()
    #expect(status.pending.map(\.place) == [.inFlight, .inFlight, .inFlight])
    #expect(status.records == 4 && !status.isIncomplete)
    try await vienna.sync()
    status = try await vienna.replica.status()
    #expect(status.refused == 1 && status.conflicts == 0)
    #expect(status.pending.map(\.reason) == ["no"])
  }

  @Test func aPullThatWasCutShortLeavesAReplicaThatSaysSo() async throws {
    let server = try TestServer(topics: ["ONE", "TWO"])
    server.breaks(at: .firstBatch)
    let office = try #require(OfficeID("VIE"))
    let store = MemoryReplicaStore(office: office, address: "hq:1")
    let replica = Replica(store: store, environment: .seeded(1, coding: PlainCoding()))
    await #expect(throws: CallError.self) { try await replica.sync(over: server, at: "hq:1") }
    #expect(try await replica.status().isIncomplete)
  }

  @Test func anExportHasTheLiveRecordsAndTheirNamedFieldsOnly() async throws {
    let vienna = try await topics()
    _ = try await vienna.replica.delete("DELTA")
    let record = try await vienna.view("GAMMA").id
    _ = try await vienna.replica.discard("GAMMA")
    try vienna.server.commit(
      record, "GAMMA", [Registry.name: .text("G"), FieldNumber(99): .text("newer")])
    try await vienna.sync()
    let lines = Mutex<[ExportLine]>([])
    try await vienna.replica.export("topic") { line, _, _ in lines.withLock { $0.append(line) } }
    let exported = lines.withLock { $0 }
    #expect(exported.map(\.code) == ["ALPHA", "BETA", "GAMMA"])
    #expect(exported.last?.fields == ["name": .text("G")])
    #expect(try await vienna.view("GAMMA").fields.map(\.name) == ["name", "field_99"])
  }

  @Test func bytesThatDoNotMatchTheirNameAreFound() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let before = try await vienna.replica.verify()
    #expect(before.records == 1)
    let record = try await vienna.view("ONE").id
    try await vienna.edit("ONE", "size=1")
    try await vienna.store.write(.durable) { transaction in
      let stored = try #require(try transaction.record(record)?.pending)
      let torn = EncodedRevision(id: stored.ours.id, bytes: stored.ours.bytes + [0])
      try transaction.put(
        OutboxEntry(
          edit: stored.edit, base: stored.base,
          ours: FiledRevision(torn, stored.ours.summary), state: .ready))
    }
    await #expect(throws: StoreError.self) { try await vienna.replica.verify() }
    await #expect(throws: StoreError.self) { try await vienna.sync() }
    #expect(vienna.server.pushed.isEmpty)
  }

  @Test func theSchemaIsShownAsAWholeOrByKind() async throws {
    let replica = try await TestOffice().replica
    #expect(try await replica.schema().kinds.map(\.name) == ["topic", "task"])
    #expect(try await replica.schema("task").kinds.map(\.name) == ["task"])
  }
}
