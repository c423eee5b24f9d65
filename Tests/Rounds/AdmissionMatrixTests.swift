import Foundation
import LiaisonGRPC
import LiaisonIdentity
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import TestSupport
import Testing

/// Which certificate may make which call: every pair, over real TLS.
struct AdmissionMatrixTests {
  private enum Presented: String, CaseIterable {
    case enrolled
    case selfSigned = "signed by itself"
    case otherRegister = "of another register"
    case unknown = "ours, of no replica"
    case expired = "ended"
    case revoked
    case disabled = "of a disabled office"
  }

  private enum Call: String, CaseIterable {
    case pull, follow, push, history, enrol, renew
  }

  /// What is answered: "fine", or the name of the error.
  private static func expected(_ presented: Presented, _ call: Call) -> String {
    switch (presented, call) {
    // Whoever has a key may ask; this invitation is none.
    case (_, .enrol): NotAdmitted.unknownInvitation.rawValue
    case (.enrolled, _), (.expired, .renew): "fine"
    case (.selfSigned, _), (.otherRegister, _), (.unknown, _): NotAdmitted.notEnrolled.rawValue
    case (.expired, _): NotAdmitted.expiredCertificate.rawValue
    case (.revoked, _): NotAdmitted.revoked.rawValue
    case (.disabled, _): NotAdmitted.officeDisabled.rawValue
    }
  }

  /// A key, and its certificate.
  private func made(_ presented: Presented, _ server: SecureServer) async throws -> (
    ReplicaKey, [UInt8]
  ) {
    let key = ReplicaKey()
    let own = try key.unenrolled(at: server.time.now)
    switch presented {
    case .selfSigned: return (key, own.chain[0])
    case .enrolled, .expired, .revoked, .disabled:
      let office = presented == .disabled ? "LYO" : "VIE"
      let enrolment = try await server.enrol(try await server.invite(office), key)
      try await change(presented, enrolment, server)
      return (key, enrolment.certificate)
    case .otherRegister, .unknown:
      var random = SystemRandomNumberGenerator()
      let id = UUIDv7(milliseconds: 1, random: &random)
      let authority =
        presented == .unknown
        ? server.authority : try .make(of: RegisterID(id), at: Timestamp(milliseconds: 0))
      let office = try #require(OfficeID("VIE"))
      return (
        key,
        try authority.certificate(
          of: ReplicaID(id), office, key: own.chain[0], from: Timestamp(milliseconds: 0),
          until: Timestamp(milliseconds: 1_900_000_000_000))
      )
    }
  }

  private func change(
    _ presented: Presented, _ enrolment: Enrolment, _ server: SecureServer
  ) async throws {
    try await server.hq.log.change { roster in
      if presented == .revoked {
        for var replica in try roster.replicas(of: enrolment.office)
        where replica.id == enrolment.replica {
          replica.revoked = Timestamp(milliseconds: 1)
          try roster.put(replica)
        }
      }
      if presented == .disabled, var office = try roster.office(enrolment.office) {
        office.isDisabled = true
        try roster.put(office)
      }
    }
  }

  private static func vienna() throws -> OfficeID { try #require(OfficeID("VIE")) }

  private func answer(_ call: Call, _ connector: GRPCConnector) async -> String {
    do {
      switch call {
      case .pull: try await connector.connecting { try await $0.pullAll() }
      case .follow: try await follow(connector)
      case .push:
        try await connector.connecting { try await $0.push(next: { nil }, receive: { _ in }) }
      case .history: try await connector.connecting { try await history($0) }
      case .enrol:
        _ = try await connector.enrolling {
          try await $0.enrol(
            EnrolRequest(
              office: try Self.vienna(), secret: Array(repeating: 3, count: Invitation.secretBytes))
          )
        }
      case .renew: _ = try await connector.enrolling { try await $0.renew(RenewRequest()) }
      }
      return "fine"
    } catch CallError.notAdmitted(let why) {
      return why.rawValue
    } catch {
      return "\(error)"
    }
  }

  /// Follows until the first message.
  private func follow(_ connector: GRPCConnector) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      let heard = Gate()
      group.addTask {
        try await connector.connecting { endpoint in
          try await endpoint.pullAll(follow: true) { heard.open() }
        }
      }
      group.addTask { try await heard.wait() }
      try await group.next()
    }
  }

  private func history(_ endpoint: any SyncEndpoint) async throws {
    let register = Collected<PullHeader>()
    try await endpoint.pull(
      PullRequest(register: nil, cursor: nil, schema: nil, follow: false)
    ) { message in
      if case .header(let header) = message { register.add(header) }
    }
    guard let header = register.all.first, let id = header.register, let head = header.head else {
      throw Problem("no header")
    }
    var random = SystemRandomNumberGenerator()
    try await endpoint.history(
      HistoryRequest(
        register: id, record: RecordID(UUIDv7(milliseconds: 1, random: &random)), cursor: head)
    ) { _ in }
  }

  /// One of each; afterwards one of them has ended.
  private func all(_ server: SecureServer) async throws -> [(Presented, ReplicaKey, [UInt8])] {
    var made: [(Presented, ReplicaKey, [UInt8])] = []
    // The one whose certificate ends is made first, so that the others' have not ended.
    for presented in Presented.allCases.sorted(by: { one, _ in one == .expired }) {
      let (key, certificate) = try await self.made(presented, server)
      if presented == .expired { server.time.pass(days: 100) }
      made.append((presented, key, certificate))
    }
    return made
  }

  @Test func everyCertificateWithEveryCall() async throws {
    try await SecureServer.running { server in
      print("certificate | " + Call.allCases.map(\.rawValue).joined(separator: " | "))
      for (presented, key, certificate) in try await all(server) {
        let connector = try server.connector(key.credential([certificate]))
        var row = [presented.rawValue]
        for call in Call.allCases {
          let answer = await answer(call, connector)
          row.append(answer)
          #expect(answer == Self.expected(presented, call), "\(presented) \(call)")
        }
        print(row.joined(separator: " | "))
      }
    }
  }

  /// The same from other people's tools, and what anybody may ask; also without a certificate.
  @Test(arguments: ["grpcio", "openssl"])
  func everyCertificateWithEveryCall(from client: String) async throws {
    try await SecureServer.running { server in
      let scratch = try Scratch()
      func write(_ name: String, _ text: String) throws {
        _ = try scratch.file(name, Data(text.utf8))
      }
      try write("authority.pem", CertificateFile.pem([server.authority.certificate]))
      let open = ["health", "reflection"]
      let none = Call.allCases.map { _ in NotAdmitted.notEnrolled.rawValue }
      var expected = Set([
        (["certificate"] + Call.allCases.map(\.rawValue) + open).joined(separator: " | "),
        (["none"] + none + open.map { _ in "fine" }).joined(separator: " | "),
      ])
      for (presented, key, certificate) in try await all(server) {
        try write("\(presented).key", key.pem)
        try write("\(presented).pem", CertificateFile.pem([certificate]))
        let answers = Call.allCases.map { Self.expected(presented, $0) }
        expected.insert(
          (["\(presented)"] + answers + open.map { _ in "fine" }).joined(separator: " | "))
      }
      let table = try await Python.output(
        "matrix.py", ["\(server.address)", scratch.path, client])
      print("from \(client):\n\(table)")
      #expect(Set(table.split(separator: "\n").map(String.init)) == expected)
    }
  }

  /// gRPC's own clients, which have no certificate.
  @Test func whatAnybodyMayAskIsAnsweredOverTLSWithoutACertificate() async throws {
    try await SecureServer.running { server in
      let scratch = try Scratch()
      let pem = CertificateFile.pem([server.authority.certificate])
      let authority = try scratch.file("authority.pem", Data(pem.utf8))
      let told = try await Python.output(
        "standard.py", ["\(server.address)", "crowd", authority])
      // On a busy machine the first of them may have ended before the last began.
      let most = try #require(told.split(separator: " ").first.flatMap { Int($0) })
      #expect(most >= SyncLimits.openCalls && told.hasSuffix(" RESOURCE_EXHAUSTED\n"), "\(told)")
    }
  }
}
