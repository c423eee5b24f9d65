import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// Who may redeem an invitation: every case.
struct EnrolmentRuleTests {
  private let vienna: OfficeID
  private let replica: EnrolledReplica
  private let invitation: IssuedInvitation

  init() throws {
    vienna = try #require(OfficeID("VIE"))
    var random = Seeded(1)
    replica = EnrolledReplica(
      id: ReplicaID(UUIDv7(milliseconds: 1, random: &random)), office: vienna, number: 1, note: "",
      key: try #require(Fingerprint(Array(repeating: 1, count: 32))),
      enrolled: Timestamp(milliseconds: 0), expires: Timestamp(milliseconds: 9))
    invitation = IssuedInvitation(
      secret: [], office: vienna, note: "", issued: Timestamp(milliseconds: 0),
      ends: Timestamp(milliseconds: 100))
  }

  private func decide(
    _ change: (inout IssuedInvitation) -> Void = { _ in }, key: EnrolledReplica? = nil,
    isDisabled: Bool = false, at now: Int64 = 50
  ) -> EnrolmentRule.Decision {
    var invitation = invitation
    change(&invitation)
    return EnrolmentRule.decide(
      invitation, key: key, office: Office(id: vienna, name: "V", isDisabled: isDisabled),
      at: Timestamp(milliseconds: now))
  }

  @Test func itIsRedeemedOnceAndByTheSameKeyAgain() {
    #expect(decide() == .admit)
    #expect(decide({ $0.replica = replica.id }, key: replica) == .again(replica))
    #expect(decide({ $0.replica = replica.id }, key: replica, at: 5000) == .again(replica))
    #expect(
      decide({ ($0.replica, $0.exposed) = (replica.id, $0.issued) }, key: replica)
        == .again(replica), "who was first keeps it")
  }

  @Test func aSecondKeyIsRefusedAndShown() throws {
    #expect(decide({ $0.replica = replica.id }) == .expose)
    #expect(decide({ $0.exposed = $0.issued }) == .refuse(.usedInvitation))
    #expect(decide(key: replica) == .again(replica), "a new line after an answer that was lost")
    let other = EnrolledReplica(
      id: replica.id, office: try #require(OfficeID("NYC")), number: 1, note: "", key: replica.key,
      enrolled: replica.enrolled, expires: replica.expires)
    #expect(decide(key: other) == .refuse(.usedInvitation), "a key stands for one replica")
  }

  @Test func whoeverMayNotIsTold() {
    let office = Office(id: vienna, name: "V")
    #expect(
      EnrolmentRule.decide(nil, key: nil, office: office, at: Timestamp(milliseconds: 1))
        == .refuse(.unknownInvitation))
    #expect(decide(at: 100) == .refuse(.expiredInvitation))
    #expect(decide(isDisabled: true) == .refuse(.officeDisabled))
    var revoked = replica
    revoked.revoked = Timestamp(milliseconds: 3)
    #expect(decide({ $0.replica = replica.id }, key: revoked) == .refuse(.revoked))
  }

  @Test func lettersCountAReplica() {
    let letters = [1, 2, 26, 27, 52, 53, 703].map { number in
      EnrolledReplica(
        id: replica.id, office: vienna, number: number, note: "", key: replica.key,
        enrolled: replica.enrolled, expires: replica.expires
      ).name
    }
    #expect(letters == ["VIE-A", "VIE-B", "VIE-Z", "VIE-AA", "VIE-AZ", "VIE-BA", "VIE-AAA"])
  }
}
