import Foundation
import LiaisonIdentity
import LiaisonModel
import LiaisonSync
import Testing

/// A server's certificate of another authority, for which the register's vouches.
struct OwnCertificateTests {
  private static let day: Int64 = 86_400_000
  private let now = Timestamp(milliseconds: 1_800_000_000_000)
  private let authority: RegisterAuthority
  /// Another authority, as a house has one.
  private let house: RegisterAuthority

  init() throws {
    authority = try Self.authority()
    house = try Self.authority()
  }

  private static func authority() throws -> RegisterAuthority {
    var random = SystemRandomNumberGenerator()
    return try .make(
      of: RegisterID(UUIDv7(milliseconds: 1, random: &random)),
      at: Timestamp(milliseconds: 1_700_000_000_000))
  }

  private func moment(_ days: Int64) -> Timestamp {
    Timestamp(milliseconds: now.milliseconds + days * Self.day)
  }

  private func pem(_ key: [UInt8]) -> String {
    let text = Data(key).base64EncodedString(options: [
      .lineLength64Characters, .endLineWithLineFeed,
    ])
    return "-----BEGIN PRIVATE KEY-----\n\(text)\n-----END PRIVATE KEY-----\n"
  }

  /// The house's certificate for the server.
  private func own(days: ClosedRange<Int64> = -1...30) throws -> OwnCertificate {
    let made = try house.server(
      ["www.example"], from: moment(days.lowerBound), until: moment(days.upperBound))
    return try OwnCertificate(
      certificates: CertificateFile.pem([made.chain[0]]), key: pem(made.key))
  }

  private func vouched(_ own: OwnCertificate) throws -> TLSCredential {
    try authority.vouching(for: own, ["hq.example"], from: moment(-1), until: moment(90))
  }

  private func verdict(
    _ chain: [[UInt8]], _ host: String = "hq.example", days: Int64 = 0
  ) async throws -> UntrustedServer? {
    let verifier = try PinnedAuthority(authority.certificate, now: { [self] in moment(days) })
    do {
      try await verifier.verify(chain, host: host)
      return nil
    } catch {
      return error
    }
  }

  @Test func aReplicaBelievesItAtTheRegistersHosts() async throws {
    let chain = try vouched(own()).chain
    #expect(chain.count == 3)
    #expect(try await verdict(chain) == nil)
    #expect(try await verdict(chain, "www.example") == .otherHost)
  }

  /// Offices rely on the register's authority alone: when it vouches for, and until when.
  @Test func whenTheOtherAuthoritysBeginsAndEndsIsNothingToOffices() async throws {
    for own in [try own(), try own(days: 0...30), try own(days: -400 ... -300)] {
      let chain = try vouched(own).chain
      #expect(try await verdict(chain, days: 89) == nil)
      #expect(try await verdict(chain, days: 91) == .ended)
      #expect(try await verdict(chain, days: -2) == .notYet)
    }
  }

  /// Whoever has seen the server has its certificates: they vouch for its key alone.
  @Test func anothersKeyIsNotVouchedFor() async throws {
    let (chain, other) = (try vouched(own()).chain, try own())
    let foreign = try #require(
      try house.vouching(
        for: other, ["hq.example"], from: moment(-1), until: moment(90)
      ).chain.first)
    #expect(try await verdict([foreign] + chain.dropFirst()) == .otherAuthority)
    #expect(try await verdict([foreign] + chain) == .otherAuthority)
    // The house vouches for nobody here.
    let byHouse = try house.vouching(
      for: other, ["hq.example"], from: moment(-1), until: moment(90)
    ).chain
    #expect(try await verdict(byHouse + [authority.certificate]) == .otherAuthority)
  }

  @Test func aKeyOfAnotherCertificateIsRefused() throws {
    let (one, other) = (
      try house.server(["a.example"], from: moment(0), until: moment(1)),
      try house.server(["a.example"], from: moment(0), until: moment(1))
    )
    #expect(throws: CertificateFault.self) {
      try OwnCertificate(certificates: CertificateFile.pem(one.chain), key: pem(other.key))
    }
    for text in ["", "x", pem([1, 2, 3])] {
      #expect(throws: CertificateFault.self) {
        try OwnCertificate(certificates: CertificateFile.pem(one.chain), key: text)
      }
      #expect(throws: CertificateFault.self) {
        try OwnCertificate(certificates: text, key: pem(one.key))
      }
    }
  }
}
