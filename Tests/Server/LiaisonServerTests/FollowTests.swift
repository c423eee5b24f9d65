import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

struct FollowTests {
  /// Runs a follow beside `body`, which is handed what the follow is sent, one message at a time.
  private func following(
    _ server: ServerFixture,
    _ body: (inout AsyncStream<PullResponse>.Iterator) async throws -> Void
  ) async throws {
    let endpoint = try await server.endpoint()
    let (stream, feed) = AsyncStream<PullResponse>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { feed.finish() }
        try await endpoint.pull(server.request(follow: true)) { feed.yield($0) }
      }
      var messages = stream.makeAsyncIterator()
      try await body(&messages)
      server.service.stopFollowing()
      try await group.waitForAll()
    }
  }

  private func untilFollowed(_ server: ServerFixture) async {
    while server.service.followers == 0 { await Task.yield() }
  }

  @Test(.mustEnd)
  func theLogIsReadOnceForAllWhoFollowIt() async throws {
    let server = try await ServerFixture()
    let received = Collected<LogPosition>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        let endpoint = try await server.endpoint()
        group.addTask {
          try await endpoint.pull(server.request(follow: true)) { message in
            guard case .batch(let batch) = message, !batch.changes.isEmpty else { return }
            received.add(batch.through.position)
          }
        }
      }
      for position in 1...3 {
        while server.service.followers < 50 { await Task.yield() }
        let before = server.log.work.reads
        _ = try await server.push([server.maker.area("AREA-\(position)")])
        try await received.reaches(50 * position)
        #expect(server.log.work.reads == before + 1)
      }
      server.service.stopFollowing()
      try await group.waitForAll()
    }
    #expect(received.all.count { $0.number == 3 } == 50)
  }

  @Test(.mustEnd)
  func eachCommitIsDeliveredAsItIsMade() async throws {
    let server = try await ServerFixture()
    try await following(server) { messages in
      guard case .header = await messages.next() else { throw Problem("no header") }
      for position in 1...3 {
        _ = try await server.push([server.maker.area("AREA-\(position)")])
        guard case .batch(let batch) = await messages.next() else {
          throw Problem("no batch")
        }
        #expect(batch.changes.map(\.position.number) == [Int64(position)])
        #expect(batch.through.position.number == Int64(position) && batch.remaining == 0)
      }
    }
  }

  @Test(.mustEnd)
  func aQuietFollowIsGivenASignOfLife() async throws {
    let server = try await ServerFixture()
    _ = try await server.push([server.maker.area("FTF")])
    try await following(server) { messages in
      guard case .header = await messages.next(), case .batch(let first) = await messages.next()
      else { throw Problem("no header and batch") }
      #expect(first.changes.count == 1)
      for _ in 1...3 {
        while server.quiet.waiters == 0 { await Task.yield() }
        server.quiet.pass()
        let heartbeat = PullBatch(changes: [], through: server.log.cursor(at: 1), remaining: 0)
        #expect(await messages.next() == .batch(heartbeat))
        #expect(server.quiet.duration == .seconds(10))
      }
    }
  }

  @Test(.mustEnd)
  func aRefusedEditWakesNobody() async throws {
    let server = try await ServerFixture()
    try await following(server) { messages in
      _ = await messages.next()
      await untilFollowed(server)
      _ = try await server.push([server.maker.area("FTF", name: "")])
      _ = try await server.push([server.maker.area("NEXUS")])
      guard case .batch(let batch) = await messages.next() else { throw Problem("no batch") }
      #expect(batch.changes.count == 1)
    }
  }

  @Test(.mustEnd)
  func afterDrainingAFollowEndsWithWhatThereIs() async throws {
    let server = try await ServerFixture()
    _ = try await server.push([server.maker.area("FTF")])
    server.service.stopFollowing()
    #expect(try await server.pull(server.request(follow: true)).count == 2)
    #expect(server.service.followers == 0)
  }

  @Test(.mustEnd)
  func aFollowWhoseTaskIsCancelledEnds() async throws {
    let server = try await ServerFixture()
    let endpoint = try await server.endpoint()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await endpoint.pull(server.request(follow: true)) { _ in } }
      await untilFollowed(server)
      group.cancelAll()
      try await group.waitForAll()
    }
    #expect(server.service.followers == 0)
  }
}
