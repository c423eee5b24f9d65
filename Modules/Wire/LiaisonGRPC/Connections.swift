internal import LiaisonSync
internal import NIOCore
internal import Synchronization

/// A server's connections: so many at most, none whose peer is dead, and no call on them that nobody reads.
///
/// gRPC ends a connection gracefully: it waits for the calls on it, and a call for what it has sent to be
/// read. Who answers no ping, or does not read, would hold both for ever, with what waits for him.
final class Connections: Sendable {
  private let open = Mutex(0)
  let most: Int
  let silence: TimeAmount
  let unread: TimeAmount

  /// - Parameters:
  ///   - most: how many there may be; one more is closed as it comes.
  ///   - silence: how long a peer may send nothing, not even the answer to a ping.
  ///   - unread: how long a call may have no room for what it is sent.
  init(
    most: Int, silence: Duration = .seconds(Tuning.silenceSeconds),
    unread: Duration = SyncLimits.patience
  ) {
    self.most = most
    self.silence = TimeAmount(silence)
    self.unread = TimeAmount(unread)
  }

  /// How many there are.
  var count: Int { open.withLock { $0 } }

  /// Takes over a connection that has been accepted, on its event loop.
  /// - Parameter secure: puts in front of it what keeps it from others.
  func accept(
    _ connection: any Channel, _ secure: (any Channel) throws -> Void = { _ in }
  ) -> EventLoopFuture<Void> {
    connection.eventLoop.makeCompletedFuture {
      let isTaken = open.withLock { open in
        guard open < most else { return false }
        open += 1
        return true
      }
      guard isTaken else { return connection.close(promise: nil) }
      connection.closeFuture.whenComplete { _ in self.open.withLock { $0 -= 1 } }
      try secure(connection)
      let pipeline = connection.pipeline.syncOperations
      try pipeline.addHandler(SilentPeer(), position: .first)
      try pipeline.addHandler(IdleStateHandler(readTimeout: silence), position: .first)
    }
  }

  /// Takes over the stream of a call, on its event loop.
  func accept(call stream: any Channel) -> EventLoopFuture<Void> {
    stream.eventLoop.makeCompletedFuture {
      try stream.pipeline.syncOperations.addHandler(UnreadCall(unread), position: .first)
    }
  }
}

/// Closes the connection of a peer that has sent nothing for too long.
final class SilentPeer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is IdleStateHandler.IdleStateEvent else {
      return context.fireUserInboundEventTriggered(event)
    }
    context.close(promise: nil)
  }
}

/// Resets the stream of a call whose caller makes no room for what it is sent, and so frees it; other calls
/// on the connection go on.
final class UnreadCall: ChannelInboundHandler {
  typealias InboundIn = Any

  private let patience: TimeAmount
  private var end: Scheduled<Void>?

  init(_ patience: TimeAmount) { self.patience = patience }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    end?.cancel()
    end = nil
    if !context.channel.isWritable {
      let channel = context.channel
      end = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end?.cancel()
    context.fireChannelInactive()
  }
}
