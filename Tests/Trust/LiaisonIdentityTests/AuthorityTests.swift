import LiaisonIdentity
import LiaisonModel
import LiaisonSync
import Testing

/// What the register's authority signs, and whom a replica believes.
struct AuthorityTests {
  private static let day: Int64 = 86_400_000
  private let now = Timestamp(milliseconds: 1_800_000_000_000)
  private let authority: RegisterAuthority
  private let invitation: Invitation

  init() throws {
    authority = try Self.authority(1)
    invitation = Invitation(
      office: try #require(OfficeID("VIE")), server: try #require(Endpoint("hq.example:7401")),
      authority: authority.fingerprint, secret: Array(repeating: 7, count: Invitation.secretBytes))
  }

  private static func authority(_ seed: UInt64) throws -> RegisterAuthority {
    var random = SystemRandomNumberGenerator()
    let id = RegisterID(UUIDv7(milliseconds: Int64(seed), random: &random))
    return try .make(of: id, at: Timestamp(milliseconds: 1_700_000_000_000))
  }

  private func server(_ authority: RegisterAuthority, _ hosts: String...) throws -> TLSCredential {
    try authority.server(
      hosts, from: Timestamp(milliseconds: now.milliseconds - Self.day),
      until: Timestamp(milliseconds: now.milliseconds + Self.day))
  }

  /// What a replica with this invitation says to a server; nil if it believes it.
  private func verdict(
    _ chain: [[UInt8]], _ host: String, days: Int64 = 0, _ invitation: Invitation? = nil
  ) async -> UntrustedServer? {
    let moment = Timestamp(milliseconds: now.milliseconds + days * Self.day)
    do {
      try await PinnedAuthority(invitation ?? self.invitation, now: { moment })
        .verify(chain, host: host)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: ["hq.example", "HQ.example", "127.0.0.1", "::1"])
  func aServerIsBelievedAtEachOfItsHosts(host: String) async throws {
    let chain = try server(authority, "hq.example", "127.0.0.1", "::1").chain
    #expect(await verdict(chain, host) == nil)
    let spoken = try #require(Invitation("VIE@hq.example:7401#\(invitation.spoken)"))
    #expect(await verdict(chain, host, spoken) == nil)
    let later = try PinnedAuthority(authority.certificate, now: { [now] in now })
    try await later.verify(chain, host: host)
  }

  @Test func anotherHostIsNot() async throws {
    let chain = try server(authority, "hq.example", "127.0.0.1").chain
    for host in ["other.example", "example", "127.0.0.2", "::1"] {
      #expect(await verdict(chain, host) == .otherHost, "\(host)")
    }
  }

  @Test func anotherAuthorityIsNot() async throws {
    let other = try Self.authority(2)
    let foreign = try server(other, "hq.example").chain
    #expect(await verdict(foreign, "hq.example") == .otherAuthority)
    // With our authority's certificate behind one that it has not signed.
    #expect(
      await verdict([foreign[0], authority.certificate], "hq.example") == .otherAuthority)
    #expect(await verdict([], "hq.example") == .otherAuthority)
    #expect(await verdict([[1, 2, 3]], "hq.example") == .otherAuthority)
    // A replica's certificate is none of a server.
    let key = ReplicaKey()
    var random = SystemRandomNumberGenerator()
    let replica = try authority.certificate(
      of: ReplicaID(UUIDv7(milliseconds: 1, random: &random)), invitation.office,
      key: key.unenrolled(at: now).chain[0], from: now, until: now)
    #expect(await verdict([replica, authority.certificate], "hq.example") != nil)
  }

  /// The connection has proved the key of the first certificate only: what stands behind it may be anybody's
  /// to show.
  @Test func aCertificateThatCannotBeReadIsNotPassedOver() async throws {
    let genuine = try server(authority, "hq.example").chain
    #expect(await verdict(genuine, "hq.example") == nil)
    for foreign in [[1, 2, 3], [], Array(genuine[0].dropLast())] as [[UInt8]] {
      #expect(await verdict([foreign] + genuine, "hq.example") == .otherAuthority)
      #expect(await verdict([genuine[0], foreign, genuine[1]], "hq.example") == .otherAuthority)
    }
    let other = try server(try Self.authority(2), "hq.example").chain
    #expect(await verdict([other[0]] + genuine, "hq.example") == .otherAuthority)
  }

  @Test func aClockThatIsADayBehindIsNoReasonOnTheFirstDay() async throws {
    var random = SystemRandomNumberGenerator()
    let fresh = try RegisterAuthority.make(
      of: RegisterID(UUIDv7(milliseconds: 1, random: &random)), at: now)
    let chain = try server(fresh, "hq.example").chain
    let behind = Timestamp(milliseconds: now.milliseconds - Self.day + 60_000)
    try await PinnedAuthority(fresh.certificate, now: { behind }).verify(chain, host: "hq.example")
  }

  @Test func aClockThatIsWrongIsToldApart() async throws {
    let chain = try server(authority, "hq.example").chain
    #expect(await verdict(chain, "hq.example", days: 400) == .ended)
    #expect(await verdict(chain, "hq.example", days: -4000) == .notYet)
    #expect(await verdict(chain, "other.example", days: 400) == .otherHost)
  }

  @Test func aReplicasCertificateIsOursAndOfItsKey() throws {
    let key = ReplicaKey()
    let presented = try key.unenrolled(at: now).chain[0]
    #expect(try !authority.read(presented).isOurs)
    var random = SystemRandomNumberGenerator()
    let until = Timestamp(milliseconds: now.milliseconds + 90 * Self.day)
    let certificate = try authority.certificate(
      of: ReplicaID(UUIDv7(milliseconds: 1, random: &random)), invitation.office, key: presented,
      from: now, until: until)
    let read = try authority.read(certificate)
    #expect(read.isOurs && read.begins == now && read.ends == until)
    #expect(try read.key == authority.read(presented).key)
    #expect(try !Self.authority(2).read(certificate).isOurs)
    #expect(throws: CertificateFault.self) { try authority.read([1, 2, 3]) }
    #expect(throws: CertificateFault.self) { try ReplicaKey().read(certificate) }
    let again = try ReplicaKey(pem: key.pem)
    #expect(try again.read(certificate).key == read.key)
    #expect(throws: CertificateFault.self) { try ReplicaKey(pem: "no key") }
    let pem = CertificateFile.pem([certificate, authority.certificate])
    #expect(try CertificateFile.certificates(pem: pem) == [certificate, authority.certificate])
    #expect(throws: CertificateFault.self) { try CertificateFile.certificates(pem: "") }
  }

  @Test func anAuthorityComesBackFromWhatIsKept() throws {
    let again = try RegisterAuthority(certificate: authority.certificate, key: authority.key)
    #expect(again.fingerprint == authority.fingerprint)
    #expect(throws: CertificateFault.self) {
      try RegisterAuthority(certificate: [], key: authority.key)
    }
  }
}
