internal import Synchronization

/// Watches that the other side of a call keeps giving what it owes.
///
/// The time runs while the other side is waited for, and starts anew with each thing that it gave;
/// it stands still while this side is at work.
final class ProgressDeadline: Sendable {
  /// The other side owed something for too long.
  struct Expired: Error {}

  private struct State {
    /// How many pieces of this side's work are under way.
    var working = 0
    /// When the patience ends, if this side is not at work.
    var until: Duration
    /// Whether it has ended. Nothing follows.
    var isOver = false
  }

  private let state: Mutex<State>
  private let patience: Duration
  /// A deadline is never nearer than this when it is set.
  private let shortest: Duration
  /// The time since the watch was made.
  private let now: @Sendable () -> Duration
  private let sleep: @Sendable (_ until: Duration) async throws -> Void

  /// - Parameters:
  ///   - first: how long the first thing may take from now on.
  ///   - patience: how long each further thing may take.
  init<C: Clock>(first: Duration, patience: Duration, clock: C) where C.Duration == Duration {
    let start = clock.now
    now = { start.duration(to: clock.now) }
    sleep = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    state = Mutex(State(until: first))
    self.patience = patience
    shortest = min(first, patience)
  }

  /// Runs `body`, and cancels it when the patience has ended.
  /// - Throws: ``Expired``, or what `body` throws.
  func watching<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await body() }
      group.addTask {
        try await self.end()
        return nil
      }
      guard let first = try await group.next(), let result = first else { throw Expired() }
      return result
    }
  }

  /// Runs this side's own work, for which the other side does not answer.
  /// - Throws: ``Expired`` if the patience ended before, or what `body` throws.
  func pausing<Result>(_ body: () async throws -> Result) async throws -> Result {
    try state.withLock { state in
      guard !state.isOver else { throw Expired() }
      state.working += 1
    }
    defer {
      state.withLock { state in
        state.working -= 1
        state.until = now() + patience
      }
    }
    return try await body()
  }

  /// Returns when the patience has ended.
  private func end() async throws {
    while let next = check() { try await sleep(next) }
  }

  /// - Returns: when to look again; nil if the patience has ended. Nothing that is set in the
  ///   meantime can end before that.
  private func check() -> Duration? {
    state.withLock { state in
      let time = now()
      guard state.working == 0 else { return time + shortest }
      guard time < state.until else {
        state.isOver = true
        return nil
      }
      return min(state.until, time + shortest)
    }
  }
}
