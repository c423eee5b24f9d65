import LiaisonSync
import NIOCore
import NIOEmbedded
import NIOTLS
import TestSupport
import Testing

@testable import LiaisonGRPC

/// A connection that does not become one of HTTP/2 over TLS is closed.
struct HandshakeTests {
  private let channel = EmbeddedChannel()

  init() throws {
    try channel.pipeline.syncOperations.addHandler(
      Arrival(at: Doorkeeper(most: 1000) { _ in nil }, from: "192.0.2.1"))
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
  }

  @Test func aHandshakeThatDoesNotEndIsCut() {
    let patience = TimeAmount(SyncLimits.enrolmentPatience)
    channel.embeddedEventLoop.advanceTime(by: patience - .milliseconds(1))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!channel.isActive)
  }

  @Test(arguments: [nil, "http/1.1"])
  func oneThatHasNotAgreedOnHTTP2IsClosedBeforeAnythingIsSaid(spoken: String?) {
    let heard = Heard()
    #expect(throws: Never.self) { try channel.pipeline.syncOperations.addHandler(heard) }
    channel.pipeline.fireUserInboundEventTriggered(
      TLSUserEvent.handshakeCompleted(negotiatedProtocol: spoken))
    #expect(!channel.isActive && !heard.isTold)
  }

  @Test func whoShowsNoCertificateStaysForAsLongAsAStrangerMay() {
    channel.pipeline.fireUserInboundEventTriggered(
      TLSUserEvent.handshakeCompleted(negotiatedProtocol: "h2"))
    let patience = TimeAmount(SyncLimits.strangerPatience)
    channel.embeddedEventLoop.advanceTime(by: patience - .milliseconds(1))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!channel.isActive)
  }

  @Test func oneArrivalTooManyPushesTheOldestOfItsAddressOut() {
    let (doorkeeper, closed) = (Doorkeeper(most: 1000) { _ in nil }, Collected<Int>())
    var all = (0..<SyncLimits.arrivals).map { number in
      doorkeeper.arrive(from: "192.0.2.1") { closed.add(number) }
    }
    all.append(doorkeeper.arrive(from: "192.0.2.2") { closed.add(-1) })
    #expect(closed.all.isEmpty)
    all.append(doorkeeper.arrive(from: "192.0.2.1") { closed.add(-2) })
    #expect(closed.all == [0])
    // One that has come through makes room.
    all.remove(at: 1)
    all.append(doorkeeper.arrive(from: "192.0.2.1") { closed.add(-3) })
    #expect(closed.all == [0])
    all = []
  }

  @Test func aConnectionThatIsClosedLeavesTheLineWhetherItWasActiveOrNot() throws {
    let doorkeeper = Doorkeeper(most: 1000) { _ in nil }
    for isActive in [true, false] {
      let channel = EmbeddedChannel()
      try channel.pipeline.syncOperations.addHandler(Arrival(at: doorkeeper, from: "192.0.2.1"))
      if isActive { try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait() }
      #expect(doorkeeper.arrivals.count == 1)
      _ = try channel.finish(acceptAlreadyClosed: true)
      #expect(doorkeeper.arrivals.count == 0, "active: \(isActive)")
    }
  }

  @Test func oneArrivalTooManyOfAllPushesTheOldestOut() {
    let (doorkeeper, closed) = (Doorkeeper(most: 6) { _ in nil }, Collected<Int>())
    let all = (0..<5).map { number in
      doorkeeper.arrive(from: "192.0.2.\(number)") { closed.add(number) }
    }
    #expect(closed.all == [0, 1] && all.count == 5)
  }

  @Test func soManyStrangersAreHadFromOneAddressAndOfAll() {
    let doorkeeper = Doorkeeper(most: 4 * SyncLimits.strangers + 8) { _ in nil }
    var strangers = (0..<SyncLimits.strangers).map { _ in doorkeeper.take(stranger: "192.0.2.1") }
    #expect(strangers.allSatisfy { $0 != nil })
    #expect(doorkeeper.take(stranger: "192.0.2.1") == nil)
    strangers.append(doorkeeper.take(stranger: "192.0.2.2"))
    strangers.append(doorkeeper.take(stranger: "192.0.2.3"))
    #expect(strangers.last.flatMap(\.self) != nil)
    #expect(doorkeeper.take(stranger: "192.0.2.4") == nil)
    strangers.removeFirst()
    #expect(doorkeeper.take(stranger: "192.0.2.1") != nil)
    #expect(doorkeeper.take(replica: [1]) != nil, "replicas have their own room")
  }

  @Test func soManyConnectionsAreHadWithOneReplicasKey() {
    let doorkeeper = Doorkeeper(most: 1000) { $0 }
    let places = (0..<SyncLimits.replicaConnections).map { _ in doorkeeper.take(replica: [1]) }
    #expect(places.allSatisfy { $0 != nil })
    #expect(doorkeeper.take(replica: [1]) == nil && doorkeeper.take(replica: [2]) != nil)
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
