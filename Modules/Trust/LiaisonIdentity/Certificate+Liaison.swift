internal import Crypto
internal import Foundation
internal import Glibc
internal import LiaisonModel
internal import LiaisonSync
internal import SwiftASN1
internal import X509

extension Certificate {
  func der() throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(self)
    return serializer.serializedBytes
  }

  /// - Throws: ``CertificateFault``.
  func fingerprint() throws -> Fingerprint {
    let digest = Array(SHA256.hash(data: publicKey.subjectPublicKeyInfoBytes))
    guard let name = Fingerprint(digest) else {
      throw CertificateFault("a fingerprint of \(digest.count) bytes")
    }
    return name
  }
}

extension GeneralName {
  /// A name or an address that a server is called by.
  init(host: String) throws {
    if let address = IPAddress.bytes(host) {
      self = .ipAddress(ASN1OctetString(contentBytes: address[...]))
    } else {
      self = .dnsName(host.lowercased())
    }
  }
}

enum IPAddress {
  /// The 4 or 16 bytes of an address; nil if the text is none.
  static func bytes(_ text: String) -> [UInt8]? {
    [(AF_INET, 4), (AF_INET6, 16)].lazy.compactMap { family, count in
      var bytes = [UInt8](repeating: 0, count: count)
      return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }.first
  }
}

extension Timestamp {
  /// To the second, as a certificate has it.
  var date: Date { Date(timeIntervalSince1970: Double(milliseconds / 1000)) }

  init(_ date: Date) { self.init(milliseconds: Int64(date.timeIntervalSince1970 * 1000)) }
}

/// Says what could not be done.
func faulting<Result>(_ what: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let fault as CertificateFault {
    throw fault
  } catch {
    throw CertificateFault("\(what): \(error)")
  }
}
