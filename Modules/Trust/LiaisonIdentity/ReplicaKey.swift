internal import Crypto
internal import Foundation
public import LiaisonModel
public import LiaisonSync
internal import SwiftASN1
internal import X509

/// A replica's key: P-256, made in the office, which it never leaves.
public struct ReplicaKey: Sendable {
  private let key: P256.Signing.PrivateKey

  public init() { key = P256.Signing.PrivateKey() }

  /// - Parameter pem: as ``pem`` gave it.
  /// - Throws: ``CertificateFault``.
  public init(pem: String) throws {
    key = try faulting("the key cannot be read") {
      try P256.Signing.PrivateKey(pemRepresentation: pem)
    }
  }

  /// PKCS #8 in PEM (RFC 7468).
  public var pem: String { key.pemRepresentation + "\n" }

  /// What it proves with that it has the key, before it has a certificate of the register: it has signed
  /// this one itself.
  /// - Throws: ``CertificateFault``.
  public func unenrolled(at now: Timestamp) throws -> TLSCredential {
    try faulting("a certificate cannot be made") {
      let name = try DistinguishedName { CommonName("not enrolled") }
      let day: Int64 = 86_400_000
      let certificate = try Certificate(
        version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
        notValidBefore: Timestamp(milliseconds: now.milliseconds - day).date,
        notValidAfter: Timestamp(milliseconds: now.milliseconds + day).date, issuer: name,
        subject: name,
        signatureAlgorithm: .ecdsaWithSHA256,
        extensions: Certificate.Extensions { try ExtendedKeyUsage([.clientAuth]) },
        issuerPrivateKey: .init(key))
      return credential([try certificate.der()])
    }
  }

  /// - Parameter chain: X.509 in DER, this key's first.
  public func credential(_ chain: [[UInt8]]) -> TLSCredential {
    TLSCredential(chain: chain, key: Array(key.derRepresentation))
  }

  /// What a certificate says of its bearer.
  /// - Throws: ``CertificateFault``, also if it is for another key.
  public func read(_ certificate: [UInt8]) throws -> PresentedCertificate {
    try faulting("the certificate cannot be read") {
      let read = try Certificate(derEncoded: certificate)
      guard read.publicKey == .init(key.publicKey) else {
        throw CertificateFault("the certificate is for another key")
      }
      return PresentedCertificate(
        key: try read.fingerprint(), isOurs: true, begins: Timestamp(read.notValidBefore),
        ends: Timestamp(read.notValidAfter))
    }
  }
}

/// Certificates as text (RFC 7468).
public enum CertificateFile {
  public static func pem(_ certificates: [[UInt8]]) -> String {
    certificates.map { PEMDocument(type: "CERTIFICATE", derBytes: $0).pemString + "\n" }.joined()
  }

  /// X.509 in DER.
  /// - Throws: ``CertificateFault`` if there is none.
  public static func certificates(pem: String) throws -> [[UInt8]] {
    let found = try faulting("the certificates cannot be read") {
      try PEMDocument.parseMultiple(pemString: pem)
        .filter { $0.discriminator == "CERTIFICATE" }.map(\.derBytes)
    }
    guard !found.isEmpty else { throw CertificateFault("there is no certificate") }
    return found
  }

  /// Whose replica's a certificate is; nil if it does not say.
  /// - Throws: ``CertificateFault``.
  public static func office(_ certificate: [UInt8]) throws -> OfficeID? {
    try faulting("the certificate cannot be read") {
      let subject = try Certificate(derEncoded: certificate).subject
      let unit = subject.lazy.flatMap { $0 }
        .first { $0.type == .RDNAttributeType.organizationalUnitName }
      return unit.flatMap { String($0.value) }.flatMap { OfficeID($0) }
    }
  }

  /// - Throws: ``CertificateFault``.
  public static func fingerprint(_ certificate: [UInt8]) throws -> Fingerprint {
    try faulting("the certificate cannot be read") {
      try Certificate(derEncoded: certificate).fingerprint()
    }
  }
}
