import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonWire

/// The messages of gRPC's standard services, as the standard fixes them.
struct StandardMessageTests {
  private typealias Question = ServerReflectionRequest

  private static let questions = [
    Question(host: "hq", .fileByFilename("a.proto")), Question(.fileContainingSymbol("a.B")),
    Question(.fileContainingExtension(of: "a.B", number: -7)),
    Question(.allExtensionNumbers(of: "a.B")), Question(.listServices("")), Question(nil),
  ]

  private static let answers: [ServerReflectionResponse] = [
    ServerReflectionResponse(to: questions[0], .files([[1, 2], [], [3]])),
    ServerReflectionResponse(to: questions[3], .extensionNumbers([4, 5], of: "a.B")),
    ServerReflectionResponse(to: questions[4], .services(["a.S", "b.T"])),
    ServerReflectionResponse(to: questions[5], .error(code: 5, "none")),
  ]

  @Test func everyMessageGoesRound() throws {
    for service in ["", "liaison.sync.v1.Sync"] {
      let request = HealthCheckRequest(service: service)
      #expect(try HealthCheckRequest(wire: request.wireBytes()) == request)
    }
    for status in HealthCheckResponse.ServingStatus.allCases {
      let response = HealthCheckResponse(status)
      #expect(try HealthCheckResponse(wire: response.wireBytes()) == response)
    }
    let list = HealthListResponse(["": .init(.serving), "ä": .init(.notServing)])
    #expect(try HealthListResponse(wire: list.wireBytes()) == list)
    #expect(try HealthListRequest(wire: [0x0A, 1, 2]) == HealthListRequest())
    for question in Self.questions {
      #expect(try Question(wire: question.wireBytes()) == question)
    }
    for answer in Self.answers {
      #expect(try ServerReflectionResponse(wire: answer.wireBytes()) == answer)
    }
  }

  @Test func theBytesAreThoseOfTheStandard() throws {
    #expect(try HealthCheckRequest().wireBytes() == [])
    #expect(try HealthCheckRequest(service: "a").wireBytes() == [0x0A, 1, 0x61])
    #expect(try HealthCheckResponse(.serving).wireBytes() == [0x08, 1])
    #expect(try HealthCheckResponse(.notServing).wireBytes() == [0x08, 2])
    #expect(try HealthCheckResponse(.serviceUnknown).wireBytes() == [0x08, 3])
    // A map is a list of entries { key = 1, value = 2 }.
    #expect(
      try HealthListResponse(["a": .init(.serving)]).wireBytes()
        == [0x0A, 7, 0x0A, 1, 0x61, 0x12, 2, 0x08, 1])
    #expect(try Question(.fileByFilename("a")).wireBytes() == [0x1A, 1, 0x61])
    #expect(try Question(.fileContainingSymbol("a")).wireBytes() == [0x22, 1, 0x61])
    #expect(try Question(.listServices("")).wireBytes() == [0x3A, 0])
    let answer = ServerReflectionResponse(to: Question(host: "h", nil), .services(["a"]))
    #expect(
      try answer.wireBytes()
        == [0x0A, 1, 0x68, 0x12, 3, 0x0A, 1, 0x68, 0x32, 5, 0x0A, 3, 0x0A, 1, 0x61])
  }

  @Test func whatIsNoSuchMessageIsRefused() throws {
    // A service's name that is not UTF-8; an answer that names no question, or is none that is known.
    #expect(Sample.fault { _ = try HealthCheckRequest(wire: [0x0A, 1, 0xFF]) } == .malformed)
    #expect(Sample.fault { _ = try Question(wire: [0x22, 1, 0xFF]) } == .malformed)
    #expect(Sample.fault { _ = try ServerReflectionResponse(wire: [0x32, 0]) } == .malformed)
    #expect(Sample.fault { _ = try ServerReflectionResponse(wire: [0x12, 0]) } == .unknown)
    #expect(
      Sample.fault { _ = try HealthListResponse(wire: [0x0A, 3, 0x0A, 1, 0xFF]) } == .malformed)
    #expect(try HealthCheckResponse(wire: [0x08, 99]).status == .unknown)
  }

  @Test func aNameWithAZeroInItIsNotCutThere() throws {
    #expect(try HealthCheckRequest(wire: [0x0A, 3, 0x61, 0, 0x62]).service == "a\0b")
  }
}

/// The compiled proto files that reflection tells.
struct ProtoFilesTests {
  private let files: ProtoFiles

  init() throws { files = try ProtoFiles.served.get() }

  /// The names of files, each of which begins with its own.
  private func names(_ files: [[UInt8]]?) throws -> [String] {
    try #require(files).map { file in
      String(decoding: file.dropFirst(2).prefix(Int(file[1])), as: UTF8.self)
    }
  }

  @Test func aSymbolIsFoundInItsFileWithWhatThatImports() throws {
    let service = [
      "liaison/sync/v1/service.proto", "liaison/sync/v1/enrol.proto", "liaison/sync/v1/sync.proto",
    ]
    for symbol in ["liaison.sync.v1.Sync", "liaison.sync.v1.Enrol.Renew"] {
      #expect(try names(files.file(containing: symbol)) == service)
    }
    #expect(try names(files.file(named: service[0])) == service)
    #expect(try names(files.file(containing: "liaison.sync.v1.Role")) == [service[2]])
    let health = "grpc.health.v1.HealthCheckResponse"
    for symbol in [health, health + ".ServingStatus"] {
      #expect(try names(files.file(containing: symbol)) == ["grpc/health/v1/health.proto"])
    }
    #expect(files.isType(health) && !files.isType(health + ".ServingStatus"))
    for symbol in ["", ".", "liaison.sync.v1", "Sync", "protobuf_c.ProtobufCFileOptions"] {
      #expect(files.file(containing: symbol) == nil && files.file(named: symbol) == nil)
    }
  }

  /// What only protobuf-c is told is nobody else's.
  @Test func noFileImportsWhatIsNotServed() throws {
    for name in ["liaison/sync/v1/register.proto", "grpc/reflection/v1alpha/service.proto"] {
      for file in try #require(files.file(named: name)) {
        #expect(!String(decoding: file, as: UTF8.self).contains("protobuf"))
      }
    }
  }

  @Test func bytesThatAreNoFilesAreRefused() {
    #expect(
      Sample.fault { try [0x0A, 9].withUnsafeBytes { _ = try ProtoFiles($0) } } == .malformed)
  }
}
