internal import GRPCCore
internal import LiaisonModel
internal import LiaisonSync
internal import LiaisonWire
internal import Logging
internal import NIOCore
internal import Synchronization

/// `liaison.sync.v1.Sync` over gRPC: decode, call the listener, encode. No rules live here.
///
/// An error leaves as it is: gRPC makes a status of it, by ``CallStatus/table``.
struct SyncHandlers: RegistrableRPCService {
  let listener: any SyncListener
  let authenticator: Authenticator
  let log: Logger

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    registerEnrolment(with: &router)
    router.registerHandler(
      forMethod: SyncMethods.pull,
      deserializer: WireDeserializer<PullRequest>(), serializer: PullSerializer()
    ) { request, context in
      let caller = try authenticator.caller(request.metadata, context)
      return try await logging(caller) { try await pull(request, from: caller, context) }
    }
    router.registerHandler(
      forMethod: SyncMethods.push,
      deserializer: WireDeserializer<PushRequest>(), serializer: WireSerializer<PushResponse>()
    ) { request, context in
      let caller = try authenticator.caller(request.metadata, context)
      return try await logging(caller) { try await push(request, from: caller) }
    }
    router.registerHandler(
      forMethod: SyncMethods.history,
      deserializer: WireDeserializer<HistoryRequest>(),
      serializer: WireSerializer<HistoryResponse>()
    ) { request, context in
      let caller = try authenticator.caller(request.metadata, context)
      return try await logging(caller) { try await history(request, from: caller) }
    }
  }

  private func registerEnrolment<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.registerHandler(
      forMethod: SyncMethods.enrol,
      deserializer: WireDeserializer<EnrolRequest>(), serializer: WireSerializer<Enrolment>()
    ) { request, context in
      try await enrolling(request, context) { try await $0.enrol($1) }
    }
    router.registerHandler(
      forMethod: SyncMethods.renew,
      deserializer: WireDeserializer<RenewRequest>(), serializer: WireSerializer<Enrolment>()
    ) { request, context in
      try await enrolling(request, context) { try await $0.renew($1) }
    }
  }

  private func enrolling<Request>(
    _ request: StreamingServerRequest<Request>, _ context: ServerContext,
    _ body: @escaping @Sendable (any EnrolEndpoint, Request) async throws -> Enrolment
  ) async throws -> StreamingServerResponse<Enrolment> {
    let caller = try authenticator.caller(request.metadata, context)
    return try await logging(caller) {
      let patience = SyncLimits.enrolmentPatience
      let enrolment = try await ProgressDeadline(
        first: patience, patience: patience, clock: ContinuousClock()
      ).watching {
        // Who says nothing takes no desk.
        let message = try await request.messages.only()
        return try await body(try await listener.enrolment(for: caller), message)
      }
      return StreamingServerResponse { writer in
        try await writer.write(enrolment)
        return [:]
      }
    }
  }

  private func history(
    _ request: StreamingServerRequest<HistoryRequest>, from caller: Caller
  ) async throws -> StreamingServerResponse<HistoryResponse> {
    let endpoint = try await listener.endpoint(for: caller)
    let request = try await request.messages.only()
    return StreamingServerResponse { writer in
      try await logging(caller) {
        try await endpoint.history(request) { try await writer.write($0) }
        return [:]
      }
    }
  }

  private func pull(
    _ request: StreamingServerRequest<PullRequest>, from caller: Caller,
    _ context: ServerContext
  ) async throws -> StreamingServerResponse<PullResponse> {
    let endpoint = try await listener.endpoint(for: caller)
    let request = try await request.messages.only()
    return StreamingServerResponse { writer in
      try await logging(caller) {
        @Sendable func send() async throws {
          try await endpoint.pull(request) { try await writer.write($0) }
        }
        // A server that drains cancels every call: what has an end is let come to it.
        if request.follow {
          try await context.untilCancelled(send)
        } else {
          try await send()
        }
        return [:]
      }
    }
  }

  private func push(
    _ request: StreamingServerRequest<PushRequest>, from caller: Caller
  ) async throws -> StreamingServerResponse<PushResponse> {
    let endpoint = try await listener.endpoint(for: caller)
    return StreamingServerResponse { writer in
      try await logging(caller) {
        for try await message in request.messages {
          let waiting = Waiting(message)
          try await endpoint.push(
            next: { waiting.take() }, receive: { try await writer.write($0) })
        }
        return [:]
      }
    }
  }

  /// Tells the server's own log of each call that is refused or fails, but of no end that the caller or
  /// the server made.
  private func logging<Result>(
    _ caller: Caller, _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch {
      var told: Logger.Metadata = ["why": "\(error)"]
      switch caller {
      case .claimed(let office?): told["office"] = "\(office)"
      case .certificate(_, let peer): told["from"] = "\(peer)"
      case .claimed(nil): break
      }
      switch error {
      // The service has told why, which the caller does not learn.
      case CallError.storeUnavailable: break
      case is CallError, is CodingError: log.notice("a call is refused", metadata: told)
      // It has gone, or was let go.
      case is RPCError, is CancellationError, is ChannelError: break
      default: log.error("a call failed", metadata: told)
      }
      throw error
    }
  }
}

/// A request until it is taken.
private final class Waiting: Sendable {
  private let request: Mutex<PushRequest?>

  init(_ request: PushRequest) { self.request = Mutex(request) }

  func take() -> PushRequest? { request.withLock { $0.take() } }
}
