internal import Foundation
public import LiaisonModel
public import LiaisonSync
internal import SwiftASN1
@_spi(FixedExpiryValidationTime) internal import X509

/// Believes a server whose certificate leads to one authority: the one that an invitation names, or that the
/// replica has known since.
public struct PinnedAuthority: ServerVerifier {
  private let isPinned: @Sendable (Fingerprint) -> Bool
  private let now: @Sendable () -> Timestamp

  public init(_ invitation: Invitation, now: @escaping @Sendable () -> Timestamp) {
    isPinned = { invitation.trusts($0) }
    self.now = now
  }

  /// - Parameter authority: X.509 in DER.
  /// - Throws: ``CertificateFault``.
  public init(_ authority: [UInt8], now: @escaping @Sendable () -> Timestamp) throws {
    let fingerprint = try CertificateFile.fingerprint(authority)
    isPinned = { $0 == fingerprint }
    self.now = now
  }

  /// By RFC 5280 and RFC 6125.
  public func verify(_ chain: [[UInt8]], host: String) async throws(UntrustedServer) {
    // Of a chain in which one cannot be read, nothing is believed: another would stand in its place.
    guard let certificates = try? chain.map({ try Certificate(derEncoded: $0) }),
      let root = certificates.dropFirst().first(where: {
        (try? $0.fingerprint()).map(isPinned) ?? false
      }), let leaf = Self.own(of: certificates, signedBy: root),
      (try? leaf.extensions.extendedKeyUsage)??.contains(.serverAuth) == true
    else { throw .otherAuthority }
    // The server's clock is years behind: its certificate has ended before its authority began.
    if leaf.notValidAfter < root.notValidBefore,
      root.publicKey.isValidSignature(leaf.signature, for: leaf)
    {
      throw .ended
    }
    let moment = now()
    // An end that only the clock sees is told as such: the rest is checked as if it were in between.
    let begin = max(Timestamp(leaf.notValidBefore), Timestamp(root.notValidBefore))
    let inside = min(max(moment, begin), Timestamp(leaf.notValidAfter))
    let isAddress = IPAddress.bytes(host) != nil
    var path = Verifier(rootCertificates: CertificateStore([root])) {
      RFC5280Policy(fixedExpiryValidationTime: inside.date)
    }
    guard
      case .validCertificate = await path.validate(
        leaf: leaf, intermediates: CertificateStore(certificates.dropFirst()))
    else { throw .otherAuthority }
    var name = Verifier(rootCertificates: CertificateStore([root])) {
      RFC5280Policy(fixedExpiryValidationTime: inside.date)
      ServerIdentityPolicy(
        serverHostname: isAddress ? nil : host, serverIP: isAddress ? host : nil)
    }
    guard
      case .validCertificate = await name.validate(
        leaf: leaf, intermediates: CertificateStore(certificates.dropFirst()))
    else { throw .otherHost }
    guard moment >= Timestamp(leaf.notValidBefore) else { throw .notYet }
    guard moment <= Timestamp(leaf.notValidAfter) else { throw .ended }
  }

  /// The certificate in which the root vouches for the key that the connection has proved: that of the first
  /// one. Another authority may have signed that, and the root a second one for the same key.
  private static func own(
    of certificates: [Certificate], signedBy root: Certificate
  ) -> Certificate? {
    guard let first = certificates.first else { return nil }
    return certificates.first {
      $0.publicKey == first.publicKey && root.publicKey.isValidSignature($0.signature, for: $0)
    } ?? first
  }
}
