import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// Conflicts, and how a person settles them.
struct ResolveTests {
  let one = RecordCode("ONE")

  /// Both sides changed name and size; theirs changed the status as well.
  private func conflicted() async throws -> TestOffice {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    try await vienna.edit("ONE", "name=Ours", "size=1", "tags=a")
    try vienna.server.commit(
      record, "ONE",
      [
        Registry.name: .text("Theirs"), Registry.size: .number(2),
        Registry.status: .choice("done"),
      ])
    try await vienna.sync()
    return vienna
  }

  @Test func aConflictShowsBothSidesAndWhatTheyStartedFrom() async throws {
    let vienna = try await conflicted()
    let conflict = try #require(try await vienna.replica.conflicts().first)
    #expect(conflict.code == "ONE" && conflict.cause == "merge")
    #expect(conflict.disagreements.map(\.field) == ["name", "size"])
    let name = try #require(conflict.disagreements.first)
    #expect(name.base?.value == .text("ONE") && name.ours?.value == .text("Ours"))
    #expect(name.theirs?.value == .text("Theirs") && name.theirs?.office == "NYC")
    #expect(try await vienna.replica.show("ONE").first?.conflict == conflict)
    #expect(try await vienna.replica.conflicts("ONE") == [conflict])
  }

  @Test func aRecordInConflictIsNotEdited() async throws {
    let vienna = try await conflicted()
    await #expect(throws: ReplicaError.inConflict(try #require(one))) {
      try await vienna.edit("ONE", "size=7")
    }
  }

  @Test func eachChoiceLeavesWhatItSays() async throws {
    let assignment = try Assignment("name=Both")
    let cases: [(choice: Choice, name: String?, size: String?)] = [
      (Choice(rest: .ours), "Ours", "1"), (Choice(rest: .theirs), "Theirs", "2"),
      (Choice(rest: .base), "ONE", nil),
      (Choice(rest: .theirs, parts: ["name": .ours]), "Ours", "2"),
      (Choice(parts: ["size": .theirs], assignments: [assignment]), "Both", "2"),
      (Choice(rest: .ours, assignments: [assignment]), "Both", "1"),
    ]
    for (choice, name, size) in cases {
      let vienna = try await conflicted()
      let resolved = try await vienna.replica.resolve("ONE", choice)
      #expect(resolved["name"]?.text == name && resolved["size"]?.text == size, "\(choice)")
      // What was merged stays merged.
      #expect(resolved["status"]?.text == "done" && resolved["tags"]?.text == "a")
      #expect(try await vienna.sync().round.committed == 1)
      #expect(try await vienna.place("ONE") == .synced)
    }
  }

  @Test func aResolutionHasTwoParents() async throws {
    let vienna = try await conflicted()
    _ = try await vienna.replica.resolve("ONE", Choice(rest: .ours), note: "as agreed")
    try await vienna.sync()
    let last = try #require(try await vienna.replica.history(of: "ONE").first)
    #expect(last.parents.count == 2 && last.note == "as agreed" && last.state == "accepted")
  }

  @Test func aDisagreementThatIsLeftIsNamed() async throws {
    let vienna = try await conflicted()
    let one = try #require(one)
    let cases: [(Choice, ReplicaError)] = [
      (Choice(), .unresolved(one, ["name", "size"], .sideOrValue)),
      (Choice(parts: ["name": .ours]), .unresolved(one, ["size"], .sideOrValue)),
      (Choice(rest: .ours, parts: ["notes": .theirs]), .inAgreement(field: "notes")),
      (
        Choice(parts: ["name": .ours], assignments: [try Assignment("name=x")]),
        .sideAndValue(field: "name")
      ),
    ]
    for (choice, error) in cases {
      await #expect(throws: error) { try await vienna.replica.resolve("ONE", choice) }
    }
    #expect(try await vienna.place("ONE") == .conflict)
  }

  @Test func ofADeletionTheWholeRecordIsChosen() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let one = try #require(one)
    let record = try await vienna.view("ONE").id
    try await vienna.edit("ONE", "size=1")
    try vienna.server.commit(record, "ONE", nil)
    #expect(try await vienna.sync().conflicts == 1)
    let fields = try await vienna.replica.conflicts().first?.disagreements.map(\.field)
    #expect(fields == ["the whole record", "name", "size"])
    await #expect(throws: ReplicaError.unresolved(one, ["the whole record"], .side)) {
      try await vienna.replica.resolve("ONE", Choice())
    }
    await #expect(throws: ReplicaError.deletedSide) {
      try await vienna.replica.resolve(
        "ONE", Choice(rest: .theirs, assignments: [try Assignment("size=2")]))
    }
    _ = try await vienna.replica.resolve("ONE", Choice(rest: .ours))
    try await vienna.sync()
    #expect(try await vienna.text("ONE", "size") == "1")
  }

  @Test func ofATakenCodeAnotherCodeIsChosen() async throws {
    let vienna = try await TestOffice()
    let newYork = try await TestOffice("NYC", at: vienna.server)
    try await newYork.create("ONE")
    try await newYork.sync()
    try await vienna.create("ONE", "size=1")
    try await vienna.sync()
    let one = try #require(one)
    let conflict = try #require(try await vienna.replica.conflicts().first)
    #expect(conflict.cause == "code taken" && conflict.disagreements.map(\.field) == ["code"])
    #expect(conflict.disagreements.first?.theirs?.office == "NYC")
    await #expect(throws: ReplicaError.noSides(one)) {
      try await vienna.replica.resolve("ONE", Choice(rest: .ours))
    }
    await #expect(throws: ReplicaError.unresolved(one, ["code"], .code)) {
      try await vienna.replica.resolve("ONE", Choice())
    }
    _ = try await vienna.replica.resolve(
      "ONE", Choice(assignments: [try Assignment("code=TWO")]))
    #expect(try await vienna.sync().round.committed == 1)
    #expect(try await vienna.text("TWO", "size") == "1")
  }

  @Test func whatBothSidesTogetherMayNotHoldIsACombination() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    func members(_ mark: String) -> Set<String> { Set((0..<600).map { "\(mark)\($0)" }) }
    try await vienna.edit("ONE", "tags=" + members("a").joined(separator: ","))
    try vienna.server.commit(
      record, "ONE", [Registry.name: .text("ONE"), Registry.tags: .texts(members("b"))])
    #expect(try await vienna.sync().conflicts == 1)
    let conflict = try #require(try await vienna.replica.conflicts().first)
    #expect(conflict.problem == "field 'tags' has more than 1000 members")
    let one = try #require(one)
    await #expect(
      throws: ReplicaError.unresolved(one, ["both sides together"], .sideOrValue)
    ) { try await vienna.replica.resolve("ONE", Choice()) }
    _ = try await vienna.replica.resolve("ONE", Choice(rest: .theirs))
    #expect(try await vienna.view("ONE")["tags"]?.lines.count == 600)
  }

  @Test func aSideThatIsTakenAsAWholeDoesNotTakeBackAnothersCode() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    try await vienna.edit("ONE", "size=1")
    try vienna.server.commit(record, "TWO", nil)
    #expect(try await vienna.sync().conflicts == 1)
    let view = try await vienna.replica.resolve("\(record)", Choice(rest: .ours))
    #expect(view.code.text == "TWO" && view["size"]?.lines == ["1"])
  }

  @Test func whatIsInNoConflictIsNotResolved() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    await #expect(throws: ReplicaError.notInConflict(try #require(one))) {
      try await vienna.replica.resolve("ONE", Choice(rest: .ours))
    }
  }

  @Test func aResolutionThatIsEditedAgainStaysOne() async throws {
    let vienna = try await conflicted()
    _ = try await vienna.replica.resolve("ONE", Choice(rest: .ours))
    try await vienna.edit("ONE", "open=yes")
    try await vienna.sync()
    #expect(try await vienna.replica.history(of: "ONE").first?.parents.count == 2)
  }

  @Test func aConflictEndsWithItsDiscard() async throws {
    let vienna = try await conflicted()
    _ = try await vienna.replica.discard("ONE")
    #expect(try await vienna.replica.conflicts().isEmpty)
    #expect(try await vienna.text("ONE", "name") == "Theirs")
  }
}
