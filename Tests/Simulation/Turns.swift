import Foundation

/// Runs tasks on one thread, one job after the other in the order in which they became ready: what
/// ran once runs again in the same order.
///
/// Every job that a task of this thread makes ready, also that of an actor or of a `Task` that nobody
/// passes an executor to, comes through the runtime's hook into the thread's own queue. Jobs of other
/// threads go where they went before, so that several histories and other tests run side by side.
// Unchecked: only the thread that it was made on uses it.
final class Turns: TaskExecutor, @unchecked Sendable {
  private typealias Original = @convention(thin) (UnownedJob) -> Void
  private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

  // Unchecked: written and read on one thread, one after the other.
  private final class Box<Result>: @unchecked Sendable {
    var result: Result?
  }

  private enum Turn {
    case job(UnownedJob)
    /// Of a task that lets the others go first.
    case pass(UnsafeContinuation<Void, Never>)
  }

  private var turns: [Turn] = []
  private var next = 0

  func enqueue(_ job: consuming ExecutorJob) { turns.append(.job(UnownedJob(job))) }

  /// Lets everybody go first who is ready. `Task.yield()` would leave the thread.
  static func pass() async {
    guard let turns = pthread_getspecific(key) else { return await Task.yield() }
    let own = Unmanaged<Turns>.fromOpaque(turns).takeUnretainedValue()
    await withUnsafeContinuation { own.turns.append(.pass($0)) }
  }

  /// Runs a task to its end on this thread, and all that it starts.
  /// - Returns: nil if it waits for something that never comes.
  static func run<Result: Sendable>(
    _ body: @escaping @Sendable () async -> Result
  ) -> Result? {
    _ = isHooked
    let turns = Turns()
    let box = Box<Result>()
    pthread_setspecific(key, Unmanaged.passUnretained(turns).toOpaque())
    defer { pthread_setspecific(key, nil) }
    Task { box.result = await body() }
    turns.drain()
    return box.result
  }

  private func drain() {
    while next < turns.count {
      let turn = turns[next]
      next += 1
      if next == 1024 {
        turns.removeFirst(next)
        next = 0
      }
      switch turn {
      case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
      case .pass(let task): task.resume()
      }
    }
  }

  /// Where a thread keeps its turns.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    precondition(pthread_key_create(&key, nil) == 0, "no key for what a thread keeps")
    return key
  }()

  private static let isHooked: Bool = {
    guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "swift_task_enqueueGlobal_hook") else {
      preconditionFailure("this runtime has no hook for what becomes ready")
    }
    symbol.assumingMemoryBound(to: Hook?.self).pointee = { job, original in
      guard let turns = pthread_getspecific(Turns.key) else { return original(job) }
      Unmanaged<Turns>.fromOpaque(turns).takeUnretainedValue().enqueue(ExecutorJob(job))
    }
    return true
  }()
}
