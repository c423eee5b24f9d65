internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
public import LiaisonSync
public import Logging
internal import NIOCore
internal import NIOPosix

public import struct LiaisonSync.Endpoint

/// A sync server on one TCP address or several: real gRPC over HTTP/2.
public struct SyncServer: Sendable {
  public let addresses: [Endpoint]
  private let servers: [GRPCServer<HTTP2ServerTransport.Posix>]
  private let log: Logger

  /// - Parameters:
  ///   - addresses: port 0 takes any free one.
  ///   - security: without it only on loopback.
  ///   - connections: how many it holds at once, on all of them together.
  ///   - observer: is told of each call.
  /// - Throws: ``ListenError/notLoopback(_:)``.
  public init(
    listener: any SyncListener, addresses: [Endpoint], security: ServerSecurity = .insecureLoopback,
    log: Logger, connections: Int = Tuning.connections, observer: (any CallObserver)? = nil
  ) throws(ListenError) {
    try self.init(
      listener: listener, addresses: addresses, security: security, log: log,
      Connections(most: connections), observer: observer)
  }

  /// - Parameter keepalive: how long a connection is silent before its client is asked.
  init(
    listener: any SyncListener, addresses: [Endpoint], security: ServerSecurity = .insecureLoopback,
    log: Logger, _ connections: Connections,
    keepalive: Duration = .seconds(Tuning.keepaliveSeconds),
    observer: (any CallObserver)? = nil
  ) throws(ListenError) {
    var authenticator = Authenticator.certificate
    if case .insecureLoopback = security {
      for address in addresses where !address.isLoopback { throw .notLoopback(address) }
      authenticator = .metadata
    }
    self.addresses = addresses
    self.log = log
    let config = HTTP2ServerTransport.Posix.Config.liaison(
      connections, security, keepalive: keepalive)
    let open = OpenCalls(authenticator, security)
    let services: [any RegistrableRPCService] = [
      SyncHandlers(listener: listener, authenticator: authenticator, observer: observer, log: log),
      HealthHandlers(listener: listener, calls: open), ReflectionHandlers(calls: open),
    ]
    servers = addresses.map { address in
      // TLS is put in front of it as a connection comes.
      let transport = HTTP2ServerTransport.Posix(
        address: .init(address), transportSecurity: .plaintext, config: config)
      return GRPCServer(transport: transport, services: services)
    }
  }

  /// Serves until ``drain()`` or cancellation.
  /// - Parameter ready: is told the addresses once the server listens on all of them.
  /// - Throws: ``ListenError/cannotListen(_:)``.
  public func run(ready: @escaping @Sendable ([Endpoint]) -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (server, address) in zip(servers, addresses) {
        group.addTask { try await serve(server, at: address) }
      }
      group.addTask {
        var bound: [Endpoint] = []
        for server in servers {
          // If there is none, `serve` says why.
          guard let address = try? await server.listeningAddress else { return }
          if let ipv4 = address.ipv4 { bound.append(Endpoint(host: ipv4.host, port: ipv4.port)) }
          if let ipv6 = address.ipv6 { bound.append(Endpoint(host: ipv6.host, port: ipv6.port)) }
        }
        ready(bound)
      }
      // The first that cannot listen ends all.
      for try await _ in group {}
    }
  }

  /// Takes no new calls, ends every follow, and lets the other calls under way end.
  public func drain() {
    log.notice("draining")
    for server in servers { server.beginGracefulShutdown() }
  }

  /// Returns when every loop that carries calls has come round: a server that hangs does not get there.
  public func comeRound() async throws {
    for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
      try await loop.submit {}.get()
    }
  }

  private func serve(
    _ server: GRPCServer<HTTP2ServerTransport.Posix>, at address: Endpoint
  ) async throws {
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
    let secure: @Sendable (any Channel) throws -> Void =
      switch security {
      case .insecureLoopback: { _ in }
      case .tls(let served, let replica):
        { [doorkeeper = Doorkeeper(most: connections.most, replica: replica)] connection in
          try doorkeeper.watch(connection, served.handler())
        }
      }
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
      config.channelDebuggingCallbacks.onAcceptTCPConnection = { connections.accept($0, secure) }
      config.channelDebuggingCallbacks.onAcceptHTTP2Stream = { connections.accept(call: $0) }
    }
  }
}

extension GRPCNIOTransportHTTP2Posix.SocketAddress {
  fileprivate init(_ address: Endpoint) {
    self =
      address.isIPv6
      ? .ipv6(host: address.host, port: address.port)
      : .ipv4(host: address.host == "localhost" ? "127.0.0.1" : address.host, port: address.port)
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
    case .cannotListen(let address):
      "\(address) cannot be listened on: another program may have the port, or it is none of this machine"
    }
  }
}
