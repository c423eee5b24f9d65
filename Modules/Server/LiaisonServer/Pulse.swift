internal import LiaisonSync
internal import Synchronization

/// Whether a server answers its offices: it does while its store has answered lately and it does not drain.
///
/// Whoever asks costs a look at what is known, and the store nothing.
final class Pulse: Sendable {
  private struct State {
    /// When the store has answered last; nil if it never has, or has failed since.
    var answered: Duration?
    var isDraining = false
  }

  /// Rings when the store or the server says something else than before; a store that falls silent says
  /// nothing.
  let changes = CommitSignal()
  private let state = Mutex(State())
  private let now: @Sendable () -> Duration

  /// - Parameter now: the time since some moment.
  init(now: @escaping @Sendable () -> Duration) { self.now = now }

  var isDraining: Bool { state.withLock { $0.isDraining } }

  var health: ServerHealth {
    state.withLock { state in
      guard let answered = state.answered, !state.isDraining else { return .notServing }
      return now() - answered <= SyncLimits.storePatience ? .serving : .notServing
    }
  }

  func storeAnswered() { setAnswered(now()) }

  func storeFailed() { setAnswered(nil) }

  /// For good.
  func drain() {
    state.withLock { $0.isDraining = true }
    changes.close()
  }

  private func setAnswered(_ time: Duration?) {
    let isOther = state.withLock { state in
      defer { state.answered = time }
      return (state.answered == nil) != (time == nil)
    }
    if isOther { changes.fire() }
  }
}
