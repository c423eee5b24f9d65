public import GRPCCore
public import LiaisonModel
internal import LiaisonSync
internal import LiaisonWire

/// `liaison.sync.v1.Sync` over gRPC: decode, call the service, encode. No rules live here.
public struct SyncHandlers: RegistrableRPCService {
  private let service: SyncService
  private let authenticator: any Authenticator

  public init(service: SyncService, authenticator: any Authenticator) {
    self.service = service
    self.authenticator = authenticator
  }

  public func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    router.registerHandler(
      forMethod: SyncMethods.pull,
      deserializer: WireDeserializer<PullRequest>(), serializer: WireSerializer<PullResponse>()
    ) { request, context in
      try await pull(request, context)
    }
    router.registerHandler(
      forMethod: SyncMethods.push,
      deserializer: WireDeserializer<PushRequest>(), serializer: WireSerializer<PushResponse>()
    ) { request, context in
      try await push(request)
    }
  }

  private func pull(
    _ request: StreamingServerRequest<PullRequest>, _ context: ServerContext
  ) async throws -> StreamingServerResponse<PullResponse> {
    try await StatusMapping.mapping {
      try await service.authenticate(authenticator.office(of: request.metadata))
      let request = try await request.messages.only()
      let header = try await service.header(for: request)
      return StreamingServerResponse { writer in
        try await StatusMapping.mapping {
          try await writer.write(.header(header))
          @Sendable func send() async throws {
            let start = request.cursor?.position ?? .zero
            try await service.changes(after: start, follow: request.follow) { batch, remaining in
              try await writer.write(.batch(batch, remaining: remaining))
            }
          }
          // A server that drains cancels every call: what has an end is let come to it.
          if request.follow {
            try await untilCancelled(context, send)
          } else {
            try await send()
          }
          return [:]
        }
      }
    }
  }

  /// Runs `body`, and cancels it when its caller is gone: gRPC only tells of that.
  private func untilCancelled(
    _ context: ServerContext, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await body() }
      group.addTask { try await context.cancellation.cancelled }
      try await group.next()
    }
  }

  private func push(
    _ request: StreamingServerRequest<PushRequest>
  ) async throws -> StreamingServerResponse<PushResponse> {
    try await StatusMapping.mapping {
      let office = try authenticator.office(of: request.metadata)
      try await service.authenticate(office)
      return StreamingServerResponse { writer in
        try await StatusMapping.mapping {
          for try await batch in request.messages {
            let verdicts = try await service.commit(batch, from: office)
            try await writer.write(PushResponse(verdicts: verdicts))
          }
          return [:]
        }
      }
    }
  }
}

/// Says which office calls. By metadata until offices have certificates; therefore a server
/// listens on loopback only.
public protocol Authenticator: Sendable {
  /// - Throws: ``ServiceError`` `.unknownOffice` where the call names no office.
  func office(of metadata: Metadata) throws -> OfficeID
}

/// Believes the `liaison-office` entry of a call's metadata.
public struct ClaimedOffice: Authenticator {
  public init() {}

  public func office(of metadata: Metadata) throws -> OfficeID {
    guard let text = metadata[stringValues: SyncMethods.officeKey].first(where: { _ in true }),
      let office = OfficeID(text)
    else {
      throw ServiceError(
        .unknownOffice, "the call has no metadata entry '\(SyncMethods.officeKey)'")
    }
    return office
  }
}

extension RPCAsyncSequence where Element: Sendable {
  /// The one message of a call that takes one.
  fileprivate func only() async throws -> Element {
    var messages = makeAsyncIterator()
    guard let first = try await messages.next() else {
      throw RPCError(code: .invalidArgument, message: "the call has no request")
    }
    guard try await messages.next() == nil else {
      throw RPCError(code: .invalidArgument, message: "the call has more than one request")
    }
    return first
  }
}

/// Errors as gRPC statuses. Messages carry no values of the register.
enum StatusMapping {
  static func mapping<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as ServiceError {
      let (code, name) = status(of: error)
      throw rpcError(code, name, error.message, error)
    } catch let error as StoreError {
      throw rpcError(.unavailable, .store, error.message, error)
    }
  }

  private static func rpcError(
    _ code: RPCError.Code, _ name: SyncMethods.ErrorName, _ message: String, _ cause: any Error
  ) -> RPCError {
    RPCError(
      code: code, message: message, metadata: [SyncMethods.errorKey: .string(name.rawValue)],
      cause: cause)
  }

  private static func status(
    of error: ServiceError
  ) -> (RPCError.Code, SyncMethods.ErrorName) {
    switch error.code {
    case .unknownOffice: (.unauthenticated, .unknownOffice)
    case .otherProtocol: (.unimplemented, .otherProtocol)
    case .tooLarge: (.resourceExhausted, .tooLarge)
    case .otherRegister: (.failedPrecondition, .otherRegister)
    default: (.failedPrecondition, .otherLineage)
    }
  }
}
