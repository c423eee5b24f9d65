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

  private func credential(_ presented: Presented, _ server: SecureServer) async throws
    -> TLSCredential
  {
    let key = ReplicaKey()
    let own = try key.unenrolled(at: server.time.now)
    switch presented {
    case .selfSigned: return own
    case .enrolled, .expired, .revoked, .disabled:
      let office = presented == .disabled ? "LYO" : "VIE"
      let enrolment = try await server.enrol(try await server.invite(office), key)
      try await change(presented, enrolment, server)
      return key.credential([enrolment.certificate])
    case .otherRegister, .unknown:
      var random = SystemRandomNumberGenerator()
      let id = UUIDv7(milliseconds: 1, random: &random)
      let authority =
        presented == .unknown
        ? server.authority : try .make(of: RegisterID(id), at: Timestamp(milliseconds: 0))
      let office = try #require(OfficeID("VIE"))
      return key.credential([
        try authority.certificate(
          of: ReplicaID(id), office, key: own.chain[0], from: Timestamp(milliseconds: 0),
          until: Timestamp(milliseconds: 1_900_000_000_000))
      ])
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

  @Test func everyCertificateWithEveryCall() async throws {
    try await SecureServer.running { server in
      var connectors: [(Presented, GRPCConnector)] = []
      // The one whose certificate has ended first, so that the others' have not.
      for presented in Presented.allCases.sorted(by: { one, _ in one == .expired }) {
        let credential = try await credential(presented, server)
        if presented == .expired { server.time.pass(days: 100) }
        connectors.append((presented, try server.connector(credential)))
      }
      print("certificate | " + Call.allCases.map(\.rawValue).joined(separator: " | "))
      for (presented, connector) in connectors {
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
}
