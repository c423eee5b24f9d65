import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// One round after the other, in every order of events.
struct SyncTests {
  @Test func aSyncWithNothingToDoIsOneCallAndWritesNothing() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    let counting = CountingStore(vienna.store)
    let replica = Replica(store: counting, environment: .seeded(3, coding: PlainCoding()))
    let report = try await replica.sync(over: vienna.server, at: "hq:1")
    #expect(report.round.calls == 1 && report.round.received == 0)
    #expect(counting.writes == 0 && counting.reads <= 2 && counting.identities <= 1)
  }

  @Test func aCloneBringsEverythingBatchByBatch() async throws {
    let codes = (1...8).map { "T\($0)0" }
    let vienna = try await TestOffice(topics: codes)
    #expect(try await vienna.listed(ListQuery("topic")) == codes)
    #expect(try await vienna.replica.identity().cursor?.position == LogPosition(8))
  }

  @Test func whatIsEditedHereArrivesThereInOneRoundEach() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let newYork = try await TestOffice("NYC", at: vienna.server)
    try await vienna.edit("ONE", "name=First", "size=3")
    let report = try await vienna.sync()
    #expect(report.round.committed == 1 && report.round.calls == 2 && report.counts.pending == 0)
    try await newYork.sync()
    #expect(try await newYork.text("ONE", "name") == "First")
    #expect(try await newYork.replica.verify() == vienna.replica.verify())
  }

  @Test func theCursorMovesOverOwnCommitsSoThatTheNextPullNeedNotBringThem() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "name=First")
    try await vienna.sync()
    #expect(try await vienna.sync().round.received == 0)
    #expect(try await vienna.replica.identity().cursor?.position == LogPosition(2))
  }

  @Test func manyEditsLeaveInBatchesThatTheServerTakes() async throws {
    let vienna = try await TestOffice()
    for number in 1...7 { try await vienna.create("T\(number)0") }
    #expect(try await vienna.sync().round.committed == 7)
    #expect(vienna.server.pushed.map(\.count) == [3, 3, 1])
  }

  @Test func aSingleEditLargerThanTheLimitTravelsAlone() async throws {
    let server = try TestServer(batch: BatchLimit(count: 10, bytes: 300))
    let vienna = try await TestOffice("VIE", at: server)
    for code in ["SMALL-1", "SMALL-2"] { try await vienna.create(code) }
    try await vienna.create("LARGE", "notes=" + String(repeating: "x", count: 500))
    #expect(try await vienna.sync().round.committed == 3)
    #expect(server.pushed.last?.count == 1 && server.pushed.count >= 2)
  }

  @Test func anEditThatIsStaleIsRebasedAndKeepsBothFields() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let newYork = try await TestOffice("NYC", at: vienna.server)
    try await vienna.edit("ONE", "size=3")
    try await newYork.edit("ONE", "status=done")
    vienna.server.meanwhile { try await newYork.sync() }
    let report = try await vienna.sync()
    #expect(report.round.stale == 1 && report.round.committed == 1 && report.merged == 1)
    #expect(try await vienna.text("ONE", "size") == "3")
    #expect(try await vienna.text("ONE", "status") == "done")
  }

  @Test func staleTooManyTimesInARowIsGivenUpAndNothingIsLost() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    try await vienna.edit("ONE", "size=3")
    let server = vienna.server
    @Sendable func again() {
      server.meanwhile {
        try server.commit(
          record, "ONE",
          [Registry.name: .text("ONE"), Registry.notes: .prose("\(server.position)")])
        again()
      }
    }
    again()
    // Its clock is moved by what it waits.
    let start = vienna.environment.now().milliseconds
    await #expect(throws: CallError.tooManyRounds) { try await vienna.sync() }
    let waited = vienna.environment.now().milliseconds - start
    let most = (1..<SyncLimits.staleRounds).reduce(0) { $0 + Backoff.ceiling(attempt: $1) }
    #expect(Int(waited) >= most / 2)
    server.meanwhile {}
    #expect(try await vienna.sync().round.committed == 1)
    #expect(try await vienna.text("ONE", "size") == "3")
  }

  @Test func whatIsAmendedInFlightFollowsInTheSameSync() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "size=3")
    vienna.server.meanwhile { try await vienna.edit("ONE", "size=4") }
    let report = try await vienna.sync()
    #expect(report.round.committed == 2 && report.counts.pending == 0)
    #expect(try await vienna.text("ONE", "size") == "4")
  }

  @Test func whatIsAmendedInFlightTakesThePlaceOfAStaleEdit() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    try await vienna.edit("ONE", "size=3")
    let server = vienna.server
    server.meanwhile {
      try server.commit(
        record, "ONE", [Registry.name: .text("ONE"), Registry.status: .choice("done")])
      try await vienna.edit("ONE", "size=4")
    }
    let report = try await vienna.sync()
    #expect(report.round.committed == 1 && report.round.stale == 1)
    #expect(try await vienna.text("ONE", "size") == "4")
    #expect(try await vienna.text("ONE", "status") == "done")
  }

  @Test func aNewRecordThatIsDeletedOnItsWayAndRefusedIsForgotten() async throws {
    let vienna = try await TestOffice()
    try await vienna.create("ONE")
    try vienna.server.refuses("ONE", Refusal(.invalid, "no"))
    vienna.server.meanwhile { _ = try await vienna.replica.delete("ONE") }
    try await vienna.sync()
    await #expect(throws: ReplicaError.unknownRecord("ONE")) {
      try await vienna.replica.show("ONE")
    }
  }

  @Test func anEditThatIsDiscardedOnItsWayComesBackWithTheNextPull() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "size=3")
    vienna.server.meanwhile {
      let discard = try await vienna.replica.discard("ONE")
      #expect(discard.wasSent)
    }
    try await vienna.sync()
    #expect(try await vienna.text("ONE", "size") == nil)
    #expect(try await vienna.sync().round.received == 1)
    #expect(try await vienna.text("ONE", "size") == "3")
  }

  @Test(arguments: TestServer.Place.allCases.filter { $0 != .follow })
  func aSyncThatBreaksAnywhereLosesNothingAndDoublesNothing(place: TestServer.Place) async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    let newYork = try await TestOffice("NYC", at: vienna.server)
    try await newYork.edit("TWO", "size=2")
    try await newYork.sync()
    try await vienna.edit("ONE", "size=1")
    try await vienna.create("NEW")
    vienna.server.breaks(at: place)
    await #expect(throws: CallError.unreachable(.silent)) { try await vienna.sync() }
    try await vienna.sync()
    #expect(vienna.server.position == 5)
    #expect(try await vienna.replica.status().pending.isEmpty)
    try await newYork.sync()
    #expect(try await vienna.replica.verify() == newYork.replica.verify())
  }

  @Test(arguments: TestServer.Place.allCases.filter { ![.connect, .follow].contains($0) })
  func aConnectionThatBreaksOnceEndsNoSync(place: TestServer.Place) async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "size=1")
    try await vienna.create("NEW")
    vienna.server.breaks(at: place, .unreachable(.noAnswer))
    let report = try await vienna.sync()
    #expect(report.round.committed == 2 && report.counts.pending == 0)
    #expect(vienna.server.position == 3)
  }

  @Test func aConnectionThatBreaksTwiceEndsTheSync() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "size=1")
    vienna.server.breaks(at: .pullEnd, .unreachable(.endedEarly))
    vienna.server.breaks(at: .verdicts, .unreachable(.noAnswer))
    await #expect(throws: CallError.unreachable(.noAnswer)) { try await vienna.sync() }
    try await vienna.sync()
    #expect(vienna.server.position == 2)
  }

  @Test func anAddressThatAnsweredIsTheReplicasFromThenOn() async throws {
    let vienna = try await TestOffice()
    vienna.server.breaks(at: .connect)
    await #expect(throws: CallError.unreachable(.silent)) {
      try await vienna.replica.sync(over: vienna.server, at: "other:2")
    }
    #expect(try await vienna.replica.identity().address == "hq:1")
    _ = try await vienna.replica.sync(over: vienna.server, at: "other:2")
    #expect(try await vienna.replica.identity().address == "other:2")
  }

  @Test func whatIsEditedBetweenLookingAndKeepingIsNotOverwritten() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    for isMoved in [true, false] {
      try await vienna.edit("ONE", "size=\(isMoved ? 1 : 3)")
      if isMoved {
        try vienna.server.commit(
          record, "ONE", [Registry.name: .text("ONE"), Registry.status: .choice("done")])
      }
      let store = CountingStore(vienna.store)
      store.beforeDurableWrite {
        try await vienna.edit("ONE", "size=\(isMoved ? 2 : 4)", "open=yes")
      }
      let replica = Replica(store: store, environment: .seeded(9, coding: PlainCoding()))
      _ = try await replica.sync(over: vienna.server, at: "hq:1")
      try await vienna.sync()
      #expect(try await vienna.text("ONE", "size") == (isMoved ? "2" : "4"))
      #expect(try await vienna.text("ONE", "open") == "yes")
      #expect(try await vienna.text("ONE", "status") == "done")
      #expect(try await vienna.replica.status().pending.isEmpty)
    }
  }
}
