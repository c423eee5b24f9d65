/// Names a public key: the SHA-256 of its SubjectPublicKeyInfo in DER (RFC 7469, 2.4).
public struct Fingerprint: Hashable, Sendable {
  public static let byteCount = 32
  public let bytes: [UInt8]

  /// Nil if they are not 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Fingerprint.byteCount else { return nil }
    self.bytes = bytes
  }
}

extension Fingerprint: CustomStringConvertible {
  /// As a person compares it: 52 letters and digits.
  public var description: String { Base32.text(bytes) }
}
