internal import LiaisonSync
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// Who may be connected over TLS.
///
/// Who has not shown a certificate yet waits in a line of which the oldest goes when it is full: an honest
/// caller is through in a moment, and silent ones push each other out. Who has shown none of the register is
/// let stay for a while, and few at once; room is left for replicas whatever strangers do.
final class Doorkeeper: Sendable {
  /// Names the replica by a certificate that the register's authority has signed, X.509 in DER; nil for any
  /// other.
  let replica: @Sendable ([UInt8]) -> [UInt8]?
  let arrivals: Arrivals
  private let strangers = Places<String>(most: SyncLimits.strangers)
  private let allStrangers: Places<String>
  private let replicas = Places<[UInt8]>(most: SyncLimits.replicaConnections)

  /// - Parameter most: how many connections there may be at all.
  init(most: Int, replica: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
    self.replica = replica
    arrivals = Arrivals(most: most / 2)
    allStrangers = Places(most: most / 4)
  }

  /// A place of somebody who is connected; it is free again with its last reference.
  enum Place {
    case stranger(Places<String>.Place, Places<String>.Place)
    case replica(Places<[UInt8]>.Place)
  }

  func arrive(from address: String, _ close: @escaping @Sendable () -> Void) -> Arrivals.Arrived {
    arrivals.add(from: CallerNetwork.of(address: address), close)
  }

  /// - Returns: nil if too many have come from there.
  func take(stranger address: String) -> Place? {
    guard let place = strangers.take(CallerNetwork.of(address: address)),
      let one = allStrangers.take("")
    else {
      return nil
    }
    return .stranger(place, one)
  }

  /// - Returns: nil if this replica has too many connections already.
  func take(replica: [UInt8]) -> Place? { replicas.take(replica).map { .replica($0) } }

  /// Watches a connection that has been accepted, on its event loop: behind what speaks TLS, and in front of
  /// what speaks HTTP/2.
  func watch(_ connection: any Channel, _ tls: NIOSSLServerHandler) throws {
    let pipeline = connection.pipeline.syncOperations
    try pipeline.addHandler(
      Arrival(at: self, from: connection.remoteAddress?.ipAddress ?? ""), position: .first)
    try pipeline.addHandler(tls, position: .first)
  }
}

/// The connections whose handshake has not ended, oldest first.
final class Arrivals: Sendable {
  private struct Waiting {
    let number: Int
    let address: String
    let close: @Sendable () -> Void
  }

  private struct State {
    var last = 0
    var waiting: [Waiting] = []
  }

  private let most: Int
  private let state = Mutex(State())

  var count: Int { state.withLock { $0.waiting.count } }

  /// - Parameter most: of all addresses together.
  init(most: Int) { self.most = most }

  /// One of them, as long as this is kept.
  final class Arrived: Sendable {
    private let number: Int
    private let arrivals: Arrivals

    fileprivate init(_ number: Int, _ arrivals: Arrivals) {
      self.number = number
      self.arrivals = arrivals
    }

    deinit { arrivals.remove(number) }
  }

  /// Closes the oldest if there are too many with it: of its address, or of all.
  func add(from address: String, _ close: @escaping @Sendable () -> Void) -> Arrived {
    let (number, oldest) = state.withLock { state in
      state.last += 1
      state.waiting.append(Waiting(number: state.last, address: address, close: close))
      return (state.last, Self.excess(&state.waiting, from: address, most))
    }
    oldest?.close()
    return Arrived(number, self)
  }

  private static func excess(
    _ waiting: inout [Waiting], from address: String, _ most: Int
  ) -> Waiting? {
    let ofAddress = waiting.count { $0.address == address }
    if ofAddress > SyncLimits.arrivals {
      return waiting.firstIndex { $0.address == address }.map { waiting.remove(at: $0) }
    }
    return waiting.count > most ? waiting.removeFirst() : nil
  }

  private func remove(_ number: Int) {
    state.withLock { state in
      if let index = state.waiting.firstIndex(where: { $0.number == number }) {
        state.waiting.remove(at: index)
      }
    }
  }
}

/// A connection on its way in. Closes one for which there is no place, whose handshake does not come to an
/// end, or that has not agreed on HTTP/2.
final class Arrival: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let doorkeeper: Doorkeeper
  private let address: String
  private var arrived: Arrivals.Arrived?
  private var place: Doorkeeper.Place?
  private var end: Scheduled<Void>?

  init(at doorkeeper: Doorkeeper, from address: String) {
    self.doorkeeper = doorkeeper
    self.address = address
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    arrived = doorkeeper.arrive(from: address) { channel.close(promise: nil) }
    close(channel, in: TimeAmount(SyncLimits.enrolmentPatience))
  }

  /// Also where the connection was closed before it was active: the line of arrivals would keep it.
  func handlerRemoved(context: ChannelHandlerContext) {
    end?.cancel()
    (arrived, place) = (nil, nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.handshakeCompleted(let spoken)) = event as? TLSUserEvent,
      spoken != ServedCredential.spoken || !isLet(in: context)
    {
      context.close(promise: nil)
      return
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// Whether the connection stands from now on, if only for a while.
  private func isLet(in context: ChannelHandlerContext) -> Bool {
    let pipeline = context.channel.pipeline.syncOperations
    let certificate = try? pipeline.nioSSL_peerCertificate()?.toDERBytes()
    end?.cancel()
    arrived = nil
    if let certificate, let replica = doorkeeper.replica(certificate) {
      place = doorkeeper.take(replica: replica)
    } else {
      place = doorkeeper.take(stranger: address)
      close(context.channel, in: TimeAmount(SyncLimits.strangerPatience))
    }
    return place != nil
  }

  private func close(_ channel: any Channel, in time: TimeAmount) {
    end = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
  }
}
