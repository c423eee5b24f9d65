import Synchronization
import TestSupport
import Testing

@testable import LiaisonGRPC

@Suite(.mustEnd)
struct ProgressDeadlineTests {
  /// Whether a watch has ended.
  private final class End: Sendable { let isOver = Mutex(false) }

  private let clock = ManualClock()
  private let deadline: ProgressDeadline

  init() {
    deadline = ProgressDeadline(first: .seconds(2), patience: .seconds(5), clock: clock)
  }

  /// Watches a peer that gives nothing by itself.
  /// - Parameters:
  ///   - last: with this much more time the patience must end.
  ///   - body: moves the clock on as far as the patience goes.
  private func expectEnd(
    after last: Duration, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    let end = End()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        await #expect(throws: ProgressDeadline.Expired.self) {
          try await deadline.watching { try await Gate().wait() }
        }
        end.isOver.withLock { $0 = true }
      }
      group.addTask {
        try await body()
        #expect(!end.isOver.withLock { $0 }, "the patience ended too early")
        clock.advance(by: last)
      }
      try await group.next()
      if end.isOver.withLock({ $0 }) { group.cancelAll() }
      try await group.waitForAll()
    }
  }

  /// Moves the clock on, and waits until the watch has looked at it and sleeps again.
  private func goOn(_ duration: Duration) async {
    await clock.untilSomebodySleeps()
    clock.advance(by: duration)
    await clock.untilSomebodySleeps()
  }

  @Test func theFirstThingHasATimeOfItsOwn() async throws {
    try await expectEnd(after: .milliseconds(1)) { await goOn(.milliseconds(1999)) }
  }

  @Test func everyFurtherThingHasThePatienceFromTheLastOneOn() async throws {
    try await expectEnd(after: .milliseconds(1)) {
      for _ in 0..<3 {
        await goOn(.milliseconds(1500))
        try await deadline.pausing {}
      }
      // 4.5 s have passed; from now on it is 5 s.
      await goOn(.milliseconds(4999))
    }
  }

  @Test func theTimeThatThisSideTakesDoesNotCount() async throws {
    try await expectEnd(after: .milliseconds(1)) {
      await clock.untilSomebodySleeps()
      try await deadline.pausing { for _ in 0..<10 { await goOn(.seconds(60)) } }
      await goOn(.milliseconds(4999))
    }
  }

  @Test func whatComesAfterTheEndIsNotTaken() async throws {
    try await expectEnd(after: .seconds(2)) { await clock.untilSomebodySleeps() }
    await #expect(throws: ProgressDeadline.Expired.self) {
      try await deadline.pausing { Issue.record("the work was begun") }
    }
  }

  @Test func aCallThatEndsInTimeEndsAsItDoes() async throws {
    struct Failure: Error {}
    #expect(try await deadline.watching { 7 } == 7)
    await #expect(throws: Failure.self) { try await deadline.watching { throw Failure() } }
  }

  @Test func aCancelledCallIsCancelledAndNotExpired() async throws {
    await #expect(throws: CancellationError.self) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await deadline.watching { try await Gate().wait() } }
        await clock.untilSomebodySleeps()
        group.cancelAll()
        try await group.next()
      }
    }
  }
}
