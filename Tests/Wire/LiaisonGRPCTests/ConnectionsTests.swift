import LiaisonModel
import LiaisonSync
import LiaisonWire
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import LiaisonGRPC

/// A server lets nobody hold it up.
@Suite(.mustEnd)
struct ConnectionsTests {
  private let vienna: OfficeID
  private let clock = ManualClock()
  private let connections = Connections(
    most: 10, silence: .seconds(60), unread: .milliseconds(500))

  init() throws { vienna = try #require(OfficeID("VIE")) }

  /// A pull whose caller stops to read, and another on the same connection.
  @Test func aCallThatNobodyReadsIsResetAndTheOthersGoOn() async throws {
    let ended = Gate()
    let register = StubRegister(answerPull: { request, send in
      try await send(Sample.header)
      guard request.follow else { return }
      defer { ended.open() }
      for position in 1... { try await send(Sample.batch(Int64(position), bytes: 256 * 1024)) }
    })
    try await register.serving(connections) { address, _ in
      try await GRPCConnector(to: address, .insecureLoopback(vienna), clock: clock).connecting {
        endpoint in
        await #expect(throws: CallError.self) {
          try await endpoint.pull(Sample.pull(follow: true)) { _ in try await ended.wait() }
        }
        try await endpoint.pull(Sample.pull()) { _ in }
      }
    }
  }

  private func call() throws -> EmbeddedChannel {
    let channel = EmbeddedChannel()
    try connections.accept(call: channel).wait()
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
    return channel
  }

  private func turn(_ channel: EmbeddedChannel, writable: Bool) {
    channel.isWritable = writable
    channel.pipeline.fireChannelWritabilityChanged()
  }

  @Test func aCallHasTimeToMakeRoomAgainAndAgain() throws {
    let channel = try call()
    for _ in 0..<5 {
      turn(channel, writable: false)
      channel.embeddedEventLoop.advanceTime(by: .milliseconds(499))
      turn(channel, writable: true)
      channel.embeddedEventLoop.advanceTime(by: .milliseconds(499))
    }
    #expect(channel.isActive)
    turn(channel, writable: false)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(499))
    #expect(channel.isActive)
    channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
    #expect(!channel.isActive)
    _ = try channel.finish(acceptAlreadyClosed: true)
  }

  @Test func aPeerFromWhichNothingComesIsLetGo() throws {
    let channel = EmbeddedChannel()
    try connections.accept(channel).wait()
    try channel.connect(to: SocketAddress(unixDomainSocketPath: "/a")).wait()
    // Its handler of silence is NIO's own, by the real clock: told here that the time has come.
    let silence = try channel.pipeline.syncOperations.handler(type: IdleStateHandler.self)
    #expect(silence.readTimeout == .seconds(60))
    #expect(channel.isActive && connections.count == 1)
    channel.pipeline.fireUserInboundEventTriggered(IdleStateHandler.IdleStateEvent.read)
    channel.embeddedEventLoop.run()
    #expect(!channel.isActive && connections.count == 0)
    _ = try channel.finish(acceptAlreadyClosed: true)
  }

  @Test func aServerAsksASilentConnectionByPing() async throws {
    try await StubRegister().serving(keepalive: .milliseconds(50)) { address, _ in
      let peer = try QuietPeer(to: address)
      defer { peer.close() }
      #expect(await peer.frames.contains { $0.type == QuietPeer.Frame.ping })
    }
  }

  @Test func aConnectionTakes100CallsAtOnce() async throws {
    try await StubRegister().serving { address, _ in
      let peer = try QuietPeer(to: address)
      defer { peer.close() }
      let frame = try #require(await peer.frames.first { $0.type == QuietPeer.Frame.settings })
      // SETTINGS_MAX_CONCURRENT_STREAMS.
      #expect(frame.settings[3] == 100)
    }
  }

  @Test func aServerHasThePatienceThatTheArticleTellsOf() {
    let standard = Connections(most: Tuning.connections)
    #expect(standard.most == 10_000)
    #expect(standard.silence == .seconds(60) && standard.unread == .seconds(30))
  }

  @Test func oneConnectionTooManyIsRefusedAndTheOthersStand() async throws {
    let one = Connections(most: 1, silence: .seconds(600), unread: .seconds(600))
    let register = StubRegister(answerPull: { _, send in try await send(Sample.header) })
    try await register.serving(one) { address, _ in
      try await GRPCConnector(to: address, .insecureLoopback(vienna), clock: clock).connecting {
        endpoint in
        try await endpoint.pull(Sample.pull()) { _ in }
        await #expect(throws: CallError.self) {
          try await GRPCConnector(to: address, .insecureLoopback(vienna)).connecting { other in
            try await other.pull(Sample.pull()) { _ in }
          }
        }
        try await endpoint.pull(Sample.pull()) { _ in }
      }
    }
  }

  @Test func whatIsPackedOnceIsWhatIsPackedEachTime() throws {
    let serializer = PullSerializer()
    let messages = [
      Sample.header, Sample.batch(2), Sample.batch(2), Sample.batch(2, bytes: 4), Sample.batch(3),
      Sample.heartbeat, Sample.batch(2),
    ]
    for message in messages {
      let bytes: [UInt8] = try serializer.serialize(message)
      #expect(try bytes == message.wireBytes())
    }
  }
}
