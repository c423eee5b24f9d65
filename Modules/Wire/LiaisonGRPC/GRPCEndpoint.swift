internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import LiaisonModel
internal import LiaisonSync
internal import LiaisonWire
internal import Synchronization

/// A server's register over one connection at a time. Each call has its own ``ProgressDeadline``.
struct GRPCEndpoint: SyncEndpoint {
  let connection: ClientConnection
  let metadata: Metadata
  let distrust: Distrust
  let patience: Duration
  let answer: Duration
  let clock: any Clock<Duration>

  func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
  ) async throws {
    try await calling { client, call in
      try await client.serverStreaming(
        request: ClientRequest(message: request, metadata: metadata),
        descriptor: SyncMethods.pull,
        serializer: WireSerializer<PullRequest>(),
        deserializer: WireDeserializer<PullResponse>(), options: options
      ) { response in
        for try await message in response.messages {
          try await call.ours { try await receive(message) }
        }
      }
    }
  }

  func history(
    _ request: HistoryRequest,
    receive: @escaping @Sendable (HistoryResponse) async throws -> Void
  ) async throws {
    try await calling { client, call in
      try await client.serverStreaming(
        request: ClientRequest(message: request, metadata: metadata),
        descriptor: SyncMethods.history,
        serializer: WireSerializer<HistoryRequest>(),
        deserializer: WireDeserializer<HistoryResponse>(), options: options
      ) { response in
        for try await message in response.messages {
          try await call.ours { try await receive(message) }
        }
      }
    }
  }

  func push(
    next: @escaping @Sendable () async throws -> PushRequest?,
    receive: @escaping @Sendable (PushResponse) async throws -> Void
  ) async throws {
    // One request is under way at a time: the next is written when the verdicts of the last are in.
    let (turns, turn) = AsyncStream.makeStream(of: Void.self)
    turn.yield()
    try await calling { client, call in
      try await client.bidirectionalStreaming(
        request: StreamingClientRequest(metadata: metadata) { writer in
          for await _ in turns {
            guard let request = try await call.ours({ try await next() }) else { return }
            try await writer.write(request)
          }
        },
        descriptor: SyncMethods.push,
        serializer: WireSerializer<PushRequest>(), deserializer: WireDeserializer<PushResponse>(),
        options: options
      ) { response in
        defer { turn.finish() }
        for try await message in response.messages {
          try await call.ours { try await receive(message) }
          turn.yield()
        }
      }
    }
  }

  var options: CallOptions {
    var options = CallOptions.defaults
    options.waitForReady = false
    options.maxResponseMessageBytes = SyncLimits.messageBytes
    return options
  }

  /// Makes one call. Only a ``CallError`` comes out of it, or what this side's own work throws, or
  /// that this task was cancelled.
  func calling<Result: Sendable>(
    _ body: @escaping @Sendable (Client, Call) async throws -> Result
  ) async throws -> Result {
    let client = try connection.client()
    let call = Call(
      deadline: ProgressDeadline(first: answer, patience: patience, clock: clock))
    do {
      return try await call.deadline.watching { try await body(client, call) }
    } catch {
      if let own = call.failure { throw own }
      if Task.isCancelled { throw CancellationError() }
      if let why = distrust.why { throw CallError.untrusted(why) }
      if error is ProgressDeadline.Expired { throw CallError.unreachable(.silent) }
      let failure = CallError(transport: error)
      if failure.isBreak { connection.broke(client) }
      throw failure
    }
  }
}

/// One call under way, as this side's own work sees it.
final class Call: Sendable {
  let deadline: ProgressDeadline
  /// gRPC cancels a call if this side's work throws, and then reports only that.
  private let first = Mutex<(any Error)?>(nil)

  init(deadline: ProgressDeadline) { self.deadline = deadline }

  /// What this side's work threw.
  var failure: (any Error)? { first.withLock { $0 } }

  /// Runs this side's own work.
  func ours<Result>(_ body: () async throws -> Result) async throws -> Result {
    try await deadline.pausing {
      do {
        return try await body()
      } catch {
        // gRPC also cancels this work when the call has failed: that is not what it failed of.
        if !(error is CancellationError) { first.withLock { $0 = $0 ?? error } }
        throw error
      }
    }
  }
}
