import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// A watch, while the server comes, goes and falls silent.
struct WatchTests {
  /// What a watch tells, in order.
  private struct Events {
    private var iterator: AsyncStream<WatchEvent>.Iterator
    init(_ stream: AsyncStream<WatchEvent>) { iterator = stream.makeAsyncIterator() }

    /// Waits for an event; ends with the watch.
    mutating func next(_ isWanted: (WatchEvent) -> Bool) async throws {
      while let event = await iterator.next() { if isWanted(event) { return } }
      throw Problem("the watch ended")
    }

    mutating func synced(committed: Int? = nil) async throws {
      try await next {
        if case .synced(let report) = $0 {
          committed == nil || report.round.committed == committed
        } else {
          false
        }
      }
    }

    mutating func received(_ count: Int, conflicts: Int = 0) async throws {
      try await next { $0 == .received(count, conflicts: conflicts) }
    }

    mutating func offline(_ outage: WatchEvent.Outage) async throws {
      try await next {
        if case .offline(outage, _) = $0 { true } else { false }
      }
    }
  }

  /// Runs `body` beside a watch, which is cancelled after it and must then end by itself.
  private func watching(
    _ office: TestOffice, retriesAll: Bool = false, _ body: (inout Events) async throws -> Void
  ) async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: WatchEvent.self)
    var events = Events(stream)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { continuation.finish() }
        try await office.replica.watch(over: office.server, retriesAll: retriesAll) {
          continuation.yield($0)
        }
      }
      try await body(&events)
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  private func topic(_ office: TestOffice, _ name: String) async throws {
    let record = try await office.view("ONE").id
    try office.server.commit(record, "ONE", [Registry.name: .text(name)])
  }

  @Test func changesArriveAsTheyAreCommitted() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await watching(vienna) { events in
      try await events.synced()
      try await topic(vienna, "First")
      try await events.received(1)
      #expect(try await vienna.text("ONE", "name") == "First")
    }
  }

  @Test func editsLeaveBesideTheFollowOnTheSameConnection() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await watching(vienna) { events in
      try await events.synced()
      let before = vienna.server.connections
      try await vienna.edit("ONE", "size=1")
      try await events.synced(committed: 1)
      try await vienna.edit("ONE", "size=2")
      try await events.synced(committed: 1)
      #expect(vienna.server.connections == before)
    }
    #expect(vienna.server.position == 3)
  }

  @Test func aHeartbeatMovesNothingAndTellsNothing() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let before = try await vienna.replica.identity()
    try await watching(vienna) { events in
      try await events.synced()
      try await topic(vienna, "First")
      // Many heartbeats come before it and after it, and none is an event.
      try await events.received(1)
    }
    let after = try await vienna.replica.identity()
    #expect(after.cursor?.position == before.cursor?.position.next)
  }

  @Test func anEditThatIsStaleBesideTheFollowIsRebasedOnWhatTheFollowBrings() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let record = try await vienna.view("ONE").id
    let server = vienna.server
    try await watching(vienna) { events in
      try await events.synced()
      server.meanwhile {
        try server.commit(
          record, "ONE", [Registry.name: .text("ONE"), Registry.status: .choice("done")])
      }
      try await vienna.edit("ONE", "size=1")
      try await events.synced(committed: 1)
      #expect(try await vienna.text("ONE", "status") == "done")
      #expect(try await vienna.text("ONE", "size") == "1")
    }
  }

  @Test func aConflictThatTheFollowBringsIsTold() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try vienna.server.refuses("ONE", Refusal(.invalid, "no"))
    try await vienna.edit("ONE", "name=Ours")
    try await watching(vienna) { events in
      try await events.synced()
      try await topic(vienna, "Theirs")
      try await events.received(1, conflicts: 1)
      #expect(try await vienna.place("ONE") == .conflict)
    }
  }

  @Test(arguments: TestServer.Place.allCases)
  func aWatchComesBackByItselfAfterAFailureAnywhere(place: TestServer.Place) async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    let record = try await vienna.view("TWO").id
    try vienna.server.commit(record, "TWO", [Registry.name: .text("Second")])
    try await vienna.edit("ONE", "size=1")
    vienna.server.breaks(at: place)
    try await watching(vienna) { events in
      try await events.offline(.call(.unreachable(.silent)))
      try await events.synced()
      try await topic(vienna, "First")
      try await events.received(1)
      #expect(try await vienna.text("ONE", "name") == "First")
    }
    #expect(try await vienna.text("TWO", "name") == "Second")
    #expect(try await vienna.text("ONE", "size") == nil)
    #expect(try await vienna.replica.status().pending.isEmpty)
  }

  @Test func aFollowThatTheServerEndsIsBegunAnew() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    vienna.server.breaks(at: .follow, .storeUnavailable)
    try await watching(vienna) { events in
      try await events.offline(.call(.storeUnavailable))
      try await events.synced()
    }
    #expect(vienna.server.connections == 3)
  }

  @Test(arguments: [
    CallError.unknownOffice, .otherRegister, .otherProtocol, .malformed,
    .peerFault(.failed),
  ])
  func whatNoWaitingMendsEndsTheWatch(error: CallError) async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    vienna.server.breaks(at: .follow, error)
    await #expect(throws: error) {
      try await vienna.replica.watch(over: vienna.server) { _ in }
    }
  }

  @Test func aCancelledWatchEndsWithoutAnError() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await watching(vienna) { try await $0.synced() }
    vienna.server.breaks(at: .connect, .unknownOffice)
    #expect(vienna.server.followers > 0)
  }

  @Test func refusedEditsAreSentOnceMoreIfThePersonAsks() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try vienna.server.refuses("ONE", Refusal(.invalid, "no"))
    try await vienna.edit("ONE", "size=1")
    try await vienna.sync()
    let pushed = vienna.server.pushed.count
    vienna.server.breaks(at: .follow)
    try await watching(vienna, retriesAll: true) { events in
      try await events.synced()
      try await events.offline(.call(.unreachable(.silent)))
      try await events.synced()
    }
    #expect(vienna.server.pushed.count == pushed + 1)
  }
}
