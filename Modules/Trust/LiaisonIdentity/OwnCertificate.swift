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
    chain = try CertificateFile.certificates(pem: certificates)
    let own = try faulting("the server's certificate cannot be read") { [first = chain[0]] in
      try Certificate(derEncoded: first)
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
