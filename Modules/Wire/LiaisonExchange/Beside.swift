internal import Dispatch
internal import Synchronization

/// Work that is done on a thread of its own, beside whoever asked for it and blocks its own thread.
final class Beside<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let isDone = DispatchSemaphore(value: 0)

  init(_ work: @escaping @Sendable () throws -> Value) {
    DispatchQueue.global().async { [self] in
      let result = Result { try work() }
      self.result.withLock { $0 = result }
      isDone.signal()
    }
  }

  /// Waits for the work to be done. To be asked for once.
  func value() throws -> Value {
    isDone.wait()
    guard let result = result.withLock({ $0.take() }) else {
      preconditionFailure("work has one result")
    }
    return try result.get()
  }
}
