import LiaisonGRPC
import LiaisonModel
import LiaisonServer
import LiaisonSync
import LiaisonWire
import Synchronization

/// How offices reach headquarters.
protocol Link: Sendable {
  func connector(for office: OfficeID) -> any SyncConnector
}

struct TCPLink: Link {
  /// No round here is about time, and the server may have to share its threads with other tests.
  private static let patience = Duration.seconds(300)

  let server: Endpoint

  func connector(for office: OfficeID) -> any SyncConnector {
    GRPCConnector(
      to: server, .insecureLoopback(office), patience: TCPLink.patience, answer: TCPLink.patience)
  }
}

/// Straight into the service, through the bytes of every message.
struct DirectLink: Link {
  let service: SyncService

  func connector(for office: OfficeID) -> any SyncConnector {
    Connector(service: service, office: office)
  }

  private struct Connector: SyncConnector {
    let service: SyncService
    let office: OfficeID

    func connecting<Result: Sendable>(
      _ body: @escaping @Sendable (any SyncEndpoint) async throws -> Result
    ) async throws -> Result {
      try await body(ThroughBytes(inner: try await service.endpoint(for: office)))
    }
  }

  private struct ThroughBytes: SyncEndpoint {
    let inner: any SyncEndpoint

    func history(
      _ request: HistoryRequest,
      receive: @escaping @Sendable (HistoryResponse) async throws -> Void
    ) async throws {
      try await inner.history(HistoryRequest(wire: request.wireBytes())) {
        try await receive(HistoryResponse(wire: $0.wireBytes()))
      }
    }

    func pull(
      _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
    ) async throws {
      try await inner.pull(PullRequest(wire: request.wireBytes())) {
        try await receive(PullResponse(wire: $0.wireBytes()))
      }
    }

    func push(
      next: @escaping @Sendable () async throws -> PushRequest?,
      receive: @escaping @Sendable (PushResponse) async throws -> Void
    ) async throws {
      try await inner.push {
        try await next().map { try PushRequest(wire: $0.wireBytes()) }
      } receive: {
        try await receive(PushResponse(wire: $0.wireBytes()))
      }
    }
  }
}

/// A line that breaks before or after a message, so that requests and answers get lost.
struct CutLink: Link {
  let inner: any Link
  /// Asked at each point at which the line can break; throws if it does.
  let point: @Sendable () async throws -> Void

  /// Silence ends a sync; a connection that broke is made anew first.
  static let broken = CallError.unreachable(.silent)

  /// One that breaks at a point, counted from 1, and holds otherwise.
  static func breaking(_ inner: any Link, at last: Int) -> CutLink {
    let points = Mutex(0)
    return CutLink(inner: inner) {
      let point = points.withLock { points in
        points += 1
        return points
      }
      if point == last { throw broken }
    }
  }

  func connector(for office: OfficeID) -> any SyncConnector {
    Connector(inner: inner.connector(for: office), point: point)
  }

  private struct Connector: SyncConnector {
    let inner: any SyncConnector
    let point: @Sendable () async throws -> Void

    func connecting<Result: Sendable>(
      _ body: @escaping @Sendable (any SyncEndpoint) async throws -> Result
    ) async throws -> Result {
      try await inner.connecting { try await body(Cut(inner: $0, point: point)) }
    }
  }

  private struct Cut: SyncEndpoint {
    let inner: any SyncEndpoint
    let point: @Sendable () async throws -> Void

    func history(
      _ request: HistoryRequest,
      receive: @escaping @Sendable (HistoryResponse) async throws -> Void
    ) async throws {
      try await point()
      try await inner.history(request, receive: receive)
    }

    func pull(
      _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
    ) async throws {
      try await point()
      try await inner.pull(request) { message in
        try await point()
        try await receive(message)
        try await point()
      }
    }

    func push(
      next: @escaping @Sendable () async throws -> PushRequest?,
      receive: @escaping @Sendable (PushResponse) async throws -> Void
    ) async throws {
      try await point()
      try await inner.push {
        let batch = try await next()
        try await point()
        return batch
      } receive: { verdicts in
        try await point()
        try await receive(verdicts)
        try await point()
      }
    }
  }
}
