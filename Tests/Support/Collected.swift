import Synchronization

/// What a callback was given, in order.
public final class Collected<Element: Sendable>: Sendable {
  private struct State {
    var elements: [Element] = []
    var waiting: [Int: Waiting] = [:]
    var next = 0
  }

  private struct Waiting {
    let count: Int
    let task: CheckedContinuation<Void, any Error>
  }

  private let state = Mutex(State())
  public init() {}
  public var all: [Element] { state.withLock { $0.elements } }

  public func add(_ element: Element) {
    let reached = state.withLock { state in
      state.elements.append(element)
      let reached = state.waiting.filter { $0.value.count <= state.elements.count }
      for id in reached.keys { state.waiting[id] = nil }
      return reached
    }
    for waiting in reached.values { waiting.task.resume() }
  }

  /// Comes back when there are as many.
  /// - Throws: `CancellationError` when its task is cancelled before.
  public func reaches(_ count: Int) async throws {
    let id = state.withLock { state in
      state.next += 1
      return state.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { task in
        let answer: Result<Void, any Error>? = state.withLock { state in
          if state.elements.count >= count { return .success(()) }
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiting[id] = Waiting(count: count, task: task)
          return nil
        }
        if let answer { task.resume(with: answer) }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.task
        .resume(throwing: CancellationError())
    }
  }
}
