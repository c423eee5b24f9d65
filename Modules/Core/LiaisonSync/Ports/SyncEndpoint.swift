/// A register as one office calls it: the two calls of a sync round, and one for a record's history. A
/// port.
///
/// A server's service is one for each of its callers, and so is a connection to a server. Whoever
/// implements it lets no other error out than those named here: what a transport or a store throws
/// becomes a ``CallError``. If the caller's task is cancelled, a call ends with `CancellationError`.
public protocol SyncEndpoint: Sendable {
  /// Whom a server's service takes the caller for; nil on any other side.
  var caller: CallerName? { get }

  /// Pulls. Hands over each message in order, and waits for `receive` before it takes the next.
  /// - Throws: ``CallError``, or what `receive` throws.
  func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
  ) async throws

  /// Pushes request after request: asks `next` for one, sends it, and hands its verdicts to
  /// `receive` before it asks for another. Ends when `next` returns nil.
  /// - Throws: ``CallError``, or what the closures throw.
  func push(
    next: @escaping @Sendable () async throws -> PushRequest?,
    receive: @escaping @Sendable (PushResponse) async throws -> Void
  ) async throws

  /// Asks for a record's history. Hands over each message in order.
  /// - Throws: ``CallError``, or what `receive` throws.
  func history(
    _ request: HistoryRequest,
    receive: @escaping @Sendable (HistoryResponse) async throws -> Void
  ) async throws
}

extension SyncEndpoint {
  public var caller: CallerName? { nil }
}

/// The way from an office to a server. A port.
public protocol SyncConnector: Sendable {
  /// Connects for the length of `body`.
  /// - Throws: ``CallError``, or what `body` throws.
  func connecting<Result: Sendable>(
    _ body: @escaping @Sendable (any SyncEndpoint) async throws -> Result
  ) async throws -> Result
}

/// What an office reaches: a service that knows its callers. A port.
public protocol SyncListener: Sendable {
  /// How it is now. Anybody may ask, as often as they like.
  var health: ServerHealth { get }

  /// Hands over how it is, and then each change; the last one is that it drains.
  /// - Throws: what `receive` throws, and `CancellationError` if the caller's task is cancelled.
  func watchHealth(
    _ receive: @escaping @Sendable (ServerHealth) async throws -> Void
  ) async throws

  /// The register as this caller may use it.
  /// - Throws: ``CallError/unknownOffice``, ``CallError/notAdmitted(_:)``.
  func endpoint(for caller: Caller) async throws -> any SyncEndpoint

  /// What lets replicas in, as this caller may use it.
  /// - Throws: ``CallError/notAdmitted(_:)``.
  func enrolment(for caller: Caller) async throws -> any EnrolEndpoint
}
