import Synchronization

/// A clock that stands still until a test moves it on.
final class ManualClock: Clock, Sendable {
  struct Instant: InstantProtocol {
    var offset = Duration.zero
    func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    func duration(to other: Instant) -> Duration { other.offset - offset }
    static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
  }

  private struct State {
    var now = Instant()
    var last = 0
    var sleepers: [Int: (until: Instant, CheckedContinuation<Void, any Error>)] = [:]
    /// Closed when somebody sleeps.
    var waiting: [AsyncStream<Void>.Continuation] = []
  }

  private let state = Mutex(State())

  var now: Instant { state.withLock { $0.now } }
  var minimumResolution: Duration { .zero }

  func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    let id = state.withLock { state in
      state.last += 1
      return state.last
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let answer: Result<Void, any Error>? = state.withLock { state in
          if Task.isCancelled { return .failure(CancellationError()) }
          if deadline <= state.now { return .success(()) }
          state.sleepers[id] = (deadline, continuation)
          for waiter in state.waiting { waiter.finish() }
          state.waiting = []
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
      sleeper?.1.resume(throwing: CancellationError())
    }
  }

  /// Returns once somebody sleeps, or the caller is cancelled.
  func untilSomebodySleeps() async {
    let (sleeping, waiter) = AsyncStream.makeStream(of: Void.self)
    state.withLock { state in
      if state.sleepers.isEmpty { state.waiting.append(waiter) } else { waiter.finish() }
    }
    for await _ in sleeping {}
  }

  func advance(by duration: Duration) { advance { $0.now.advanced(by: duration) } }

  /// Moves on to when the first sleeper wakes.
  func advanceToTheFirst() { advance { $0.sleepers.values.map(\.until).min() ?? $0.now } }

  private func advance(to instant: (State) -> Instant) {
    let woken = state.withLock { state in
      state.now = instant(state)
      let woken = state.sleepers.filter { $0.value.until <= state.now }
      for id in woken.keys { state.sleepers[id] = nil }
      return woken.values.map(\.1)
    }
    for sleeper in woken { sleeper.resume() }
  }
}
