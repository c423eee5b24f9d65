import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import Testing

/// A replica that stays in step over TCP, while the server comes and goes.
struct WatchTests {
  /// What a watch tells, in order.
  private struct Events {
    private var iterator: AsyncStream<WatchEvent>.Iterator
    init(_ stream: AsyncStream<WatchEvent>) { iterator = stream.makeAsyncIterator() }

    mutating func next(_ isWanted: (WatchEvent) -> Bool) async throws {
      while let event = await iterator.next() { if isWanted(event) { return } }
      throw Problem("the watch ended")
    }
  }

  @Test func aWatchReceivesSendsAndComesBackWhenTheServerDoes() async throws {
    let hq = try await Headquarters()
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    let newYork = try hq.office("NYC", DirectLink(service: hq.service))
    try await newYork.sync()
    let (stream, event) = AsyncStream.makeStream(of: WatchEvent.self)
    var events = Events(stream)
    var port = 0

    try await withThrowingTaskGroup(of: Void.self) { group in
      try await hq.overTCP { link in
        port = link.server.port
        let (replica, connector) = (vienna.replica, link.connector(for: vienna.id))
        group.addTask { try await replica.watch(over: connector) { event.yield($0) } }
        try await events.next { if case .synced = $0 { true } else { false } }
        let other = newYork.on(link)
        try await other.new("area", "code=CT", "name=Counter-terrorism")
        try await other.sync()
        try await events.next { if case .received(1, _) = $0 { true } else { false } }
        #expect(try await vienna.value("CT", "name") == "Counter-terrorism")
        // Each place that it stood in is one to go back to, should the server be restored.
        let places = try await vienna.store.read { try $0.waypoints() }
        let before = try await hq.log.status(among: places).shared
        #expect(before?.position == .zero, "where it stood before the first entry")
        try await other.edit("CT", "name=Countering terrorism")
        try await other.sync()
        try await events.next { if case .received(1, _) = $0 { true } else { false } }
        let more = try await vienna.store.read { try $0.waypoints() }
        #expect(try await hq.log.status(among: more).shared?.position.number == 1)
      }
      try await events.next { if case .offline = $0 { true } else { false } }
      try await vienna.edit("CT", "name=Terrorism, countering")

      try await hq.overTCP(port: port) { _ in
        try await events.next {
          if case .synced(let report) = $0 { report.round.committed == 1 } else { false }
        }
        try await vienna.edit("CT", "name=Counter-terrorism again")
        try await events.next {
          if case .synced(let report) = $0 { report.round.committed == 1 } else { false }
        }
        group.cancelAll()
      }
      try await group.waitForAll()
    }
    try await newYork.sync()
    #expect(try await newYork.value("CT", "name") == "Counter-terrorism again")
    #expect(try await newYork.digest() == hq.digest())
    #expect(try await vienna.digest() == hq.digest())
  }
}
