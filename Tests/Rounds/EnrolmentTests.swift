import GRDB
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

  @Test func aGuessWritesNothing() async throws {
    try await SecureServer.running { server in
      let invitation = try await server.invite("VIE")
      let before = try await server.hq.log.generation()
      let other = try #require(OfficeID("NYC"))
      for (office, secret) in [
        (invitation.office, Array(repeating: 9, count: Invitation.secretBytes)),
        // A line whose office was misheard is not spent.
        (other, invitation.secret),
      ] as [(OfficeID, [UInt8])] {
        let wrong = Invitation(
          office: office, server: server.address, authority: server.authority.fingerprint,
          secret: secret)
        await #expect(throws: CallError.notAdmitted(.unknownInvitation)) {
          try await server.enrol(wrong, ReplicaKey())
        }
      }
      #expect(try await server.hq.log.generation() == before)
      #expect(try await server.enrol(invitation, ReplicaKey()).office == invitation.office)
    }
  }

  @Test func aRevocationIsNotTakenBackByARenewalUnderWay() async throws {
    try await SecureServer.running { server in
      let (connector, enrolment, _) = try await server.enrolled("VIE")
      let log = server.hq.log
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            // Until it is refused.
            while (try? await connector.enrolling { try await $0.renew(RenewRequest()) }) != nil {}
          }
        }
        try await log.change { roster in
          for var replica in try roster.replicas(of: enrolment.office) {
            replica.revoked = Timestamp(milliseconds: 1)
            try roster.put(replica)
          }
        }
        try await group.waitForAll()
      }
      let stale = try #require(try await log.replicas().first)
      #expect(stale.revoked == Timestamp(milliseconds: 1))
      // What was read before is put as it was.
      try await log.change { roster in
        var replica = stale
        replica.revoked = nil
        try roster.put(replica)
      }
      #expect(try await log.replicas().first?.revoked == Timestamp(milliseconds: 1))
    }
  }

  @Test func aRestoredRegisterTakesNoOldInvitation() async throws {
    try await SecureServer.running { server in
      _ = try await server.invite("VIE")
      let backup = try await server.hq.backedUp()
      let restored = try await server.hq.restored(from: backup).log
      let open = try #require(try await restored.invitations().first)
      #expect(open.ends == open.issued)
      #expect(try await restored.standing().key == server.authority.key)
    }
  }

  @Test func whatWasDoneStaysInTheAuditLog() async throws {
    try await SecureServer.running { server in
      let (connector, enrolment, key) = try await server.enrolled("VIE")
      let log = server.hq.log
      try await log.change { roster in
        for var replica in try roster.replicas(of: enrolment.office) {
          replica.revoked = Timestamp(milliseconds: 1)
          try roster.put(replica)
        }
      }
      for _ in 0..<5 {
        await #expect(throws: CallError.notAdmitted(.revoked)) {
          try await connector.connecting { try await $0.pullAll() }
        }
      }
      var acts = try await log.audit(limit: 9).map { "\($0.act.rawValue) \($0.subject) \($0.note)" }
      #expect(acts == ["call refused VIE-A revoked", "enrolled VIE-A "], "once an hour")
      server.time.pass(days: 1)
      await #expect(throws: CallError.notAdmitted(.revoked)) {
        try await server.connector(key.credential([enrolment.certificate]))
          .connecting { try await $0.pullAll() }
      }
      acts = try await log.audit(limit: 9).map(\.act.rawValue)
      #expect(acts == ["call refused", "call refused", "enrolled"])
      let file = try DatabaseQueue(path: server.hq.folder + "/server.sqlite")
      for statement in ["DELETE FROM audit", "UPDATE audit SET note = 'x'"] {
        #expect(throws: DatabaseError.self) { try file.write { try $0.execute(sql: statement) } }
      }
    }
  }

  @Test func theCursorIsTheReceiptAndGoingBackIsSeen() async throws {
    try await SecureServer.running(watches: false) { server in
      let vienna = try server.hq.office("VIE", DirectLink(service: server.service))
      try await vienna.sync()
      try await vienna.new("area", "code=ONE", "name=One")
      try await vienna.sync()
      let (connector, enrolment, _) = try await server.enrolled("NYC")
      func seen() async throws -> ReplicaSighting? {
        try await server.service.writeSightings(to: server.hq.log)
        return try await server.hq.log.sightings()[enrolment.replica]
      }
      #expect(try await seen() == nil)
      try await connector.connecting { try await $0.pullAll() }
      let first = try #require(try await seen())
      #expect(first.sent == LogPosition(1) && first.applied == .zero, "sent is not applied")
      #expect(first.version == SyncProtocol.spoken.upperBound && first.peer.hasPrefix("ipv4:127."))
      #expect(first.pulled == server.time.now && first.pushed == nil && first.pushes == 0)
      let head = try await server.hq.log.status().head
      server.time.pass(days: 1)
      try await connector.connecting { endpoint in
        try await endpoint.pull(
          PullRequest(register: nil, cursor: head, schema: nil, follow: false)
        ) { _ in }
      }
      let second = try #require(try await seen())
      #expect(second.applied == head.position && second.wentBack == nil)
      #expect(second.called == server.time.now && second.called > first.called)
      // A copy that was made before goes on.
      try await connector.connecting { try await $0.pullAll() }
      #expect(try await seen()?.wentBack == server.time.now)
      let generation = try await server.hq.log.generation()
      _ = try await seen()
      #expect(try await server.hq.log.generation() == generation, "it decides nothing")
    }
  }

  @Test func noMoreThanAFewEnrolAtOnce() async throws {
    try await SecureServer.running { server in
      let caller = Caller.certificate(
        try ReplicaKey().unenrolled(at: server.time.now).chain[0], peer: "test")
      var desks: [any EnrolEndpoint] = []
      for _ in 0..<SyncLimits.enrolments {
        desks.append(try await server.service.enrolment(for: caller))
      }
      await #expect(throws: CallError.tooManyCalls) {
        try await server.service.enrolment(for: caller)
      }
      desks.removeLast()
      _ = try await server.service.enrolment(for: caller)
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
