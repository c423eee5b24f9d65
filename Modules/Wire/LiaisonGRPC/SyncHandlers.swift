internal import GRPCCore
internal import LiaisonModel
internal import LiaisonSync
internal import LiaisonWire
internal import Logging
internal import Synchronization

/// `liaison.sync.v1.Sync` over gRPC: decode, call the listener, encode. No rules live here.
///
/// An error leaves as it is: gRPC makes a status of it, by ``CallStatus/table``.
struct SyncHandlers: RegistrableRPCService {
  let listener: any SyncListener
  let authenticator: Authenticator
  let observer: (any CallObserver)?
  let log: Logger

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    registerEnrolment(with: &router)
    router.registerHandler(
      forMethod: SyncMethods.pull,
      deserializer: WireDeserializer<PullRequest>(), serializer: PullSerializer()
    ) { request, context in
      try await calling(.pull, request.metadata, context) { call, caller in
        try await pull(request, from: caller, call, context)
      }
    }
    router.registerHandler(
      forMethod: SyncMethods.push,
      deserializer: WireDeserializer<PushRequest>(), serializer: WireSerializer<PushResponse>()
    ) { request, context in
      try await calling(.push, request.metadata, context) { call, caller in
        try await push(request, from: caller, call)
      }
    }
    router.registerHandler(
      forMethod: SyncMethods.history,
      deserializer: WireDeserializer<HistoryRequest>(),
      serializer: WireSerializer<HistoryResponse>()
    ) { request, context in
      try await calling(.history, request.metadata, context) { call, caller in
        try await history(request, from: caller, call)
      }
    }
  }

  private func registerEnrolment<Transport: ServerTransport>(
    with router: inout RPCRouter<Transport>
  ) {
    router.registerHandler(
      forMethod: SyncMethods.enrol,
      deserializer: WireDeserializer<EnrolRequest>(), serializer: WireSerializer<Enrolment>()
    ) { request, context in
      try await enrolling(.enrol, request, context) { try await $0.enrol($1) }
    }
    router.registerHandler(
      forMethod: SyncMethods.renew,
      deserializer: WireDeserializer<RenewRequest>(), serializer: WireSerializer<Enrolment>()
    ) { request, context in
      try await enrolling(.renew, request, context) { try await $0.renew($1) }
    }
  }

  /// Begins a call, and says who makes it.
  private func calling<Response>(
    _ method: CallReport.Method, _ metadata: Metadata, _ context: ServerContext,
    _ body: (ObservedCall, Caller) async throws -> Response
  ) async throws -> Response {
    let call = ObservedCall(method, observer, log)
    return try await call.opening {
      let caller = try authenticator.caller(metadata, context)
      call.note { report in
        switch caller {
        case .claimed(let office): report.caller = CallerName(office: office)
        case .certificate(_, let peer): report.peer = peer
        }
      }
      return try await body(call, caller)
    }
  }

  /// The register as a caller may use it, whose name the call learns.
  private func endpoint(
    for caller: Caller, _ call: ObservedCall
  ) async throws -> any SyncEndpoint {
    let endpoint = try await listener.endpoint(for: caller)
    if let name = endpoint.caller { call.note { $0.caller = name } }
    return endpoint
  }

  private func enrolling<Request>(
    _ method: CallReport.Method, _ request: StreamingServerRequest<Request>,
    _ context: ServerContext,
    _ body: @escaping @Sendable (any EnrolEndpoint, Request) async throws -> Enrolment
  ) async throws -> StreamingServerResponse<Enrolment> {
    try await calling(method, request.metadata, context) { call, caller in
      let patience = SyncLimits.enrolmentPatience
      let enrolment = try await ProgressDeadline(
        first: patience, patience: patience, clock: ContinuousClock()
      ).watching {
        // Who says nothing takes no desk.
        let message = try await request.messages.only()
        return try await body(try await listener.enrolment(for: caller), message)
      }
      call.note { $0.caller = enrolment.name }
      return StreamingServerResponse(metadata: call.metadata) { writer in
        try await call.answering { try await writer.write(enrolment) }
      }
    }
  }

  private func history(
    _ request: StreamingServerRequest<HistoryRequest>, from caller: Caller, _ call: ObservedCall
  ) async throws -> StreamingServerResponse<HistoryResponse> {
    let endpoint = try await endpoint(for: caller, call)
    let request = try await request.messages.only()
    return StreamingServerResponse(metadata: call.metadata) { writer in
      try await call.answering {
        try await endpoint.history(request) { response in
          call.carried(response.revisions.count)
          try await writer.write(response)
        }
      }
    }
  }

  private func pull(
    _ request: StreamingServerRequest<PullRequest>, from caller: Caller, _ call: ObservedCall,
    _ context: ServerContext
  ) async throws -> StreamingServerResponse<PullResponse> {
    let endpoint = try await endpoint(for: caller, call)
    let request = try await request.messages.only()
    if request.follow { call.note { $0.method = .follow } }
    return StreamingServerResponse(metadata: call.metadata) { writer in
      try await call.answering {
        @Sendable func send() async throws {
          try await endpoint.pull(request) { response in
            if case .batch(let batch) = response { call.sent(batch.changes.count) }
            try await writer.write(response)
          }
        }
        // A server that drains cancels every call: what has an end is let come to it.
        if request.follow {
          try await context.untilCancelled(send)
        } else {
          try await send()
        }
      }
    }
  }

  private func push(
    _ request: StreamingServerRequest<PushRequest>, from caller: Caller, _ call: ObservedCall
  ) async throws -> StreamingServerResponse<PushResponse> {
    let endpoint = try await endpoint(for: caller, call)
    return StreamingServerResponse(metadata: call.metadata) { writer in
      try await call.answering {
        for try await message in request.messages {
          call.carried(message.edits.count)
          let waiting = Waiting(message)
          try await endpoint.push(
            next: { waiting.take() }, receive: { try await writer.write($0) })
        }
      }
    }
  }
}

/// A request until it is taken.
private final class Waiting: Sendable {
  private let request: Mutex<PushRequest?>

  init(_ request: PushRequest) { self.request = Mutex(request) }

  func take() -> PushRequest? { request.withLock { $0.take() } }
}

extension Enrolment {
  fileprivate var name: CallerName {
    CallerName(office: office, replica: EnrolledReplica.name(office, number))
  }
}
