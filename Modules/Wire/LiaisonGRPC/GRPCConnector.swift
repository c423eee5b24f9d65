internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import LiaisonModel
public import LiaisonSync

public import struct LiaisonSync.Endpoint

/// The way from an office to a server over gRPC: HTTP/2 over TCP.
public struct GRPCConnector: SyncConnector {
  public let server: Endpoint
  private let security: ClientSecurity
  private let patience: Duration
  private let answer: Duration
  private let clock: any Clock<Duration>

  /// - Parameters:
  ///   - server: on loopback, if the connection is not secure.
  ///   - patience: how long the server may take for each thing that it owes: a header, a batch, a
  ///     verdict, a heartbeat, the end of a stream.
  ///   - answer: how long it may take for its first answer to a call, if that is less.
  ///   - clock: measures both.
  public init(
    to server: Endpoint, _ security: ClientSecurity, patience: Duration = SyncLimits.patience,
    answer: Duration = SyncLimits.answer, clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.server = server
    self.security = security
    self.patience = patience
    self.answer = min(answer, patience)
    self.clock = clock
  }

  /// Connects with the first call, and anew with a later one if the connection broke.
  /// - Throws: ``CallError/notLoopback(_:)``, and what `body` throws.
  public func connecting<Result: Sendable>(
    _ body: @escaping @Sendable (any SyncEndpoint) async throws -> Result
  ) async throws -> Result {
    try await calling { try await body($0) }
  }

  /// Connects to what lets replicas in.
  /// - Throws: ``CallError/untrusted(_:)``, and what `body` throws.
  public func enrolling<Result: Sendable>(
    _ body: @escaping @Sendable (any EnrolEndpoint) async throws -> Result
  ) async throws -> Result {
    try await calling { try await body($0) }
  }

  func calling<Result: Sendable>(
    _ body: @escaping @Sendable (GRPCEndpoint) async throws -> Result
  ) async throws -> Result {
    let distrust = Distrust()
    let connection = try ClientConnection { try transport(distrust) }
    let endpoint = GRPCEndpoint(
      connection: connection, metadata: metadata, distrust: distrust, patience: patience,
      answer: answer, clock: clock)
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(endpoint))
    } catch {
      result = .failure(error)
    }
    await connection.close()
    return try result.get()
  }

  /// Who calls, if the connection does not show it.
  private var metadata: Metadata {
    guard case .insecureLoopback(let office) = security else { return [:] }
    return [SyncMethods.officeKey: .string(office.text)]
  }

  private func transport(_ distrust: Distrust) throws(CallError) -> HTTP2ClientTransport.Posix {
    if case .insecureLoopback = security, !server.isLoopback { throw .notLoopback(server) }
    let target: any ResolvableTarget =
      if server.isIPv6 {
        .ipv6(address: server.host, port: server.port)
      } else if server.isIPv4 {
        .ipv4(address: server.host, port: server.port)
      } else {
        .dns(host: server.host, port: server.port)
      }
    do {
      return try HTTP2ClientTransport.Posix(
        target: target,
        transportSecurity: .liaison(security, host: server.host, distrust),
        config: .defaults { config in
          config.http2.targetWindowSize = Tuning.windowBytes
          config.http2.maxFrameSize = Tuning.frameBytes
          config.connection.keepalive = .init(
            time: .seconds(Tuning.keepaliveSeconds),
            timeout: .seconds(Tuning.keepaliveAnswerSeconds), allowWithoutCalls: false)
        })
    } catch {
      throw CallError(transport: error)
    }
  }
}
