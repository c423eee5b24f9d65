internal import GRPCCore
internal import LiaisonSync

/// Calls that anybody may make, without a certificate. So that nobody takes a server for himself, there are few
/// at once from one address, and few in all of those that stay. A replica is counted by itself, wherever it is.
final class OpenCalls: Sendable {
  enum Key: Hashable, Sendable {
    case replica([UInt8])
    case network(String)
  }

  private let authenticator: Authenticator
  private let replica: @Sendable ([UInt8]) -> [UInt8]?
  private let calls = Places<Key>(most: SyncLimits.openCalls)
  private let staying = Places<Int>(most: SyncLimits.stayingCalls)

  init(_ authenticator: Authenticator, _ security: ServerSecurity) {
    self.authenticator = authenticator
    replica =
      switch security {
      case .insecureLoopback: { _ in nil }
      case .tls(_, let replica): replica
      }
  }

  /// What a call takes up while it is kept.
  struct Place: Sendable {
    fileprivate let call: Places<Key>.Place
    fileprivate let stay: Places<Int>.Place?
  }

  /// - Parameter stays: whether the caller says when the call ends.
  /// - Throws: ``CallError/tooManyCalls``.
  func take(_ context: ServerContext, stays: Bool = false) throws -> Place {
    if case .certificate(let certificate, _) = try authenticator.caller([:], context),
      let replica = replica(certificate)
    {
      return try take(.replica(replica), stays: stays)
    }
    return try take(Self.network(context.remotePeer), stays: stays)
  }

  func take(_ key: Key, stays: Bool = false) throws(CallError) -> Place {
    guard let call = calls.take(key) else { throw .tooManyCalls }
    guard stays else { return Place(call: call, stay: nil) }
    guard let stay = staying.take(0) else { throw .tooManyCalls }
    return Place(call: call, stay: stay)
  }

  /// - Parameter peer: where the caller is, as the transport names it.
  static func network(_ peer: String) -> Key {
    .network(CallerNetwork.of(peer: Authenticator.peer(peer)))
  }

  /// Waits for what the caller has to say, and no longer than its patience.
  static func hearing<Result: Sendable>(
    _ body: @escaping @Sendable (ProgressDeadline) async throws -> Result
  ) async throws -> Result {
    let patience = SyncLimits.enrolmentPatience
    let deadline = ProgressDeadline(first: patience, patience: patience, clock: ContinuousClock())
    do {
      return try await deadline.watching { try await body(deadline) }
    } catch is ProgressDeadline.Expired {
      throw RPCError(code: .deadlineExceeded, message: "the caller says nothing")
    }
  }
}
