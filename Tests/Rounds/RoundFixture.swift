import Foundation
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonWire
import Logging
import Synchronization
import TestSupport

/// A headquarters and its offices in a scratch folder that goes with the test.
final class Headquarters: Sendable {
  let scratch: Scratch
  let log: SQLiteChangeLog
  let service: SyncService

  init(
    offices: [String] = ["VIE", "NYC", "LYO"], limit: BatchLimit = BatchLimit()
  ) throws {
    scratch = try Scratch()
    let directory = DataDirectory(scratch.folder("hq"), role: .server)
    var random = SystemRandomNumberGenerator()
    try SQLiteChangeLog.create(
      directory, register: RegisterID(UUIDv7(milliseconds: 1, random: &random)),
      lineage: Lineage(random.next()), schema: .cooperationRegister, coding: SchemaCodec())
    log = try SQLiteChangeLog(directory, coding: SchemaCodec())
    for office in offices.compactMap({ OfficeID($0) }) {
      try log.add(Office(id: office, name: office.text))
    }
    service = SyncService(log: log, coding: RevisionCodec(), limit: limit)
  }

  func office(_ id: String, _ link: any Link) throws -> TestOffice {
    guard let office = OfficeID(id) else { throw Problem("not an office: \(id)") }
    let directory = DataDirectory(
      scratch.folder("\(id)-\(UUID().uuidString)"), role: .replica)
    try SQLiteReplicaStore.create(directory, office: office, address: "127.0.0.1:1")
    return TestOffice(
      id: office, store: try SQLiteReplicaStore(directory, coding: SchemaCodec()), link: link)
  }

  func digest() async throws -> String {
    let digest = Mutex(RegisterDigest())
    try await log.forEachHead { head in digest.withLock { $0.add(head.id) } }
    return digest.withLock { $0.finish() }
  }

  /// Runs `body` with a link straight into the service, and again with one over TCP.
  static func overBothLinks(
    _ body: (Headquarters, any Link) async throws -> Void
  ) async throws {
    let near = try Headquarters()
    try await body(near, DirectLink(service: near.service))
    let far = try Headquarters()
    try await far.overTCP { try await body(far, $0) }
  }

  /// Runs `body` while a real server listens on loopback: on a free port, if none is given.
  func overTCP(port: Int = 0, _ body: (TCPLink) async throws -> Void) async throws {
    let server = SyncServer(
      changeLog: log, coding: RevisionCodec(), address: .init(host: "127.0.0.1", port: port),
      log: Logger(label: "test"))
    let (addresses, ready) = AsyncStream.makeStream(of: SyncServer.Address.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run { ready.yield($0) } }
      var iterator = addresses.makeAsyncIterator()
      guard let address = await iterator.next() else { throw Problem("no address") }
      do {
        try await body(TCPLink(address: address.description, service: server.service))
      } catch {
        server.drain()
        throw error
      }
      server.drain()
      try await group.waitForAll()
    }
  }
}

/// How an office reaches headquarters.
protocol Link: Sendable {
  func connecting<Result: Sendable>(
    _ office: OfficeID, _ body: @escaping @Sendable (any SyncTransport) async throws -> Result
  ) async throws -> Result
}

struct TCPLink: Link {
  let address: String
  /// The service at the other end.
  let service: SyncService
  var port: Int { address.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

  func connecting<Result: Sendable>(
    _ office: OfficeID, _ body: @escaping @Sendable (any SyncTransport) async throws -> Result
  ) async throws -> Result {
    try await GRPCSyncTransport.connecting(to: address, office: office) { try await body($0) }
  }
}

/// Straight into the service, through the bytes of every message.
struct DirectLink: Link, SyncTransport {
  let service: SyncService
  var office: OfficeID?

  init(service: SyncService, office: OfficeID? = nil) {
    self.service = service
    self.office = office
  }

  func connecting<Result: Sendable>(
    _ office: OfficeID, _ body: @escaping @Sendable (any SyncTransport) async throws -> Result
  ) async throws -> Result {
    try await service.authenticate(office)
    return try await body(DirectLink(service: service, office: office))
  }

  func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
  ) async throws {
    let header = try await service.header(for: request)
    try await receive(PullResponse(wire: PullResponse.header(header).wireBytes()))
    try await service.changes(after: request.cursor?.position ?? .zero, follow: request.follow) {
      let reply = PullResponse.batch($0, remaining: $1)
      try await receive(PullResponse(wire: reply.wireBytes()))
    }
  }

  func push(
    next: @escaping @Sendable () async throws -> PushRequest?,
    receive: @escaping @Sendable ([Verdict]) async throws -> Void
  ) async throws {
    guard let office else { throw Problem("not connected") }
    while let batch = try await next() {
      let verdicts = try await service.commit(PushRequest(wire: batch.wireBytes()), from: office)
      try await receive(PushResponse(wire: PushResponse(verdicts: verdicts).wireBytes()).verdicts)
    }
  }
}

/// One office with its replica.
struct TestOffice: Sendable {
  let id: OfficeID
  let store: SQLiteReplicaStore
  let link: any Link

  func replica() async throws -> Replica {
    try await Replica(
      store: store, coding: RevisionCodec(), environment: .test, author: "Test \(id)")
  }

  @discardableResult
  func sync() async throws -> SyncSession.Report {
    try await link.connecting(id) { transport in
      try await SyncSession(
        store: store, coding: RevisionCodec(), transport: transport, environment: .test
      ).run()
    }
  }

  @discardableResult
  func new(_ kind: String, _ fields: String..., note: String = "") async throws -> Record {
    let replica = try await replica()
    return try await replica.create(
      replica.kind(named: kind), fields.map { try Assignment($0) }, note: note)
  }

  @discardableResult
  func edit(_ code: String, _ changes: String..., note: String = "") async throws -> Record {
    let replica = try await replica()
    return try await replica.edit(
      replica.record(code), changes.map { try Assignment($0) }, note: note)
  }

  @discardableResult
  func resolve(
    _ code: String, take: Replica.Side?, takes: [String: Replica.Side] = [:],
    _ changes: String..., note: String = ""
  ) async throws -> Record {
    let replica = try await replica()
    let record = try await replica.records(code).first(where: \.isConflict)
    guard let record else { throw Problem("\(code) is not in conflict") }
    return try await replica.resolve(
      record, take: take, takes: takes, changes.map { try Assignment($0) }, note: note)
  }

  /// Everything in the outbox.
  func pending() async throws -> [Record] {
    let found = Mutex<[Record]>([])
    try await replica().forEachPending { record, _ in found.withLock { $0.append(record) } }
    return found.withLock { $0 }
  }

  func conflicts() async throws -> [Conflict] { try await replica().conflicts() }

  /// The text of a field as this office sees it.
  func value(_ code: String, _ field: String) async throws -> String? {
    let replica = try await replica()
    let record = try await replica.record(code)
    let names = try await replica.codes(of: record.visible.state.references)
    let field = try replica.field(named: field, of: record.kind)
    return record.visible.state.fields[field.number]?.text(code: names)
  }

  func digest() async throws -> String {
    let digest = Mutex(RegisterDigest())
    try await store.forEachHead { head in digest.withLock { $0.add(head.id) } }
    return digest.withLock { $0.finish() }
  }
}

extension ReplicaEnvironment {
  static let test = ReplicaEnvironment(
    now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
    random: { UInt64.random(in: .min ... .max) }, sleep: { _ in })
}
