internal import GRPCCore
internal import LiaisonSync
internal import LiaisonWire

extension GRPCEndpoint: EnrolEndpoint {
  func enrol(_ request: EnrolRequest) async throws -> Enrolment {
    try await asking(request, SyncMethods.enrol)
  }

  func renew(_ request: RenewRequest) async throws -> Enrolment {
    try await asking(request, SyncMethods.renew)
  }

  /// Makes a call that has one answer: asked twice, the server gives it twice.
  private func asking<Request: WireEncodable & Sendable>(
    _ request: Request, _ method: MethodDescriptor
  ) async throws -> Enrolment {
    try await CallError.onceMore {
      try await calling { client, _ in
        try await client.unary(
          request: ClientRequest(message: request, metadata: metadata), descriptor: method,
          serializer: WireSerializer<Request>(), deserializer: WireDeserializer<Enrolment>(),
          options: options
        ) { response in try response.message }
      }
    }
  }
}
