import Foundation
import Testing

/// Runs tests that wait for processes on threads of their own: the pool of Swift's concurrency has one
/// thread for each core, and while two tests block it, all others stand still and run out of their
/// time.
struct OffPool: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(CommandThreads.shared) { try await function() }
  }
}

extension Trait where Self == OffPool {
  static var offPool: OffPool { OffPool() }
}

private final class CommandThreads: TaskExecutor {
  static let shared = CommandThreads()
  private let queue = OperationQueue()

  /// Two tests wait for most of their time.
  private init() { queue.maxConcurrentOperationCount = 3 }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
