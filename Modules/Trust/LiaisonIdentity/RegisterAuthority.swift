internal import Crypto
internal import Foundation
public import LiaisonModel
public import LiaisonSync
internal import SwiftASN1
internal import X509

/// A register's own authority: a P-256 key that signs the certificates of its server and its replicas
/// (X.509, RFC 5280).
///
/// Whoever has its key can be any replica and any server of the register; it stands in the register's own
/// file, so that a backup brings it along.
public struct RegisterAuthority: CertificateAuthority {
  /// How long it is valid, in years: longer than a register is used.
  private static let years = 50

  public let certificate: [UInt8]
  /// PKCS #8 in DER.
  public let key: [UInt8]
  private let signing: Certificate.PrivateKey
  private let own: Certificate

  /// Makes one.
  /// - Throws: ``CertificateFault``.
  /// - Parameter now: it is valid from two days before, for clocks that are behind.
  public static func make(of register: RegisterID, at now: Timestamp) throws -> RegisterAuthority {
    let from = Timestamp(milliseconds: now.milliseconds - 2 * 86_400_000)
    let key = P256.Signing.PrivateKey()
    return try faulting("an authority cannot be made") {
      let name = try DistinguishedName { CommonName("Liaison register \(register)") }
      let until = Timestamp(milliseconds: from.milliseconds + Int64(years) * 365 * 86_400_000)
      let certificate = try Certificate(
        version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
        notValidBefore: from.date, notValidAfter: until.date, issuer: name, subject: name,
        signatureAlgorithm: .ecdsaWithSHA256,
        extensions: Certificate.Extensions {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
          Critical(KeyUsage(digitalSignature: true, keyCertSign: true))
          SubjectKeyIdentifier(hash: .init(key.publicKey))
        }, issuerPrivateKey: .init(key))
      return try RegisterAuthority(
        certificate: certificate.der(), key: Array(key.derRepresentation))
    }
  }

  /// The one that was made before.
  /// - Throws: ``CertificateFault``.
  public init(certificate: [UInt8], key: [UInt8]) throws {
    self.certificate = certificate
    self.key = key
    (own, fingerprint, signing) = try faulting("the register's authority cannot be read") {
      let own = try Certificate(derEncoded: certificate)
      return (
        own, try own.fingerprint(), .init(try P256.Signing.PrivateKey(derRepresentation: key))
      )
    }
  }

  /// What offices know it by.
  public let fingerprint: Fingerprint

  /// A new key and certificate of the server.
  /// - Parameter hosts: the names and addresses that it is called by.
  /// - Throws: ``CertificateFault``.
  public func server(
    _ hosts: [String], from: Timestamp, until: Timestamp
  ) throws -> TLSCredential {
    let key = P256.Signing.PrivateKey()
    let signed = try server(.init(key.publicKey), hosts, from: from, until: until)
    return TLSCredential(chain: [signed, certificate], key: Array(key.derRepresentation))
  }

  /// What a server proves with who it is that has a certificate of another authority: that one, and behind it
  /// this authority's for the same key, which replicas look for.
  /// - Parameter hosts: the names and addresses that replicas call it by.
  /// - Throws: ``CertificateFault``.
  public func vouching(
    for own: OwnCertificate, _ hosts: [String], from: Timestamp, until: Timestamp
  ) throws -> TLSCredential {
    let signed = try server(own.publicKey, hosts, from: from, until: until)
    return TLSCredential(chain: own.chain + [signed, certificate], key: own.key)
  }

  private func server(
    _ key: Certificate.PublicKey, _ hosts: [String], from: Timestamp, until: Timestamp
  ) throws -> [UInt8] {
    try faulting("a certificate of the server cannot be made") {
      try issue(
        key, try DistinguishedName { CommonName("liaisond") }, .serverAuth,
        hosts.map { try GeneralName(host: $0) }, from: from, until: until
      ).der()
    }
  }

  public func certificate(
    of replica: ReplicaID, _ office: OfficeID, key presented: [UInt8], from: Timestamp,
    until: Timestamp
  ) throws -> [UInt8] {
    try faulting("a certificate of the replica cannot be made") {
      let key = try Certificate(derEncoded: presented).publicKey
      return try issue(
        key,
        try DistinguishedName {
          OrganizationalUnitName(office.text)
          CommonName(replica.description)
        }, .clientAuth, [.uniformResourceIdentifier("urn:uuid:\(replica)")],
        from: from, until: until
      ).der()
    }
  }

  public func read(_ certificate: [UInt8]) throws -> PresentedCertificate {
    try faulting("the caller's certificate cannot be read") {
      let read = try Certificate(derEncoded: certificate)
      return PresentedCertificate(
        key: try read.fingerprint(),
        isOurs: own.publicKey.isValidSignature(read.signature, for: read),
        begins: Timestamp(read.notValidBefore), ends: Timestamp(read.notValidAfter))
    }
  }

  public func digest(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

  private func issue(
    _ key: Certificate.PublicKey, _ subject: DistinguishedName, _ usage: ExtendedKeyUsage.Usage,
    _ names: [GeneralName], from: Timestamp, until: Timestamp
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: .init(), publicKey: key, notValidBefore: from.date,
      notValidAfter: until.date, issuer: own.subject, subject: subject,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([usage])
        SubjectAlternativeNames(names)
        AuthorityKeyIdentifier(
          keyIdentifier: SubjectKeyIdentifier(hash: own.publicKey).keyIdentifier)
      }, issuerPrivateKey: signing)
  }
}
