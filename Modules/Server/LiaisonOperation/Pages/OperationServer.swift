internal import HTTPTypes
internal import HummingbirdCore
public import LiaisonSync
public import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle

/// A second port for those who run a server: HTTP/1.1, without TLS, and nothing that is told there changes
/// anything.
///
/// It goes on while the server drains, so that a load balancer learns of it: it stops after all services that
/// stand behind it in their group.
public struct OperationServer: Service {
  private let address: LiaisonSync.Endpoint
  private let pages: OperationPages
  private let log: Logger
  private let ready: @Sendable (LiaisonSync.Endpoint) -> Void

  /// - Parameters:
  ///   - address: port 0 takes any free one.
  ///   - ready: is told the address once it listens there.
  public init(
    at address: LiaisonSync.Endpoint, of watch: ServerWatch, log: Logger,
    ready: @escaping @Sendable (LiaisonSync.Endpoint) -> Void
  ) {
    self.address = address
    pages = OperationPages(watch: watch)
    self.log = log
    self.ready = ready
  }

  /// Serves until the group is shut down, or its task is cancelled.
  /// - Throws: ``OperationPortTaken``.
  public func run() async throws {
    // What the library tells of connections is no one's concern.
    var quiet = log
    quiet.logLevel = .error
    let server = Server(
      childChannelSetup: HTTP1Channel(
        responder: { [pages] request, writer, _ in
          try await Self.answer(request, with: pages, to: writer)
        }, configuration: .operation),
      configuration: ServerConfiguration(
        address: .hostname(address.host, port: address.port), backlog: OperationLimits.queued,
        availableConnectionsDelegate: MaximumAvailableConnections(OperationLimits.connections)),
      onServerRunning: { [ready, address] channel in
        ready(LiaisonSync.Endpoint(host: address.host, port: channel.localAddress?.port ?? 0))
      },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    do {
      try await server.run()
    } catch is IOError {
      throw OperationPortTaken(address: address)
    }
  }

  /// Whoever asks gets one answer on a connection.
  private static func answer(
    _ request: Request, with pages: OperationPages, to writer: consuming ResponseWriter
  ) async throws {
    let page = await pages.page(request.method.rawValue, request.head.path ?? "")
    var fields: HTTPFields = [
      .contentType: page.type, .connection: "close", .cacheControl: "no-store",
      .contentLength: "\(page.text.utf8.count)",
    ]
    if page.status == .otherMethod { fields[.allow] = "GET, HEAD" }
    let head = HTTPResponse(status: .init(code: page.status.rawValue), headerFields: fields)
    let hasBody = request.method != .head
    try await writer.write(
      response: head,
      body: hasBody ? ResponseBody(byteBuffer: ByteBuffer(string: page.text)) : ResponseBody())
  }
}

/// The port for those who run a server cannot be listened on.
public struct OperationPortTaken: Error, Hashable, Sendable, CustomStringConvertible {
  public let address: LiaisonSync.Endpoint

  public var description: String {
    "\(address) cannot be listened on: another program may have the port, or it is none of this machine"
  }
}

extension HTTP1Channel.Configuration {
  fileprivate static var operation: Self {
    .init(
      additionalChannelHandlers: [ConnectionEnd()], idleTimeout: OperationLimits.silence,
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: OperationLimits.headerBytes,
        maxHeaderListSize: OperationLimits.headerBytes,
        maxHeaderFieldCount: OperationLimits.headers))
  }
}

/// Closes a connection that lasts too long, whatever comes on it.
private final class ConnectionEnd: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  private var end: Scheduled<Void>?

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    end = context.eventLoop.scheduleTask(in: OperationLimits.connection) {
      channel.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    end?.cancel()
    context.fireChannelInactive()
  }
}
