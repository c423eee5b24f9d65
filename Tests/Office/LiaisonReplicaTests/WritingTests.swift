import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// What a person writes, and what stands in the way.
struct WritingTests {
  @Test func aNewRecordGetsItsNumberHere() async throws {
    let vienna = try await TestOffice()
    let codes = try await [
      vienna.replica.create("task", [try Assignment("name=A")]),
      vienna.replica.create("task", [try Assignment("name=B")]),
    ].map(\.code.text)
    #expect(codes == ["VIE-2026-0001", "VIE-2026-0002"])
  }

  @Test func aRecordThatIsNotTakenUsesUpNoNumber() async throws {
    let vienna = try await TestOffice()
    await #expect(throws: ReplicaError.invalid(kind: "task", Problem("field 'name' is required"))) {
      try await vienna.replica.create("task", [])
    }
    let next = try await vienna.replica.create("task", [try Assignment("name=A")])
    #expect(next.code.text == "VIE-2026-0001")
  }

  @Test func aNumberIsOfTheOfficesOwnYearAndOfNoneThatAClockMakesUp() async throws {
    let vienna = try await TestOffice()
    let seeded = ReplicaEnvironment.seeded(5, coding: PlainCoding())
    func replica(in year: Int) -> Replica {
      Replica(
        store: vienna.store,
        environment: ReplicaEnvironment(
          now: seeded.now, year: { _ in year }, random: seeded.random, sleep: seeded.sleep,
          coding: seeded.coding, author: seeded.author))
    }
    let name = try Assignment("name=A")
    #expect(try await replica(in: 2027).create("task", [name]).code.text == "VIE-2027-0001")
    for year in [1970, 31_690_708] {
      await #expect(throws: ReplicaError.wrongClock(year: year)) {
        try await replica(in: year).create("task", [name])
      }
    }
    let chosen = [try Assignment("code=VIE-2026-0007"), name]
    #expect(try await replica(in: 1970).create("task", chosen).code.text == "VIE-2026-0007")
    #expect(try await replica(in: 2027).create("task", [name]).code.text == "VIE-2027-0002")
    #expect(try await vienna.replica.status().pending.count == 3)
  }

  @Test func everySortOfFieldIsSetAddedToAndTakenFrom() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO", "THREE"])
    let cases: [(change: String, field: String, then: String?)] = [
      ("notes=first", "notes", "first"), ("notes+=second", "notes", "first\nsecond"),
      ("size=3", "size", "3"), ("size=", "size", nil), ("tags=b,a", "tags", "a, b"),
      ("tags+=c", "tags", "a, b, c"), ("tags-=a,b", "tags", "c"), ("tags-=c", "tags", nil),
      ("parent=TWO", "parent", "TWO"), ("related=TWO", "related", "TWO"),
      ("related+=THREE", "related", "THREE, TWO"), ("related-=TWO", "related", "THREE"),
      ("steps=one\ntwo", "steps", "one, two"), ("steps+=three", "steps", "one, two, three"),
      ("steps-=two", "steps", "one, three"), ("status=done", "status", "done"),
      ("since=2007-03", "since", "2007-03"), ("open=yes", "open", "yes"),
      ("code=UNO", "name", "ONE"),
    ]
    var code = "ONE"
    for (change, field, then) in cases {
      let view = try await vienna.edit(code, change)
      #expect(view[field]?.text == then, "\(change)")
      code = view.code.text
    }
    #expect(code == "UNO")
  }

  @Test func whatAFieldDoesNotTakeIsSaidWithAnExample() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("ONE", "tags=a", "related=TWO")
    let cases: [(change: String, field: String, problem: String, example: String)] = [
      ("size=many", "size", "is not a whole number", "39"),
      ("size+=1", "size", "is a whole number, not a set or list", "39"),
      ("notes-=x", "notes", "is a text of many lines, not a set or list", "\"several lines\""),
      ("tags-=b", "tags", "does not hold that member", "one,two"),
      ("related-=THREE", "related", "does not hold THREE", "CODE,CODE"),
      ("parent=THREE", "parent", "names THREE, which is not in the register", "CODE"),
      ("status=begun", "status", "is not one of planned, done", "planned"),
    ]
    for (change, field, problem, example) in cases {
      await #expect(
        throws: ReplicaError.wrongValue(field: field, Problem(problem), example: example)
      ) { try await vienna.edit("ONE", change) }
    }
  }

  @Test func aReferenceLeadsToARecordOfItsKind() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let task = try await vienna.replica.create("task", [try Assignment("name=A")])
    let problem = Problem("takes the code of a topic, and \(task.code) is a task")
    await #expect(
      throws: ReplicaError.wrongValue(field: "parent", problem, example: "CODE")
    ) { try await vienna.edit("ONE", "parent=\(task.code)") }
  }

  @Test func aFieldThatMayLeadInNoCircleDoesNotDoSoHere() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO", "THREE"])
    try await vienna.edit("TWO", "above=ONE")
    try await vienna.edit("THREE", "above=TWO")
    let problem = Problem("field 'above' leads back to its own record")
    for parent in ["ONE", "THREE"] {
      await #expect(throws: ReplicaError.invalid(kind: "topic", problem)) {
        try await vienna.edit("ONE", "above=\(parent)")
      }
    }
  }

  @Test func aRecordHasAnAuthor() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let nobody = Replica(
      store: vienna.store, environment: .seeded(5, coding: PlainCoding(), author: ""))
    await #expect(throws: ReplicaError.badAuthor(Problem("is blank"))) {
      try await nobody.edit("ONE", [try Assignment("size=1")])
    }
  }

  @Test func nothingIsBuiltOnBytesThatAreNotWhatWasWritten() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    try await vienna.edit("ONE", "size=1")
    let name = try await vienna.store.write(.durable) { transaction in
      let stored = try #require(try transaction.record(record)?.pending)
      let other = EncodedRevision(id: stored.ours.id, bytes: try #require(stored.base).bytes)
      try transaction.put(
        OutboxEntry(
          edit: stored.edit, base: stored.base,
          ours: FiledRevision(other, stored.ours.summary), state: .ready))
      return stored.ours.id.short
    }
    let damage = StoreError.damaged("the bytes of revision \(name) do not match its name")
    await #expect(throws: damage) { try await vienna.edit("ONE", "size=2") }
  }

  @Test func anEditThatChangesNothingIsNone() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    await #expect(throws: ReplicaError.unchanged(try #require(RecordCode("ONE")))) {
      try await vienna.edit("ONE", "name=ONE")
    }
    #expect(try await vienna.replica.status().pending.isEmpty)
  }

  @Test func aTakenCodeIsRefusedHere() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    await #expect(throws: ReplicaError.codeTaken(try #require(RecordCode("TWO")))) {
      try await vienna.edit("ONE", "code=TWO")
    }
  }

  @Test func codesAreHandedOnInARowButNotExchanged() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("ONE", "code=THIRD")
    try await vienna.edit("TWO", "code=ONE")
    await #expect(throws: ReplicaError.codesExchanged) {
      try await vienna.edit("THIRD", "code=TWO")
    }
    try await vienna.edit("ONE", "code=TWO")
    try await vienna.edit("THIRD", "code=ONE")
    #expect(try await vienna.replica.status().pending.allSatisfy { $0.place == .edited })
  }

  @Test func aRecordThatOthersReferToIsDeletedOnlyByForce() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("TWO", "parent=ONE")
    let one = try #require(RecordCode("ONE"))
    let two = try #require(RecordCode("TWO"))
    await #expect(throws: ReplicaError.referred(one, by: [two])) {
      try await vienna.replica.delete("ONE")
    }
    guard case .pending(let record) = try await vienna.replica.delete("ONE", isForced: true)
    else { return #expect(Bool(false), "its deletion waits") }
    #expect(record.place == .deletion && record.fields.isEmpty)
    await #expect(throws: ReplicaError.deleted(one)) { try await vienna.edit("ONE", "size=1") }
  }

  @Test func aRecordThatWasNeverSentIsForgottenWhenItIsDeleted() async throws {
    let vienna = try await TestOffice()
    try await vienna.create("ONE")
    guard case .forgotten = try await vienna.replica.delete("ONE") else {
      return #expect(Bool(false), "nobody has heard of it")
    }
    #expect(try await vienna.replica.status().pending.isEmpty)
  }

  @Test func aDiscardedNewRecordNamesThoseThatReferToIt() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.create("NEW")
    try await vienna.edit("ONE", "parent=NEW")
    let discard = try await vienna.replica.discard("NEW")
    #expect(discard.referring.map(\.text) == ["ONE"] && !discard.wasSent)
    await #expect(throws: ReplicaError.unknownRecord("NEW")) {
      try await vienna.replica.discard("NEW")
    }
    #expect(try await vienna.text("ONE", "parent") == "(withheld)")
  }

  @Test func whatIsNotPendingCannotBeDiscarded() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    await #expect(throws: ReplicaError.notPending(try #require(RecordCode("ONE")))) {
      try await vienna.replica.discard("ONE")
    }
  }

  @Test func editingAgainBeforeASyncAmendsTheOneEdit() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "size=1")
    try await vienna.edit("ONE", "status=done")
    #expect(try await vienna.replica.diff().map(\.field) == ["size", "status"])
    #expect(try await vienna.sync().round.committed == 1)
    #expect(vienna.server.position == 2)
  }

  @Test func aRecordThatIsTooLargeOrTornIsRefusedHere() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let notes = String(repeating: "x", count: Limits.proseBytes)
    let steps = (0..<300).map { "\($0) " + String(repeating: "y", count: 900) }
    await #expect(throws: ReplicaError.tooLarge) {
      try await vienna.edit("ONE", "notes=\(notes)", "steps=" + steps.joined(separator: "\n"))
    }
    await #expect(
      throws: ReplicaError.badNote(Problem("must be one line without control characters"))
    ) {
      try await vienna.replica.edit("ONE", [try Assignment("size=1")], note: "a\nb")
    }
  }

  @Test func manyEditorsOfOneRecordAtOnceAllSucceed() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<30 {
        group.addTask { _ = try await vienna.edit("ONE", "tags+=t\(number)") }
      }
      try await group.waitForAll()
    }
    #expect(try await vienna.view("ONE")["tags"]?.lines.count == 30)
  }

  @Test(arguments: ["size", "=3", "", "no equals sign"])
  func whatIsNoAssignmentIsRefused(text: String) {
    #expect(throws: ReplicaError.notAnAssignment(text)) { try Assignment(text) }
  }

  @Test func anAssignmentIsItsNameItsOperationAndItsText() throws {
    let cases: [(String, Assignment)] = [
      ("a=b=c", Assignment(name: "a", operation: .set, input: .one("b=c"))),
      ("a+=b", Assignment(name: "a", operation: .add, input: .one("b"))),
      ("a-=", Assignment(name: "a", operation: .remove, input: .one(""))),
    ]
    for (text, assignment) in cases { #expect(try Assignment(text) == assignment) }
    #expect(throws: ReplicaError.valueWithNUL) { try Assignment("a=b\0c") }
  }

  @Test func aReplicaThatHasNotPulledSaysSo() async throws {
    let office = try #require(OfficeID("VIE"))
    let store = MemoryReplicaStore(office: office, address: "hq:1")
    let replica = Replica(store: store, environment: .seeded(1, coding: PlainCoding()))
    await #expect(throws: ReplicaError.empty) { try await replica.status() }
    await #expect(throws: ReplicaError.empty) { try await replica.create("topic", []) }
  }
}
