internal import Crypto
internal import Foundation
public import LiaisonModel
internal import LiaisonSync
internal import SwiftASN1
internal import X509

/// A certificate of the server that another authority has signed: a public one, or that of a house.
///
/// Replicas do not rely on that authority: theirs vouches for the same key, in a certificate behind it (see
/// ``RegisterAuthority/vouching(for:_:at:until:)``).
public struct OwnCertificate: Hashable, Sendable {
  /// As the authority gave it: X.509 in DER, the server's own first.
  let chain: [[UInt8]]
  let key: [UInt8]
  let publicKey: Certificate.PublicKey
  /// When it begins and ends.
  public let begins, ends: Timestamp

  /// - Parameters:
  ///   - certificates: PEM (RFC 7468), the server's own first.
  ///   - key: PEM, without a password.
  /// - Throws: ``CertificateFault``, also if the key is of another certificate.
  public init(certificates: String, key: String) throws {
    let all = try CertificateFile.certificates(pem: certificates)
    chain = all
    let own = try faulting("the server's certificate cannot be read") {
      try all.map { try Certificate(derEncoded: $0) }[0]
    }
    // What an office's side of TLS does not verify.
    guard Curve25519.Signing.PublicKey(own.publicKey) == nil,
      P521.Signing.PublicKey(own.publicKey) == nil
    else {
      throw CertificateFault(
        "the server's key is of a kind that offices do not take: RSA, P-256 or P-384")
    }
    self.key = try faulting("the server's key cannot be read") {
      guard try Certificate.PrivateKey(pemEncoded: key).publicKey == own.publicKey else {
        throw CertificateFault("the server's key is that of another certificate")
      }
      return try PEMDocument(pemString: key).derBytes
    }
    publicKey = own.publicKey
    (begins, ends) = (Timestamp(own.notValidBefore), Timestamp(own.notValidAfter))
  }
}
