internal import LiaisonSync
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Who may be connected over TLS: so many at once from one address who have not shown yet that they belong to
/// the register, none of them for long, and so many with one replica's certificate.
final class Doorkeeper: Sendable {
  /// Whether the register's authority has signed a certificate, X.509 in DER.
  let isOurs: @Sendable ([UInt8]) -> Bool
  private let strangers = Places<String>(most: SyncLimits.strangers)
  private let replicas = Places<[UInt8]>(most: SyncLimits.replicaConnections)

  init(isOurs: @escaping @Sendable ([UInt8]) -> Bool) { self.isOurs = isOurs }

  enum Place {
    case stranger(Places<String>.Place)
    case replica(Places<[UInt8]>.Place)
  }

  /// - Returns: nil if too many have come from there.
  func arrive(from address: String) -> Place? { strangers.take(address).map { .stranger($0) } }

  /// - Returns: nil if this replica has too many connections already.
  func admit(_ certificate: [UInt8]) -> Place? { replicas.take(certificate).map { .replica($0) } }

  /// Watches a connection that has been accepted, on its event loop.
  func watch(_ connection: any Channel) -> EventLoopFuture<Void> {
    connection.eventLoop.makeCompletedFuture {
      let pipeline = connection.pipeline.syncOperations
      // In front of what speaks HTTP/2, and behind what speaks TLS.
      let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
      try pipeline.addHandler(
        Arrival(at: self, from: connection.remoteAddress?.ipAddress ?? ""), position: .after(tls))
    }
  }
}

/// A connection on its way in. Closes one for which there is no place, whose handshake does not come to an
/// end, or that has agreed on an older version of TLS than 1.3: the transport fixes the oldest at 1.2 and has
/// no setting for it. A caller whom the register does not know has some seconds in which to enrol.
final class Arrival: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let doorkeeper: Doorkeeper
  private let address: String
  private var place: Doorkeeper.Place?
  private var end: Scheduled<Void>?

  init(at doorkeeper: Doorkeeper, from address: String) {
    self.doorkeeper = doorkeeper
    self.address = address
  }

  func handlerAdded(context: ChannelHandlerContext) {
    place = doorkeeper.arrive(from: address)
    // A channel that is being set up cannot be closed yet.
    close(context.channel, in: place == nil ? .zero : TimeAmount(SyncLimits.enrolmentPatience))
  }

  func channelInactive(context: ChannelHandlerContext) {
    end?.cancel()
    place = nil
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.handshakeCompleted) = event as? TLSUserEvent, !isLet(in: context) {
      context.close(promise: nil)
      return
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// Whether the connection stands from now on, if only for a while.
  private func isLet(in context: ChannelHandlerContext) -> Bool {
    let pipeline = context.channel.pipeline.syncOperations
    guard place != nil, (try? pipeline.nioSSL_tlsVersion()) == .tlsv13,
      let certificate = try? pipeline.nioSSL_peerCertificate()?.toDERBytes()
    else { return false }
    end?.cancel()
    guard doorkeeper.isOurs(certificate) else {
      close(context.channel, in: TimeAmount(SyncLimits.strangerPatience))
      return true
    }
    place = doorkeeper.admit(certificate)
    return place != nil
  }

  private func close(_ channel: any Channel, in time: TimeAmount) {
    end = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
  }
}
