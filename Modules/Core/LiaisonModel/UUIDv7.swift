/// A UUID of version 7: 48 bits of Unix time in milliseconds, then random bits (RFC 9562 §5.7).
///
/// Ids made later sort after ids made earlier, so an index over them grows at its end.
public struct UUIDv7: Hashable, Comparable, Sendable {
  public static let byteCount = 16

  /// The first 8 bytes, big-endian.
  public let high: UInt64
  /// The last 8 bytes, big-endian.
  public let low: UInt64

  /// A new id from a time in milliseconds since 1970 and 74 random bits.
  public init(milliseconds: Int64, random: inout some RandomNumberGenerator) {
    let time = UInt64(truncatingIfNeeded: milliseconds) & 0xFFFF_FFFF_FFFF
    high = time << 16 | 0x7000 | random.next() & 0x0FFF
    low = 0x8000_0000_0000_0000 | random.next() >> 2
  }

  /// The id that these 16 bytes spell; nil for another length, version or variant.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.byteCount else { return nil }
    self.init(
      high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
      low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }

  /// Parses the usual text, `018f3e7a-…`; nil if it is not a UUID of version 7.
  public init?(_ text: some StringProtocol) {
    let utf8 = Array(text.utf8)
    guard utf8.count == 36 else { return nil }
    var words: (UInt64, UInt64) = (0, 0)
    for (index, byte) in utf8.enumerated() {
      if [8, 13, 18, 23].contains(index) {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = Hex.value(of: byte) else { return nil }
      words = (words.0 << 4 | words.1 >> 60, words.1 << 4 | UInt64(digit))
    }
    self.init(high: words.0, low: words.1)
  }

  /// When it was made, by the clock of whoever made it.
  public var milliseconds: Int64 { Int64(high >> 16) }

  private init?(high: UInt64, low: UInt64) {
    guard high >> 12 & 0xF == 7, low >> 62 == 2 else { return nil }
    self.high = high
    self.low = low
  }

  public static func < (one: Self, other: Self) -> Bool {
    (one.high, one.low) < (other.high, other.low)
  }

  /// The 16 bytes, in the order of RFC 9562.
  public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Hands over the 16 bytes without an array.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try Swift.withUnsafeBytes(of: (high.bigEndian, low.bigEndian), body)
  }
}

extension UUIDv7: CustomStringConvertible {
  public var description: String {
    var text = Hex.text(bytes)
    for offset in [20, 16, 12, 8] {
      text.insert("-", at: text.index(text.startIndex, offsetBy: offset))
    }
    return text
  }
}

/// Lower-case hexadecimal.
enum Hex {
  static func text(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var utf8: [UInt8] = []
    utf8.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      utf8.append(digits[Int(byte >> 4)])
      utf8.append(digits[Int(byte & 15)])
    }
    return String(decoding: utf8, as: UTF8.self)
  }

  static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
