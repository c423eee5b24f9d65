import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Synchronization
import TestSupport
import Testing

/// How a person names records: by their codes, in either case, or by their ids.
struct ReferenceTests {
  @Test func aCodeThatSeveralRecordsHaveIsNoReference() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let mine = try await vienna.create("AMB").id
    let theirs = RecordID(UUIDv7("018f3e7a-0000-7000-8000-000000000001")!)
    try vienna.server.commit(theirs, "AMB", [Registry.name: .text("Theirs")])
    try await vienna.sync()
    await #expect(throws: ReplicaError.ambiguousCode("AMB", records: [mine, theirs])) {
      try await vienna.edit("ONE", "parent=AMB")
    }
  }

  @Test func aReferenceIsTakenByIDWhereverItIsTakenByCode() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    let mine = try await vienna.create("AMB").id
    let theirs = RecordID(UUIDv7("018f3e7a-0000-7000-8000-000000000001")!)
    try vienna.server.commit(theirs, "AMB", [Registry.name: .text("Theirs")])
    try await vienna.sync()
    try await vienna.edit("ONE", "parent=\(theirs)", "related=\(mine), \(theirs)")
    try await vienna.edit("ONE", "related+=TWO")
    try await vienna.create("NEW", "parent=\("\(mine)".uppercased())")
    for (filter, codes) in [
      ("parent=\(theirs)", ["ONE"]), ("parent=\(mine)", ["NEW"]),
      ("related=\(mine),\(theirs),TWO", ["ONE"]),
    ] {
      let found = try await vienna.listed(ListQuery("topic", where: [filter]))
      #expect(found == codes, "\(filter)")
    }
    try await vienna.edit("ONE", "related-=\(mine),\(theirs)")
    #expect(try await vienna.text("ONE", "related") == "TWO")
  }

  @Test func anIDIsOfALiveRecordOfTheRightKindOrOneThatTheFieldHolds() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "OLD"])
    let old = try await vienna.view("OLD").id
    let task = try await vienna.replica.create("task", [try Assignment("name=T")])
    let nowhere = RecordID(UUIDv7("018f3e7a-0000-7000-8000-000000000001")!)
    try await vienna.edit("ONE", "related=\(old)")
    _ = try await vienna.replica.delete("OLD", isForced: true)
    try await vienna.edit("ONE", "related=\(old)", "size=1")
    let faults: [(RecordID, String)] = [
      (nowhere, "names \(nowhere), which is not in the register"),
      (old, "names \(old), which is not in the register"),
      (task.id, "takes the code of a topic, and \(task.id) is a task"),
    ]
    for (id, fault) in faults {
      await #expect(
        throws: ReplicaError.wrongValue(field: "parent", Problem(fault), example: "CODE")
      ) { try await vienna.edit("ONE", "parent=\(id)") }
    }
    try await vienna.edit("ONE", "name=\(old)")
    #expect(try await vienna.text("ONE", "name") == "\(old)")
  }

  @Test func aRecordThatCannotBeReadStandsOnlyInItsOwnWay() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("ONE", "related=TWO")
    let bytes = [UInt8](repeating: 0xFF, count: 32)
    let broken = FiledRevision(
      EncodedRevision(id: try #require(RevisionID(bytes)), bytes: bytes),
      RevisionSummary(
        record: RecordID(UUIDv7("018f3e7a-0000-7000-8000-000000000001")!), kind: Registry.task,
        code: try #require(RecordCode("BROKEN")), isDeleted: false))
    try await vienna.store.write(.repeatable) {
      try $0.apply([Entry(position: LogPosition(99), revision: broken)], through: .test(99))
    }
    #expect(try await vienna.listed(ListQuery("topic", where: ["related=two"])) == ["ONE"])
    let codes = try ["TWO", "ONE"].map { try #require(RecordCode($0)) }
    await #expect(throws: ReplicaError.referred(codes[0], by: [codes[1]])) {
      try await vienna.replica.delete("TWO")
    }
    await #expect(throws: CodingError.self) { try await vienna.listed(ListQuery("task")) }
    await #expect(throws: CodingError.self) { try await vienna.replica.search("one", limit: 5) }
  }

  @Test(arguments: [StoreError.full, .io("no"), .locked(by: nil)])
  func whoCannotIndexNowIsShownWhatIsThere(_ refusal: StoreError) async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("ONE", "related=TWO")
    let replica = Replica(
      store: CountingStore(vienna.store, refusing: refusal),
      environment: .seeded(3, coding: PlainCoding()))
    let codes = Mutex<[String]>([])
    try await replica.list(ListQuery("topic", where: ["related=two"])) { record in
      codes.withLock { $0.append(record.code.text) }
    }
    #expect(codes.withLock { $0 } == ["ONE"])
    #expect(try await replica.search("one", limit: 5).records.map(\.code.text) == ["ONE"])
  }

  @Test func codesAreTakenInSmallLetters() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("one", "parent=two", "related=two")
    #expect(try await vienna.text("ONE", "parent") == "TWO")
    for filter in ["code=one", "parent=two", "related=two"] {
      let found = try await vienna.listed(ListQuery("topic", where: [filter]))
      #expect(found == ["ONE"], "\(filter)")
    }
    try await vienna.edit("ONE", "related-=two")
    #expect(try await vienna.text("ONE", "related") == nil)
  }

  @Test func membersThatAreWrittenAlikeAreTakenOutByTheirIDs() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.create("OLD")
    var ids: [RecordID] = []
    for _ in 0..<2 {
      ids.append(try await vienna.view("OLD").id)
      try await vienna.sync()
      try await vienna.edit("ONE", "related+=OLD")
      _ = try await vienna.replica.delete("OLD", isForced: true)
      try await vienna.create("OLD")
    }
    try await vienna.edit("ONE", "related+=OLD")
    #expect(try await vienna.text("ONE", "related") == "OLD, OLD (deleted), OLD (deleted)")
    await #expect(
      throws: ReplicaError.ambiguousMember(
        field: "related", "OLD (deleted)", records: ids.sorted())
    ) { try await vienna.edit("ONE", "related-=OLD (deleted)") }
    try await vienna.edit("ONE", "related-=\(ids[0])", "related-=old")
    #expect(try await vienna.text("ONE", "related") == "OLD (deleted)")
    // The live one is not held any more: without the mark it is the other.
    try await vienna.edit("ONE", "related-=OLD")
    #expect(try await vienna.text("ONE", "related") == nil)
  }

  @Test func aReferenceToADeletedRecordIsMarkedAndFound() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO", "OLD"])
    try await vienna.edit("ONE", "parent=OLD", "related=OLD, TWO")
    try await vienna.edit("TWO", "related=TWO")
    _ = try await vienna.replica.delete("OLD", isForced: true)
    #expect(try await vienna.text("ONE", "parent") == "OLD (deleted)")
    // Without another of its code also by that alone.
    #expect(try await vienna.listed(ListQuery("topic", where: ["parent=OLD"])) == ["ONE"])
    try await vienna.create("OLD", "parent=ONE")
    try await vienna.create("CHILD", "parent=old")
    #expect(try await vienna.text("ONE", "related") == "OLD (deleted), TWO")
    #expect(try await vienna.text("CHILD", "parent") == "OLD")
    for (filter, codes) in [
      ("parent=OLD", ["CHILD"]), ("parent=old (deleted)", ["ONE"]),
      ("related=OLD (deleted), TWO", ["ONE"]), ("parent=(deleted)", ["ONE"]),
      ("related=(deleted)", ["ONE"]), ("name=(deleted)", []),
    ] {
      let found = try await vienna.listed(ListQuery("topic", where: [filter]))
      #expect(found == codes, "\(filter)")
    }
    // What the field holds may be written again as it is shown; nothing else takes a deleted record.
    try await vienna.edit("ONE", "parent=OLD (deleted)", "size=1")
    #expect(try await vienna.text("ONE", "parent") == "OLD (deleted)")
    await #expect(
      throws: ReplicaError.wrongValue(
        field: "parent", Problem("names OLD (deleted), which is not in the register"),
        example: "CODE")
    ) { try await vienna.edit("TWO", "parent=OLD (deleted)") }
    let draft = try await vienna.replica.draft(of: "ONE")
    #expect(draft.text.contains("parent: OLD (deleted)\n"))
    let edited = draft.text.replacing("size: 1", with: "size: 2").replacing("- TWO\n", with: "")
    _ = try await vienna.replica.save(draft, try draft.assignments(from: edited))
    #expect(try await vienna.text("ONE", "related") == "OLD (deleted)")
  }
}
