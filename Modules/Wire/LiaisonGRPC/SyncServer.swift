internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
public import LiaisonSync
public import Logging
internal import NIOCore

public import struct LiaisonSync.Endpoint

/// A sync server on one TCP address: real gRPC over HTTP/2.
public struct SyncServer: Sendable {
  public let address: Endpoint
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let log: Logger

  /// - Parameters:
  ///   - address: port 0 takes any free one.
  ///   - security: without it only on loopback.
  ///   - connections: how many it holds at once.
  /// - Throws: ``ListenError/notLoopback(_:)``.
  public init(
    listener: any SyncListener, address: Endpoint, security: ServerSecurity = .insecureLoopback,
    log: Logger, connections: Int = Tuning.connections
  ) throws(ListenError) {
    try self.init(
      listener: listener, address: address, security: security, log: log,
      Connections(most: connections))
  }

  /// - Parameter keepalive: how long a connection is silent before its client is asked.
  init(
    listener: any SyncListener, address: Endpoint, security: ServerSecurity = .insecureLoopback,
    log: Logger, _ connections: Connections,
    keepalive: Duration = .seconds(Tuning.keepaliveSeconds)
  ) throws(ListenError) {
    var authenticator = Authenticator.certificate
    if case .insecureLoopback = security {
      guard address.isLoopback else { throw .notLoopback(address) }
      authenticator = .metadata
    }
    self.address = address
    self.log = log
    let socket: GRPCNIOTransportHTTP2Posix.SocketAddress =
      address.isIPv6
      ? .ipv6(host: address.host, port: address.port)
      : .ipv4(host: address.host == "localhost" ? "127.0.0.1" : address.host, port: address.port)
    let transport = HTTP2ServerTransport.Posix(
      address: socket, transportSecurity: .liaison(security),
      config: .liaison(connections, security, keepalive: keepalive))
    let handlers = SyncHandlers(listener: listener, authenticator: authenticator, log: log)
    server = GRPCServer(transport: transport, services: [handlers])
  }

  /// Serves until ``drain()`` or cancellation.
  /// - Parameter ready: is told the address once the server listens.
  /// - Throws: ``ListenError/cannotListen(_:)``.
  public func run(ready: @escaping @Sendable (Endpoint) -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await serve() }
      group.addTask {
        // If there is none, `serve` says why.
        guard let bound = try? await server.listeningAddress else { return }
        if let ipv4 = bound.ipv4 { ready(Endpoint(host: ipv4.host, port: ipv4.port)) }
        if let ipv6 = bound.ipv6 { ready(Endpoint(host: ipv6.host, port: ipv6.port)) }
      }
      try await group.waitForAll()
    }
  }

  /// Takes no new calls, ends every follow, and lets the other calls under way end.
  public func drain() {
    log.notice("draining")
    server.beginGracefulShutdown()
  }

  private func serve() async throws {
    do {
      try await server.serve()
    } catch let error as RuntimeError where error.cause != nil || error.code == .transportError {
      throw ListenError.cannotListen(address)
    }
  }
}

extension HTTP2ServerTransport.Posix.Config {
  /// - Parameter keepalive: how long a connection is silent before its client is asked.
  fileprivate static func liaison(
    _ connections: Connections, _ security: ServerSecurity, keepalive: Duration
  ) -> Self {
    let isSecure = if case .tls = security { true } else { false }
    return .defaults { config in
      config.http2.targetWindowSize = Tuning.windowBytes
      config.http2.maxFrameSize = Tuning.frameBytes
      config.http2.maxConcurrentStreams = Tuning.streams
      config.connection.maxIdleTime = .seconds(Tuning.idleSeconds)
      config.connection.keepalive = .init(
        time: keepalive, timeout: .seconds(Tuning.keepaliveAnswerSeconds),
        clientBehavior: .init(
          minPingIntervalWithoutCalls: .seconds(Tuning.keepaliveFloorSeconds),
          allowWithoutCalls: false))
      config.rpc.maxRequestPayloadSize = SyncLimits.messageBytes
      config.channelDebuggingCallbacks.onAcceptTCPConnection = { connection in
        if isSecure {
          // In front of what speaks HTTP/2, and behind what speaks TLS.
          return connections.accept(connection).flatMap { OnlyTLS13.watch(connection) }
        }
        return connections.accept(connection)
      }
      config.channelDebuggingCallbacks.onAcceptHTTP2Stream = { connections.accept(call: $0) }
    }
  }
}

/// Why a server does not listen.
public enum ListenError: Error, Hashable, Sendable {
  /// The address can be reached from elsewhere.
  case notLoopback(Endpoint)
  /// The system does not give the address: another program may have the port.
  case cannotListen(Endpoint)
}

extension ListenError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notLoopback(let address):
      "'\(address.host)' is not a loopback address, and callers are not checked"
    case .cannotListen:
      "the address cannot be listened on: another program may have the port"
    }
  }
}
