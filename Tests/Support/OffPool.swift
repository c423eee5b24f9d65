import Foundation
public import Testing

/// Runs tests that keep a thread busy or waiting on threads of their own: the pool of Swift's concurrency
/// has one thread for each core, and while two tests hold it, all others stand still and run out of
/// their time.
public struct OffPool: SuiteTrait, TestTrait, TestScoping {
  let threads: TestThreads

  public var isRecursive: Bool { true }

  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(threads) { try await function() }
  }
}

extension Trait where Self == OffPool {
  /// For what waits for processes.
  public static var offPool: OffPool { .offPool(.commands) }
  public static func offPool(_ threads: TestThreads) -> OffPool { OffPool(threads: threads) }
}

/// Threads for tests of one kind. The processor is divided between the kinds by the system, whatever
/// one of them has to do.
public final class TestThreads: TaskExecutor {
  /// For tests that wait for processes for most of their time.
  public static let commands = TestThreads(3)
  /// For tests that start and stop a PostgreSQL of their own, of which many wait: others may hold a transaction
  /// open meanwhile, which ends when it has been idle for some seconds.
  public static let databases = TestThreads(8)

  private let queue = OperationQueue()

  private init(_ count: Int) { queue.maxConcurrentOperationCount = count }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
