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
    try channel.pipeline.syncOperations.addHandler(OnlyTLS13())
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

  private final class Heard: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    var isTold = false
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { isTold = true }
  }
}
