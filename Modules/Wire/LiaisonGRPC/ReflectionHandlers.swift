internal import GRPCCore
internal import LiaisonSync
internal import LiaisonWire

/// `grpc.reflection.v1.ServerReflection`, and its elder of the same messages: what the server's proto files say,
/// which anybody may read.
struct ReflectionHandlers: RegistrableRPCService {
  let calls: OpenCalls

  static let methods = ["v1", "v1alpha"].map { version in
    MethodDescriptor(
      service: ServiceDescriptor(
        fullyQualifiedService: "grpc.reflection.\(version).ServerReflection"),
      method: "ServerReflectionInfo")
  }

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    for method in Self.methods {
      router.registerHandler(
        forMethod: method,
        deserializer: WireDeserializer<ServerReflectionRequest>(
          limit: SyncLimits.openMessageBytes),
        serializer: WireSerializer<ServerReflectionResponse>()
      ) { request, context in
        let place = try calls.take(context, stays: true)
        return StreamingServerResponse { writer in
          defer { withExtendedLifetime(place) {} }
          try await context.untilCancelled { try await answer(request.messages, writer) }
          return [:]
        }
      }
    }
  }

  private func answer(
    _ questions: RPCAsyncSequence<ServerReflectionRequest, any Error>,
    _ writer: RPCWriter<ServerReflectionResponse>
  ) async throws {
    let files = try ProtoFiles.served.get()
    try await OpenCalls.hearing { deadline in
      for try await question in questions {
        try await deadline.pausing {
          try await writer.write(ServerReflectionResponse(to: question, files.answer(question)))
        }
      }
    }
  }
}

extension ProtoFiles {
  fileprivate func answer(_ question: ServerReflectionRequest) -> ServerReflectionResponse.Message {
    let answer: ServerReflectionResponse.Message? =
      switch question.message {
      case .fileByFilename(let name): file(named: name).map { .files($0) }
      case .fileContainingSymbol(let symbol): file(containing: symbol).map { .files($0) }
      // None of these files extends a message.
      case .fileContainingExtension: nil
      case .allExtensionNumbers(let type): isType(type) ? .extensionNumbers([], of: type) : nil
      case .listServices: .services(services)
      case nil: .failure(.invalidArgument, "the question is none that this server knows")
      }
    return answer ?? .failure(.notFound, "the server has nothing of this name")
  }
}

extension ServerReflectionResponse.Message {
  fileprivate static func failure(_ code: Status.Code, _ text: String) -> Self {
    .error(code: Int32(code.rawValue), text)
  }
}
