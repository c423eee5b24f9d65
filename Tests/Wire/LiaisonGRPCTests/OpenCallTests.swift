import GRPCCore
import LiaisonModel
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

@testable import LiaisonGRPC

/// What anybody may call: from our side, and within its bounds.
@Suite(.mustEnd)
struct OpenCallTests {
  private let vienna: OfficeID

  init() throws { vienna = try #require(OfficeID("VIE")) }

  private func calling<Result: Sendable>(
    _ body: @escaping @Sendable (GRPCEndpoint, SyncServer) async throws -> Result
  ) async throws -> Result {
    try await StubRegister().serving { address, server in
      try await GRPCConnector(to: address, .insecureLoopback(vienna)).calling {
        try await body($0, server)
      }
    }
  }

  @Test func aCheckAndAListSayHowTheServerIs() async throws {
    try await calling { endpoint, _ in
      for service in ["", "liaison.sync.v1.Sync"] {
        #expect(try await endpoint.check(service) == HealthCheckResponse(.serving))
      }
      let none = await #expect(throws: RPCError.self) { try await endpoint.check("Sync") }
      #expect(none?.code == .notFound)
      let list = try await endpoint.connection.client().unary(
        request: ClientRequest(message: HealthListRequest()), descriptor: HealthHandlers.list,
        serializer: WireSerializer<HealthListRequest>(),
        deserializer: WireDeserializer<HealthListResponse>(), options: endpoint.options
      ) { try $0.message }
      #expect(
        list == HealthListResponse(["": .init(.serving), "liaison.sync.v1.Sync": .init(.serving)]))
    }
  }

  @Test func aWatchIsToldOfChanges() async throws {
    try await calling { endpoint, server in
      let told = Collected<HealthCheckResponse>()
      try await endpoint.watch("") { status in
        told.add(status)
        if told.all.count == 2 { server.drain() }
      }
      // The stub says that it serves, as the drain cuts the watch off.
      #expect(told.all == [.serving, .notServing, .serving].map { HealthCheckResponse($0) })
      #expect(await #expect(throws: RPCError.self) { try await endpoint.check("") } != nil)
    }
  }

  @Test func aWatchOfAServiceThatTheServerHasNotGoesOnUntilTheDrain() async throws {
    try await calling { endpoint, server in
      let told = Collected<HealthCheckResponse>()
      try await endpoint.watch("no.such.Service") { status in
        told.add(status)
        server.drain()
      }
      #expect(told.all == [HealthCheckResponse(.serviceUnknown)])
    }
  }

  @Test func aMessageThatIsLongerThanOpenCallsTakeIsRefused() async throws {
    try await calling { endpoint, _ in
      for length in [SyncLimits.openMessageBytes + 1, SyncLimits.messageBytes / 2] {
        let long = String(repeating: "x", count: length)
        let error = await #expect(throws: RPCError.self) { try await endpoint.check(long) }
        #expect(error?.code == .resourceExhausted)
      }
    }
  }

  @Test func everyMethodThatReflectionTellsOfIsThere() async throws {
    try await calling { endpoint, _ in
      let services = try ProtoFiles.served.get().services
      #expect(
        services
          == [
            SyncMethods.service, SyncMethods.enrolment, HealthHandlers.service,
            ReflectionHandlers.methods[0].service, ReflectionHandlers.methods[1].service,
          ].map(\.fullyQualifiedService))
      for method in ReflectionHandlers.methods {
        let answers = Collected<ServerReflectionResponse>()
        let questions = [
          ServerReflectionRequest(.listServices("")),
          ServerReflectionRequest(.fileContainingSymbol(method.fullyQualifiedMethod)),
          ServerReflectionRequest(
            .fileContainingSymbol(
              method.fullyQualifiedMethod.replacing("/", with: "."))),
        ]
        try await endpoint.reflect(method, questions) { answers.add($0) }
        #expect(answers.all.map(\.request) == questions)
        #expect(answers.all[0].message == .services(services))
        guard case .error(5, _) = answers.all[1].message,
          case .files(let files) = answers.all[2].message
        else { throw Problem("\(answers.all)") }
        #expect(files.count == 2)
      }
    }
  }

  @Test func soManyAreHadFromOneAddressAndOfThoseThatStayInAll() throws {
    let calls = OpenCalls(.metadata, .insecureLoopback)
    var places = try (0..<SyncLimits.openCalls).map { number in
      try calls.take(OpenCalls.network("ipv4:192.0.2.1:\(number)"))
    }
    #expect(throws: CallError.tooManyCalls) {
      _ = try calls.take(OpenCalls.network("ipv4:192.0.2.1:9999"))
    }
    // The same machine, as a socket of both kinds names it.
    #expect(throws: CallError.tooManyCalls) {
      _ = try calls.take(OpenCalls.network("ipv6:[::ffff:192.0.2.1]:1"))
    }
    places.removeLast()
    places.append(try calls.take(OpenCalls.network("ipv4:192.0.2.1:9999"), stays: true))
    let others = try (1..<SyncLimits.stayingCalls).map { number in
      try calls.take(OpenCalls.network("ipv4:10.0.\(number / 250).\(number % 250):1"), stays: true)
    }
    #expect(throws: CallError.tooManyCalls) {
      _ = try calls.take(OpenCalls.network("ipv4:192.0.2.9:1"), stays: true)
    }
    // A check is answered all the same, and a replica is not counted with its address.
    _ = try calls.take(.replica([1]))
    _ = try calls.take(OpenCalls.network("ipv4:192.0.2.9:1"))
    withExtendedLifetime((places, others)) {}
  }
}

extension GRPCEndpoint {
  fileprivate func check(_ service: String) async throws -> HealthCheckResponse {
    try await connection.client().unary(
      request: ClientRequest(message: HealthCheckRequest(service: service)),
      descriptor: HealthHandlers.check, serializer: WireSerializer<HealthCheckRequest>(),
      deserializer: WireDeserializer<HealthCheckResponse>(), options: options
    ) { try $0.message }
  }

  fileprivate func watch(
    _ service: String, _ receive: @escaping @Sendable (HealthCheckResponse) -> Void
  ) async throws {
    try await connection.client().serverStreaming(
      request: ClientRequest(message: HealthCheckRequest(service: service)),
      descriptor: HealthHandlers.watch, serializer: WireSerializer<HealthCheckRequest>(),
      deserializer: WireDeserializer<HealthCheckResponse>(), options: options
    ) { for try await message in $0.messages { receive(message) } }
  }

  fileprivate func reflect(
    _ method: MethodDescriptor, _ questions: [ServerReflectionRequest],
    _ receive: @escaping @Sendable (ServerReflectionResponse) -> Void
  ) async throws {
    try await connection.client().bidirectionalStreaming(
      request: StreamingClientRequest { try await $0.write(contentsOf: questions) },
      descriptor: method, serializer: WireSerializer<ServerReflectionRequest>(),
      deserializer: WireDeserializer<ServerReflectionResponse>(), options: options
    ) { for try await message in $0.messages { receive(message) } }
  }
}
