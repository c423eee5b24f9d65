import LiaisonModel
import LiaisonSync
import Synchronization
import TestSupport
import Testing

@testable import LiaisonServer

/// When a server says that it answers its offices.
struct PulseTests {
  private final class Uptime: Sendable {
    private let time = Mutex(Duration.zero)
    var now: Duration { time.withLock { $0 } }
    func pass(_ duration: Duration) { time.withLock { $0 += duration } }
  }

  private let uptime = Uptime()
  private let pulse: Pulse

  init() { pulse = Pulse(now: { [uptime] in uptime.now }) }

  @Test func aStoreThatHasNotAnsweredYetServesNobody() {
    #expect(pulse.health == .notServing)
    pulse.storeAnswered()
    #expect(pulse.health == .serving)
  }

  @Test func aStoreThatFailsServesNobodyUntilItAnswersAgain() {
    pulse.storeAnswered()
    pulse.storeFailed()
    #expect(pulse.health == .notServing)
    pulse.storeAnswered()
    #expect(pulse.health == .serving)
  }

  @Test func aStoreThatFallsSilentServesNobody() {
    pulse.storeAnswered()
    uptime.pass(SyncLimits.storePatience)
    #expect(pulse.health == .serving)
    uptime.pass(.milliseconds(1))
    #expect(pulse.health == .notServing)
    pulse.storeAnswered()
    #expect(pulse.health == .serving)
  }

  @Test func aServerThatDrainsServesNobodyAnyMore() {
    pulse.storeAnswered()
    pulse.drain()
    pulse.storeAnswered()
    #expect(pulse.health == .notServing && pulse.isDraining)
  }
}

@Suite(.mustEnd)
struct HealthTests {
  /// A store that answers, or does not.
  private final class Store: Sendable {
    private let state = Mutex((isBroken: false, asked: 0))
    var asked: Int { state.withLock { $0.asked } }
    func breaks(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }

    func ask() throws {
      try state.withLock { state in
        state.asked += 1
        if state.isBroken { throw StoreError.full }
      }
    }
  }

  private let store = Store()

  /// Runs `body` beside a watch, whose answers it is handed one by one.
  private func watching(
    _ server: ServerFixture,
    _ body: (inout AsyncStream<ServerHealth>.Iterator) async throws -> Void
  ) async throws {
    let (stream, feed) = AsyncStream<ServerHealth>.makeStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask { try? await server.service.watchStore { try store.ask() } }
      while store.asked == 0 { await Task.yield() }
      group.addTask {
        defer { feed.finish() }
        try? await server.service.watchHealth { feed.yield($0) }
      }
      var answers = stream.makeAsyncIterator()
      // It may have asked before the first answer counted.
      if await answers.next() == .notServing { #expect(await answers.next() == .serving) }
      try await body(&answers)
    }
  }

  @Test func aWatchIsToldOfEachChangeAndLastOfTheDrain() async throws {
    let server = try await ServerFixture()
    try await watching(server) { answers in
      for _ in 1...3 {
        for (isBroken, told) in [(true, ServerHealth.notServing), (false, .serving)] {
          store.breaks(isBroken)
          let asked = store.asked
          while store.asked == asked {
            server.quiet.pass()
            await Task.yield()
          }
          #expect(await answers.next() == told)
        }
      }
      server.service.stopFollowing()
      #expect(await answers.next() == .notServing)
      #expect(await answers.next() == nil)
      #expect(server.service.health == .notServing)
    }
  }

  @Test func howeverOftenSomebodyAsksTheStoreIsAskedOnceAPause() async throws {
    let server = try await ServerFixture()
    try await watching(server) { _ in
      while server.quiet.waiters < 2 { await Task.yield() }
      let asked = store.asked
      for _ in 0..<100_000 where server.service.health != .serving {
        Issue.record("the store has answered")
      }
      #expect(store.asked == asked && server.quiet.duration == SyncLimits.storePause)
    }
  }

  @Test func aLogThatCannotAnswerServesNobody() async throws {
    let server = try await ServerFixture(log: BrokenLog())
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await server.service.watchStore() }
      while server.quiet.waiters == 0 { await Task.yield() }
      #expect(server.service.health == .notServing)
      group.cancelAll()
    }
  }
}
