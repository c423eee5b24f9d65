import LiaisonModel
import LiaisonSync
import Logging
import TestSupport
import Testing

@testable import LiaisonGRPC

/// A register whose answers a test writes.
struct StubRegister: SyncListener, SyncEndpoint {
  typealias Send<Message> = @Sendable (Message) async throws -> Void

  var answerPull: @Sendable (PullRequest, Send<PullResponse>) async throws -> Void = { _, _ in }
  var answerPush: @Sendable (PushRequest) async throws -> PushResponse = { request in
    PushResponse(
      verdicts: request.edits.map { Verdict(edit: $0.id, outcome: .stale(head: nil)) })
  }

  func endpoint(for caller: Caller) async throws -> any SyncEndpoint {
    guard caller == .claimed(OfficeID("VIE")) else { throw CallError.unknownOffice }
    return self
  }

  var health: ServerHealth { .serving }

  /// One change, and then nothing until the call ends.
  func watchHealth(
    _ receive: @escaping @Sendable (ServerHealth) async throws -> Void
  ) async throws {
    try await receive(.serving)
    try await receive(.notServing)
    try await Gate().wait()
  }

  func enrolment(for caller: Caller) async throws -> any EnrolEndpoint {
    throw CallError.notAdmitted(.notEnrolled)
  }

  func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
  ) async throws {
    try await answerPull(request, receive)
  }

  func history(
    _ request: HistoryRequest,
    receive: @escaping @Sendable (HistoryResponse) async throws -> Void
  ) async throws {
    let change = Change(position: .zero, bytes: request.record.bytes)
    try await receive(HistoryResponse(revisions: [change]))
  }

  func push(
    next: @escaping @Sendable () async throws -> PushRequest?,
    receive: @escaping @Sendable (PushResponse) async throws -> Void
  ) async throws {
    while let request = try await next() { try await receive(try await answerPush(request)) }
  }

  /// Serves the register over TCP for the length of `body`.
  func serving<Result: Sendable>(
    _ connections: Connections = Connections(
      most: 1000, silence: .seconds(600), unread: .seconds(600)),
    keepalive: Duration = .seconds(600), observer: (any CallObserver)? = nil,
    _ body: @escaping @Sendable (Endpoint, SyncServer) async throws -> Result
  ) async throws -> Result {
    let any = Endpoint(host: "127.0.0.1", port: 0)
    let server = try SyncServer(
      listener: self, addresses: [any], log: Logger(label: "test"), connections,
      keepalive: keepalive, observer: observer)
    let (addresses, address) = AsyncStream.makeStream(of: Endpoint.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask {
        defer { address.finish() }
        try await server.run { address.yield($0[0]) }
      }
      let bound = try #require(await addresses.first { _ in true }, "the server does not listen")
      return try await body(bound, server)
    }
  }
}

enum Sample {
  static func id(_ number: UInt8) -> UUIDv7 {
    let bytes: [UInt8] = [0, 0, 0, 0, 0, 1, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number]
    return bytes.withUnsafeBytes { UUIDv7($0)! }
  }

  static let register = RegisterID(id(1))

  static func pull(follow: Bool = false) -> PullRequest {
    PullRequest(register: register, cursor: nil, schema: nil, follow: follow)
  }

  static let header = PullResponse.header(
    PullHeader(
      register: register, head: Cursor.test(3),
      schema: nil, limits: ServerLimits()))

  /// A batch of one change of this many bytes.
  static func batch(_ position: Int64, bytes: Int = 3) -> PullResponse {
    let change = Change(
      position: LogPosition(position), bytes: [UInt8](repeating: 7, count: bytes))
    return .batch(
      PullBatch(changes: [change], through: .test(position), remaining: 0))
  }

  static let heartbeat = PullResponse.batch(
    PullBatch(changes: [], through: .test(3), remaining: 0))

  static func push(_ number: UInt8, bytes: Int = 3) -> PushRequest {
    let edit = Edit(id: EditID(id(number)), bytes: [UInt8](repeating: 7, count: bytes))
    return PushRequest(register: register, cursor: .test(3), edits: [edit])
  }
}
