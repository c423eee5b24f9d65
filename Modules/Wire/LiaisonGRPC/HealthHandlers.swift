internal import GRPCCore
internal import LiaisonSync
internal import LiaisonWire
internal import Synchronization

/// `grpc.health.v1.Health`: whether the server answers its offices. Anybody may ask.
struct HealthHandlers: RegistrableRPCService {
  let listener: any SyncListener
  let calls: OpenCalls

  static let service = ServiceDescriptor(fullyQualifiedService: "grpc.health.v1.Health")
  static let check = MethodDescriptor(service: service, method: "Check")
  static let list = MethodDescriptor(service: service, method: "List")
  static let watch = MethodDescriptor(service: service, method: "Watch")

  /// The services that are told of: the server as a whole, and what offices call.
  private static let services = ["", SyncMethods.service.fullyQualifiedService]

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    router.registerHandler(
      forMethod: Self.check, deserializer: Self.deserializer(HealthCheckRequest.self),
      serializer: WireSerializer<HealthCheckResponse>()
    ) { request, context in
      let place = try calls.take(context)
      let asked = try await OpenCalls.hearing { _ in try await request.messages.only() }
      guard Self.services.contains(asked.service) else {
        throw RPCError(code: .notFound, message: "the server has no such service")
      }
      return answering(HealthCheckResponse(of: listener.health), place)
    }
    router.registerHandler(
      forMethod: Self.list, deserializer: Self.deserializer(HealthListRequest.self),
      serializer: WireSerializer<HealthListResponse>()
    ) { request, context in
      let place = try calls.take(context)
      _ = try await OpenCalls.hearing { _ in try await request.messages.only() }
      let health = HealthCheckResponse(of: listener.health)
      let all = Dictionary(uniqueKeysWithValues: Self.services.map { ($0, health) })
      return answering(HealthListResponse(all), place)
    }
    router.registerHandler(
      forMethod: Self.watch, deserializer: Self.deserializer(HealthCheckRequest.self),
      serializer: WireSerializer<HealthCheckResponse>()
    ) { request, context in
      let place = try calls.take(context, stays: true)
      let asked = try await OpenCalls.hearing { _ in try await request.messages.only() }
      return StreamingServerResponse { writer in
        defer { withExtendedLifetime(place) {} }
        try await watch(asked.service, context, writer)
        return [:]
      }
    }
  }

  private static func deserializer<Request>(_: Request.Type) -> WireDeserializer<Request> {
    WireDeserializer(limit: SyncLimits.openMessageBytes)
  }

  private func answering<Answer: Sendable>(
    _ answer: Answer, _ place: OpenCalls.Place
  ) -> StreamingServerResponse<Answer> {
    StreamingServerResponse { writer in
      defer { withExtendedLifetime(place) {} }
      try await writer.write(answer)
      return [:]
    }
  }

  private func watch(
    _ service: String, _ context: ServerContext, _ writer: RPCWriter<HealthCheckResponse>
  ) async throws {
    guard Self.services.contains(service) else {
      try await writer.write(HealthCheckResponse(.serviceUnknown))
      return try await context.cancellation.cancelled
    }
    let told = Mutex<ServerHealth?>(nil)
    @Sendable func tell(_ health: ServerHealth) async throws {
      try await writer.write(HealthCheckResponse(of: health))
      told.withLock { $0 = health }
    }
    try await context.untilCancelled { try await listener.watchHealth(tell) }
    // A server that drains cancels every call, maybe before this one was told why.
    let last = listener.health
    if last != told.withLock({ $0 }) { try await tell(last) }
  }
}

extension HealthCheckResponse {
  fileprivate init(of health: ServerHealth) {
    switch health {
    case .serving: self.init(ServingStatus.serving)
    case .notServing: self.init(ServingStatus.notServing)
    }
  }
}
