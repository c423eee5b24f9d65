internal import GRPCCore

extension ServerContext {
  /// Runs `body`, and cancels it when its caller is gone or the server drains: gRPC only tells of
  /// that.
  func untilCancelled(_ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await body() }
      group.addTask { try await cancellation.cancelled }
      try await group.next()
    }
  }
}
