internal import Synchronization

/// Lets something happen at most ten times a second.
final class Throttle: Sendable {
  private let time = Mutex<ContinuousClock.Instant?>(nil)

  func isDue() -> Bool {
    time.withLock { last in
      let now = ContinuousClock.now
      if let last, now - last < .milliseconds(100) { return false }
      last = now
      return true
    }
  }
}
