internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import LiaisonModel
public import LiaisonSync
public import Logging

/// A sync server on one TCP address: real gRPC over HTTP/2.
public struct SyncServer: Sendable {
  /// Where a server listens. Loopback only, until offices have certificates.
  public struct Address: Hashable, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int

    /// - Throws: ``ServerError`` where the text is no address, or not one of loopback.
    public init(_ text: String) throws {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      let isBracketed = text.hasPrefix("[::1]:")
      guard isBracketed || parts.count == 2, let port = parts.last.flatMap({ UInt16($0) }) else {
        throw ServerError(.badAddress, "'\(text)' is not an address of the form HOST:PORT")
      }
      let host = isBracketed ? "::1" : String(parts[0])
      guard host == "::1" || host == "localhost" || Address.isLoopback4(host) else {
        throw ServerError(
          .notLoopback,
          "'\(host)' is not a loopback address, and this version does not check who an office is")
      }
      self.host = host == "localhost" ? "127.0.0.1" : host
      self.port = Int(port)
    }

    public init(host: String, port: Int) {
      self.host = host
      self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isLoopback4(_ host: String) -> Bool {
      let bytes = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
      return bytes.count == 4 && bytes[0] == 127 && !bytes.contains(nil)
    }
  }

  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  public let service: SyncService
  private let log: Logger

  public init(
    changeLog: any ChangeLog, coding: any RevisionCoding, address: Address, log: Logger
  ) {
    service = SyncService(log: changeLog, coding: coding)
    self.log = log
    let socket: GRPCNIOTransportHTTP2Posix.SocketAddress =
      address.host.contains(":")
      ? .ipv6(host: address.host, port: address.port)
      : .ipv4(host: address.host, port: address.port)
    let transport = HTTP2ServerTransport.Posix(
      address: socket, transportSecurity: .plaintext,
      config: .defaults { config in
        config.http2.targetWindowSize = Tuning.windowBytes
        config.http2.maxFrameSize = Tuning.frameBytes
        config.connection.keepalive = .init(
          time: .seconds(Tuning.keepaliveSeconds),
          timeout: .seconds(Tuning.keepaliveAnswerSeconds),
          clientBehavior: .init(
            minPingIntervalWithoutCalls: .seconds(Tuning.keepaliveFloorSeconds),
            allowWithoutCalls: false))
        config.rpc.maxRequestPayloadSize = SyncLimits.messageBytes
      })
    server = GRPCServer(
      transport: transport,
      services: [SyncHandlers(service: service, authenticator: ClaimedOffice())])
  }

  /// Serves until ``drain()`` or cancellation.
  /// - Parameter ready: is told the address once the server listens.
  /// - Throws: ``ServerError`` where the address cannot be listened on.
  public func run(ready: @escaping @Sendable (Address) -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await serve() }
      group.addTask {
        guard let address = try? await server.listeningAddress else { return }
        if let ipv4 = address.ipv4 { ready(Address(host: ipv4.host, port: ipv4.port)) }
        if let ipv6 = address.ipv6 { ready(Address(host: ipv6.host, port: ipv6.port)) }
      }
      try await group.waitForAll()
    }
  }

  /// Takes no new calls, and lets those under way end.
  public func drain() {
    log.info("draining")
    service.stopFollowing()
    server.beginGracefulShutdown()
  }

  private func serve() async throws {
    do {
      try await server.serve()
    } catch let error as RuntimeError where error.cause != nil || error.code == .transportError {
      throw ServerError(
        .cannotListen, "the address cannot be listened on: another program may have the port",
        cause: error)
    }
  }
}

/// Why a server does not serve.
public struct ServerError: Error, Sendable, CustomStringConvertible {
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable { case badAddress, notLoopback, cannotListen }
    private let name: Name
    public static let badAddress = Code(name: .badAddress)
    public static let notLoopback = Code(name: .notLoopback)
    public static let cannotListen = Code(name: .cannotListen)
  }

  public let code: Code
  public let message: String
  public let cause: (any Error)?

  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  public var description: String { message }
}
