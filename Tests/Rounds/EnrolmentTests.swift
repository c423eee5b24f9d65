import LiaisonGRPC
import LiaisonIdentity
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

/// Replicas are let in over real TLS.
struct EnrolmentTests {
  @Test func anInvitationLetsOneReplicaIn() async throws {
    try await SecureServer.running { server in
      let invitation = try await server.invite("VIE", note: "laptop")
      let key = ReplicaKey()
      let first = try await server.enrol(invitation, key)
      #expect(first.office == invitation.office && first.number == 1)
      #expect(first.authority == server.authority.certificate)
      try await server.connector(key.credential([first.certificate])).connecting {
        try await $0.pullAll()
      }
      // The answer was lost: the same key asks again, also when the invitation has ended.
      server.time.pass(days: 2)
      #expect(try await server.enrol(invitation, key).replica == first.replica)
      // Somebody else has the line.
      await #expect(throws: CallError.notAdmitted(.usedInvitation)) {
        try await server.enrol(invitation, ReplicaKey())
      }
      #expect(try await server.hq.log.invitations().first?.exposed == server.time.now)
      #expect(try await server.enrol(invitation, key).replica == first.replica)
      let replicas = try await server.hq.log.replicas()
      #expect(replicas.map(\.name) == ["VIE-A"] && replicas.first?.note == "laptop")
      let second = try await server.enrolled("VIE").1
      #expect(second.number == 2)
    }
  }

  @Test func whatIsNoInvitationOfHereLetsNobodyIn() async throws {
    try await SecureServer.running { server in
      let ended = try await server.invite("VIE", days: 1)
      server.time.pass(days: 2)
      await #expect(throws: CallError.notAdmitted(.expiredInvitation)) {
        try await server.enrol(ended, ReplicaKey())
      }
      let unknown = Invitation(
        office: ended.office, server: server.address, authority: server.authority.fingerprint,
        secret: Array(repeating: 9, count: Invitation.secretBytes))
      await #expect(throws: CallError.notAdmitted(.unknownInvitation)) {
        try await server.enrol(unknown, ReplicaKey())
      }
      let wrongPin = Invitation(
        office: ended.office, server: server.address,
        authority: try #require(Fingerprint(Array(repeating: 1, count: 32))),
        secret: unknown.secret)
      await #expect(throws: CallError.untrusted(.otherAuthority)) {
        try await server.enrol(wrongPin, ReplicaKey())
      }
      #expect(try await server.hq.log.replicas().isEmpty)
    }
  }

  @Test func aReplicaThatWasDarkForLongerThanItsCertificateComesBack() async throws {
    try await SecureServer.running { server in
      let (connector, first, key) = try await server.enrolled("VIE")
      server.time.pass(days: 400)
      await #expect(throws: CallError.notAdmitted(.expiredCertificate)) {
        try await connector.connecting { try await $0.pullAll() }
      }
      let renewed = try await connector.enrolling { try await $0.renew(RenewRequest()) }
      #expect(renewed.replica == first.replica && renewed.certificate != first.certificate)
      try await server.connector(key.credential([renewed.certificate])).connecting {
        try await $0.pullAll()
      }
    }
  }

  @Test func aRevocationEndsOpenFollowsAndOthersGoOn() async throws {
    try await SecureServer.running { server in
      let (stolen, enrolment, _) = try await server.enrolled("VIE")
      let (other, _, _) = try await server.enrolled("NYC")
      let (heard, otherGoesOn) = (Collected<String>(), Gate())
      try await withThrowingTaskGroup(of: CallError?.self) { group in
        group.addTask {
          try await other.connecting { endpoint in
            try await endpoint.pullAll(follow: true) {
              heard.add("other")
              // A header, and what is committed afterwards.
              if heard.all.count == 2 { otherGoesOn.open() }
            }
          }
          return nil
        }
        let ended = Task {
          do {
            try await stolen.connecting { try await $0.pullAll(follow: true) }
            return CallError?.none
          } catch let error as CallError {
            return error
          }
        }
        while server.service.followers < 2 { await Task.yield() }
        let start = ContinuousClock.now
        let id = enrolment.replica
        try await server.hq.log.change { roster in
          for var replica in try roster.replicas(of: enrolment.office) where replica.id == id {
            replica.revoked = Timestamp(milliseconds: 1)
            try roster.put(replica)
          }
        }
        #expect(try await ended.value == .notAdmitted(.revoked))
        print("a follow ended \(ContinuousClock.now - start) after the revocation")
        // The other one hears of what is committed afterwards.
        let vienna = try server.hq.office("VIE", DirectLink(service: server.service))
        try await vienna.sync()
        try await vienna.new("area", "code=ONE", "name=One")
        try await vienna.sync()
        try await otherGoesOn.wait()
        group.cancelAll()
      }
    }
  }
}
