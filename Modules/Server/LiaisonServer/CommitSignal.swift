internal import Synchronization

/// Wakes those who follow the log when something was committed.
///
/// A follower takes ``next`` before it reads the log and waits for it afterwards, so that no
/// commit falls between.
package final class CommitSignal: Sendable {
  private struct State {
    var generation = 0
    var isClosed = false
    var waiting: [Int: (generation: Int, CheckedContinuation<Bool, Never>)] = [:]
    var lastWaiter = 0
  }

  private let state = Mutex(State())

  /// The first commit after the one that `generation` stands for.
  package struct Next: Sendable {
    fileprivate let signal: CommitSignal
    let generation: Int

    /// - Returns: false if there will be no further commit, or the caller was cancelled.
    func wait() async -> Bool { await signal.wait(after: generation) }

    /// Waits until `pause` has ended, if that comes first.
    package func wait(_ pause: @escaping @Sendable () async throws -> Void) async -> Wake {
      await withTaskGroup(of: Wake.self) { group in
        defer { group.cancelAll() }
        group.addTask { await wait() ? .committed : .ended }
        group.addTask {
          do {
            try await pause()
            return .quiet
          } catch {
            return .ended
          }
        }
        return await group.next() ?? .ended
      }
    }
  }

  package enum Wake {
    case committed
    case quiet
    case ended
  }

  package init() {}

  /// How many wait.
  var waiters: Int { state.withLock { $0.waiting.count } }

  package var next: Next { Next(signal: self, generation: state.withLock { $0.generation }) }

  package func fire() {
    let woken = state.withLock { state in
      state.generation += 1
      defer { state.waiting = [:] }
      return state.waiting.values.map(\.1)
    }
    for waiter in woken { waiter.resume(returning: true) }
  }

  func close() {
    let woken = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [:] }
      return state.waiting.values.map(\.1)
    }
    for waiter in woken { waiter.resume(returning: false) }
  }

  private func wait(after generation: Int) async -> Bool {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if state.isClosed || Task.isCancelled { return false }
          if state.generation > generation { return true }
          state.waiting[id] = (generation, continuation)
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiting.removeValue(forKey: id) }
      waiter?.1.resume(returning: false)
    }
  }
}
