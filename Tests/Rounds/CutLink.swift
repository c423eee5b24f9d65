import LiaisonModel
import LiaisonReplica
import LiaisonSync

/// A line that breaks before or after a message, so that requests and answers get lost.
struct CutLink: Link {
  let inner: DirectLink
  /// Asked at each point where the line can break; throws where it does.
  let point: @Sendable () throws -> Void

  func connecting<Result: Sendable>(
    _ office: OfficeID, _ body: @escaping @Sendable (any SyncTransport) async throws -> Result
  ) async throws -> Result {
    try await inner.connecting(office) { try await body(CutTransport(inner: $0, point: point)) }
  }

  static var broken: SyncError { SyncError(.unreachable, "the line was cut") }

  private struct CutTransport: SyncTransport {
    let inner: any SyncTransport
    let point: @Sendable () throws -> Void

    func pull(
      _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
    ) async throws {
      try point()
      try await inner.pull(request) { message in
        try point()
        try await receive(message)
        try point()
      }
    }

    func push(
      next: @escaping @Sendable () async throws -> PushRequest?,
      receive: @escaping @Sendable ([Verdict]) async throws -> Void
    ) async throws {
      try point()
      try await inner.push {
        let batch = try await next()
        try point()
        return batch
      } receive: { verdicts in
        try point()
        try await receive(verdicts)
        try point()
      }
    }
  }
}
