internal import NIOPosix

/// Threads of its own for what blocks: those of the tasks stay free, whatever a database does.
final class BlockingThreads: Sendable {
  private let threads: NIOThreadPool

  init(_ count: Int) {
    threads = NIOThreadPool(numberOfThreads: count)
    threads.start()
  }

  func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { caller in
      // They end when nobody runs anything.
      threads.submit { [self] _ in withExtendedLifetime(self) { caller.resume(returning: body()) } }
    }
  }

  deinit { threads.shutdownGracefully { _ in } }
}
