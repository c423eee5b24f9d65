/// Bytes as letters and digits that can be read aloud and typed: Crockford's Base32, without I, L, O and U
/// (https://www.crockford.com/base32.html). Upper or lower case; I and L are read as 1, O as 0.
public enum Base32 {
  private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

  /// Five bits a character, the last one filled up with zeros.
  public static func text(_ bytes: some Sequence<UInt8>) -> String {
    var (text, bits, count) = ("", 0, 0)
    for byte in bytes {
      (bits, count) = (bits << 8 | Int(byte), count + 8)
      while count >= 5 {
        count -= 5
        text.append(digits[bits >> count & 31])
      }
      bits &= (1 << count) - 1
    }
    if count > 0 { text.append(digits[bits << (5 - count) & 31]) }
    return text
  }

  /// The bytes that a text spells; nil if it has another character, or bits that no byte has.
  public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    var (bytes, bits, count): ([UInt8], Int, Int) = ([], 0, 0)
    for character in text {
      guard let value = value(character) else { return nil }
      (bits, count) = (bits << 5 | value, count + 5)
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        bits &= (1 << count) - 1
      }
    }
    return count < 5 && bits == 0 ? bytes : nil
  }

  static func value(_ character: Character) -> Int? {
    switch character.uppercased() {
    case "I", "L": 1
    case "O": 0
    case let upper: digits.firstIndex { String($0) == upper }
    }
  }

  static func digit(_ value: Int) -> Character { digits[value & 31] }
}
