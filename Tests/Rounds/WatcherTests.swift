import LiaisonModel
import LiaisonReplica
import LiaisonSync
import LiaisonWire
import Testing

/// A replica that stays in step, while the server comes and goes.
struct WatcherTests {
  /// What a watcher tells, in order.
  private struct Events {
    private var iterator: AsyncStream<Watcher.Event>.Iterator
    init(_ stream: AsyncStream<Watcher.Event>) { iterator = stream.makeAsyncIterator() }

    mutating func next(_ isWanted: (Watcher.Event) -> Bool) async throws {
      while let event = await iterator.next() { if isWanted(event) { return } }
      throw Problem("the watcher ended")
    }
  }

  /// Pauses only give way, so that no test waits for a clock.
  private static let environment = ReplicaEnvironment(
    now: ReplicaEnvironment.test.now, random: ReplicaEnvironment.test.random,
    sleep: { _ in
      try Task.checkCancellation()
      await Task.yield()
    })

  @Test func aWatcherReceivesSendsAndComesBackWhenTheServerDoes() async throws {
    let hq = try Headquarters()
    var port = 0
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    let newYork = try hq.office("NYC", DirectLink(service: hq.service))
    try await newYork.sync()
    let (stream, event) = AsyncStream.makeStream(of: Watcher.Event.self)
    var events = Events(stream)
    let watcher = Watcher(
      store: vienna.store, coding: RevisionCodec(), environment: WatcherTests.environment
    ) { event.yield($0) }

    try await withThrowingTaskGroup(of: Void.self) { group in
      try await hq.overTCP { link in
        port = link.port
        group.addTask { try await watcher.run(address: link.address, office: vienna.id) }
        try await events.next { if case .synced = $0 { true } else { false } }
        let other = TestOffice(id: newYork.id, store: newYork.store, link: link)
        try await other.new("area", "code=CT", "name=Counter-terrorism")
        try await other.sync()
        try await events.next { if case .received(1, _) = $0 { true } else { false } }
        #expect(try await vienna.value("CT", "name") == "Counter-terrorism")
      }
      try await events.next { if case .offline = $0 { true } else { false } }
      try await vienna.edit("CT", "name=Terrorism, countering")

      try await hq.overTCP(port: port) { _ in
        try await events.next {
          if case .synced(let report) = $0 { report.machine.committed == 1 } else { false }
        }
        try await vienna.edit("CT", "name=Counter-terrorism again")
        try await events.next {
          if case .synced(let report) = $0 { report.machine.committed == 1 } else { false }
        }
        group.cancelAll()
      }
      await #expect(throws: CancellationError.self) { try await group.waitForAll() }
    }
    try await newYork.sync()
    #expect(try await newYork.value("CT", "name") == "Counter-terrorism again")
    #expect(try await newYork.digest() == hq.digest())
    #expect(try await vienna.digest() == hq.digest())
  }
}
