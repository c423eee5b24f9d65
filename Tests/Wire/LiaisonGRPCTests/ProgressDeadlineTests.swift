import Testing

@testable import LiaisonGRPC

struct ProgressDeadlineTests {
  private let clock = ManualClock()
  private let deadline: ProgressDeadline

  init() {
    deadline = ProgressDeadline(first: .seconds(2), patience: .seconds(5), clock: clock)
  }

  /// Watches a peer that gives nothing by itself. Its patience must end while, or after, `body`
  /// moves the clock on.
  private func expectEnd(_ body: () async throws -> Void) async throws {
    async let watch: Void = deadline.watching { try await Gate().wait() }
    try await body()
    do {
      try await watch
      Issue.record("the watch ended by itself")
    } catch is ProgressDeadline.Expired {}
  }

  /// Moves the clock on, and waits until the watch has looked at it and sleeps again.
  private func goOn(_ duration: Duration) async {
    await clock.untilSomebodySleeps()
    clock.advance(by: duration)
    await clock.untilSomebodySleeps()
  }

  @Test func theFirstThingHasATimeOfItsOwn() async throws {
    try await expectEnd {
      await goOn(.milliseconds(1999))
      clock.advance(by: .milliseconds(1))
    }
  }

  @Test func everyFurtherThingHasThePatienceFromTheLastOneOn() async throws {
    try await expectEnd {
      for _ in 0..<3 {
        await goOn(.milliseconds(1500))
        try await deadline.pausing {}
      }
      // 4.5 s have passed; from now on it is 5 s.
      await goOn(.milliseconds(4999))
      clock.advance(by: .milliseconds(1))
    }
  }

  @Test func theTimeThatThisSideTakesDoesNotCount() async throws {
    try await expectEnd {
      await clock.untilSomebodySleeps()
      try await deadline.pausing { for _ in 0..<10 { await goOn(.seconds(60)) } }
      await goOn(.milliseconds(4999))
      clock.advance(by: .seconds(1))
    }
  }

  @Test func whatComesAfterTheEndIsNotTaken() async throws {
    try await expectEnd {
      await clock.untilSomebodySleeps()
      clock.advance(by: .seconds(2))
    }
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
    let deadline = deadline
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
