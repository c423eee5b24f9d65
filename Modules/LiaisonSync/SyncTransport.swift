/// Carries the two calls of a sync round. A port: gRPC over TCP, or straight into a service.
public protocol SyncTransport: Sendable {
  /// Pulls. Hands over each message in order, and waits for `receive` before it takes the next.
  /// - Throws: ``SyncError``, or what `receive` throws.
  func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullMessage) async throws -> Void
  ) async throws

  /// Pushes batch after batch: asks `next` for one, sends it, and hands its verdicts to `receive`.
  /// Ends where `next` returns nil.
  /// - Throws: ``SyncError``, or what the closures throw.
  func push(
    next: @escaping @Sendable () async throws -> PushBatch?,
    receive: @escaping @Sendable ([Verdict]) async throws -> Void
  ) async throws
}
