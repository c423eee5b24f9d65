import LiaisonSync
import NIOCore
import NIOEmbedded
import NIOTLS
import Testing

@testable import LiaisonGRPC

/// A connection that does not become one of TLS 1.3 is closed.
struct HandshakeTests {
  private let channel = EmbeddedChannel()

  init() throws {
    try channel.pipeline.syncOperations.addHandler(
      Arrival(at: Doorkeeper { _ in false }, from: "192.0.2.1"))
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
  }

  @Test func aHandshakeThatDoesNotEndIsCut() {
    let patience = TimeAmount(SyncLimits.enrolmentPatience)
    channel.embeddedEventLoop.advanceTime(by: patience - .milliseconds(1))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!channel.isActive)
  }

  @Test func oneThatHasAgreedOnAnotherVersionIsClosedBeforeAnythingIsSaid() {
    let heard = Heard()
    #expect(throws: Never.self) { try channel.pipeline.syncOperations.addHandler(heard) }
    channel.pipeline.fireUserInboundEventTriggered(
      TLSUserEvent.handshakeCompleted(negotiatedProtocol: "h2"))
    #expect(!channel.isActive && !heard.isTold)
  }

  @Test func soManyStrangersAreHadFromOneAddressAndNotForLong() throws {
    let doorkeeper = Doorkeeper { _ in false }
    var strangers = (0..<SyncLimits.strangers).map { _ in doorkeeper.arrive(from: "192.0.2.1") }
    #expect(strangers.allSatisfy { $0 != nil })
    #expect(doorkeeper.arrive(from: "192.0.2.2") != nil)
    let late = EmbeddedChannel()
    try late.pipeline.syncOperations.addHandler(Arrival(at: doorkeeper, from: "192.0.2.1"))
    try late.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
    late.embeddedEventLoop.advanceTime(by: .zero)
    #expect(!late.isActive)
    strangers.removeLast()
    #expect(doorkeeper.arrive(from: "192.0.2.1") != nil)
  }

  @Test func soManyConnectionsAreHadWithOneCertificate() {
    let doorkeeper = Doorkeeper { _ in true }
    let places = (0..<SyncLimits.replicaConnections).map { _ in doorkeeper.admit([1]) }
    #expect(places.allSatisfy { $0 != nil })
    #expect(doorkeeper.admit([1]) == nil && doorkeeper.admit([2]) != nil)
  }

  @Test(arguments: [
    ("ipv6:[::ffff:10.0.0.7]:4242", "ipv4:10.0.0.7:4242"),
    ("ipv6:[2001:db8::1]:4242", "ipv6:[2001:db8::1]:4242"),
    ("ipv4:10.0.0.7:4242", "ipv4:10.0.0.7:4242"), ("ipv6:[::ffff:1:2]:3", "ipv6:[::ffff:1:2]:3"),
    ("", ""),
  ])
  func aCallerOverIPv4IsNamedSo(told: String, name: String) {
    #expect(Authenticator.peer(told) == name)
  }

  private final class Heard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var isTold = false
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { isTold = true }
  }
}
