import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// Refused edits and standing conflicts: what a sync takes up again, and what it leaves alone.
struct RetryTests {
  @Test func aRefusedEditIsNotSentAgainAtEverySync() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try vienna.server.refuses("ONE", Refusal(.invalid, "no"))
    try await vienna.edit("ONE", "size=1")
    #expect(try await vienna.sync().counts.refused == 1)
    #expect(try await vienna.view("ONE").reason == "no")
    #expect(try await vienna.sync().round.calls == 1)
    #expect(vienna.server.pushed.count == 1)
  }

  @Test func aRefusedEditIsSentAgainIfThePersonAsks() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try vienna.server.refuses("ONE", Refusal(.invalid, "no"))
    try await vienna.edit("ONE", "size=1")
    try await vienna.sync()
    try vienna.server.refuses("ONE", nil)
    #expect(try await vienna.sync(retriesAll: true).round.committed == 1)
    #expect(try await vienna.place("ONE") == .synced)
  }

  @Test func aRefusedEditIsSentAgainWhenWhatItRefersToHasChanged() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try vienna.server.refuses("ONE", Refusal(.reference, "no"))
    try await vienna.edit("ONE", "parent=TWO")
    try await vienna.sync()
    try vienna.server.refuses("ONE", nil)
    let other = try await vienna.view("TWO").id
    try vienna.server.commit(other, "TWO", [Registry.name: .text("Second")])
    #expect(try await vienna.sync().round.committed == 1)
  }

  @Test func anEditWhoseCodeIsTakenIsSentAgainWhenTheCodeComesFree() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let newYork = try await TestOffice("NYC", at: vienna.server)
    try await newYork.create("NEW")
    try await newYork.sync()
    // Vienna has not heard of it.
    try await vienna.create("NEW")
    vienna.server.meanwhile {}
    #expect(try await vienna.sync().counts.codeTaken == 1)
    #expect(try await vienna.sync().round.calls == 1)
    try await newYork.edit("NEW", "code=OLD")
    try await newYork.sync()
    let report = try await vienna.sync()
    #expect(report.round.committed == 1 && report.counts.pending == 0)
  }

  @Test func whatWaitedForAnEditOfThisOfficeIsTakenUpInTheSameSync() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try vienna.server.refuses("ONE", Refusal(.reference, "no"))
    try await vienna.edit("ONE", "parent=TWO")
    try await vienna.sync()
    try vienna.server.refuses("ONE", nil)
    try await vienna.edit("TWO", "size=2")
    #expect(try await vienna.sync().round.committed == 2)
  }

  private func conflicted() async throws -> TestOffice {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    try await vienna.edit("ONE", "name=Ours")
    try vienna.server.commit(record, "ONE", [Registry.name: .text("Theirs")])
    #expect(try await vienna.sync().conflicts == 1)
    return vienna
  }

  @Test func aStandingConflictIsNotMergedAgain() async throws {
    let vienna = try await conflicted()
    let counting = CountingStore(vienna.store)
    let replica = Replica(store: counting, environment: .seeded(3, coding: PlainCoding()))
    let report = try await replica.sync(over: vienna.server, at: "hq:1")
    #expect(report.conflicts == 0 && report.counts.conflicts == 1)
    #expect(counting.writes == 0 && counting.reads <= 2)
  }

  @Test func aConflictIsMergedAgainWhenTheirsMoves() async throws {
    let vienna = try await conflicted()
    let record = try await vienna.view("ONE").id
    try vienna.server.commit(record, "ONE", [Registry.name: .text("ONE")])
    let report = try await vienna.sync()
    #expect(report.merged == 1 && report.round.committed == 1)
    #expect(try await vienna.text("ONE", "name") == "Ours")
  }

  @Test func aSyncThatBrokeBeforeItMergedHidesNoConflict() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    try await vienna.edit("ONE", "name=Ours")
    try vienna.server.commit(record, "ONE", [Registry.name: .text("Theirs")])
    vienna.server.breaks(at: .pullEnd)
    await #expect(throws: CallError.unreachable(.silent)) { try await vienna.sync() }
    #expect(try await vienna.replica.conflicts().map(\.code) == ["ONE"])
    #expect(try await vienna.place("ONE") == .conflict)
  }

  @Test func aSyncThatBrokeBeforeItMergedInventsNoConflict() async throws {
    let vienna = try await conflicted()
    let record = try await vienna.view("ONE").id
    // Theirs is the base again, and has something else of its own.
    try vienna.server.commit(
      record, "ONE", [Registry.name: .text("ONE"), Registry.size: .number(4)])
    vienna.server.breaks(at: .pullEnd)
    await #expect(throws: CallError.unreachable(.silent)) { try await vienna.sync() }
    await #expect(throws: ReplicaError.notInConflict(try #require(RecordCode("ONE")))) {
      try await vienna.replica.resolve("ONE", Choice(rest: .ours))
    }
    #expect(try await vienna.text("ONE", "size") == "4")
    #expect(try await vienna.text("ONE", "name") == "Ours")
  }

  @Test func whatIsSentIsMarkedDurablyBeforeItLeaves() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "size=1")
    let counting = CountingStore(vienna.store)
    let replica = Replica(store: counting, environment: .seeded(3, coding: PlainCoding()))
    vienna.server.meanwhile {
      #expect(counting.durableWrites == 1)
      let place = try await vienna.place("ONE")
      #expect(place == .inFlight)
    }
    _ = try await replica.sync(over: vienna.server, at: "hq:1")
    #expect(counting.durableWrites == 2)
  }
}
