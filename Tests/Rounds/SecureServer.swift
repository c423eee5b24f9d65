import LiaisonGRPC
import LiaisonIdentity
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonWire
import Logging
import Synchronization
import TestSupport

/// A headquarters that lets replicas in by certificates, on a real port.
final class SecureServer: Sendable {
  static let day: Int64 = 86_400_000

  let hq: Headquarters
  let authority: RegisterAuthority
  let service: SyncService
  let address: Endpoint
  private let random = Mutex(Seeded(7))

  private init(
    _ hq: Headquarters, _ authority: RegisterAuthority, _ service: SyncService,
    _ address: Endpoint, _ clock: Clock
  ) {
    (self.hq, self.authority, self.service, self.address) = (hq, authority, service, address)
    self.time = clock
  }

  /// The server's and the replicas' clock.
  final class Clock: Sendable {
    private let milliseconds = Mutex<Int64>(1_800_000_000_000)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }
    func pass(days: Int64) { milliseconds.withLock { $0 += days * SecureServer.day } }
  }

  let time: Clock

  /// Runs `body` while a server listens.
  /// - Parameter watches: whether it looks for changes of its roster, and writes down whom it has seen.
  static func running(watches: Bool = true, _ body: (SecureServer) async throws -> Void)
    async throws
  {
    var random = Seeded(1)
    let authority = try RegisterAuthority.make(
      of: RegisterID(UUIDv7(milliseconds: 1, random: &random)),
      at: Timestamp(milliseconds: 1_700_000_000_000))
    let time = Clock()
    let hq = try await Headquarters(
      standing: Standing(
        certificate: authority.certificate, key: authority.key, hosts: ["127.0.0.1"]))
    let register = try await hq.log.status().register
    let ids = Mutex(Seeded(11))
    let service = SyncService(
      log: hq.log, coding: RevisionCodec(),
      admission: Admission(
        hq.log, authority, register: register, now: { time.now },
        newID: { ids.withLock { UUIDv7(milliseconds: 5, random: &$0) } }))
    let served = try ServedCredential(
      try authority.server(
        ["localhost", "127.0.0.1"], from: Timestamp(milliseconds: 1_700_000_000_000),
        until: Timestamp(milliseconds: 1_900_000_000_000)))
    let server = try SyncServer(
      listener: service, addresses: [Endpoint(host: "127.0.0.1", port: 0)],
      security:
        .tls(
          served,
          replica: { certificate in
            guard let read = try? authority.read(certificate), read.isOurs else { return nil }
            return read.key.bytes
          }),
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let (addresses, ready) = AsyncStream.makeStream(of: Endpoint.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run { ready.yield($0[0]) } }
      group.addTask { try? await service.watchStore() }
      if watches { group.addTask { try? await service.watchRoster(hq.log) } }
      defer {
        service.stopFollowing()
        server.drain()
        group.cancelAll()
      }
      var iterator = addresses.makeAsyncIterator()
      guard let address = await iterator.next() else { throw Problem("no address") }
      try await body(SecureServer(hq, authority, service, address, time))
    }
  }

  /// An invitation that is filed.
  func invite(_ office: String, note: String = "", days: Int64 = 1) async throws -> Invitation {
    guard let office = OfficeID(office) else { throw Problem("no office") }
    let secret = random.withLock { random in
      (0..<Invitation.secretBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
    let issued = IssuedInvitation(
      secret: authority.digest(secret), office: office, note: note, issued: time.now,
      ends: Timestamp(milliseconds: time.now.milliseconds + days * Self.day))
    try await hq.log.change { try $0.put(issued) }
    return Invitation(
      office: office, server: address, authority: authority.fingerprint, secret: secret)
  }

  /// Redeems an invitation.
  func enrol(
    _ invitation: Invitation, _ key: ReplicaKey, at server: Endpoint? = nil
  ) async throws -> Enrolment {
    let security = ClientSecurity.tls(
      try key.unenrolled(at: time.now), PinnedAuthority(invitation, now: { [time] in time.now }))
    return try await GRPCConnector(to: server ?? address, security).enrolling {
      try await $0.enrol(EnrolRequest(office: invitation.office, secret: invitation.secret))
    }
  }

  /// The way of whoever presents this.
  func connector(_ credential: TLSCredential) throws -> GRPCConnector {
    GRPCConnector(
      to: address,
      .tls(credential, try PinnedAuthority(authority.certificate, now: { [time] in time.now })))
  }

  /// The way of a new replica of an office.
  func enrolled(_ office: String) async throws -> (GRPCConnector, Enrolment, ReplicaKey) {
    let key = ReplicaKey()
    let enrolment = try await enrol(try await invite(office), key)
    return (try connector(key.credential([enrolment.certificate])), enrolment, key)
  }
}

extension SyncEndpoint {
  /// Pulls from the beginning, to the end of the log or for ever.
  func pullAll(follow: Bool = false, _ heard: @escaping @Sendable () -> Void = {}) async throws {
    try await pull(
      PullRequest(
        versions: SyncProtocol.spoken, register: nil, cursor: nil, schema: nil, follow: follow,
        edits: [])
    ) { _ in heard() }
  }
}
