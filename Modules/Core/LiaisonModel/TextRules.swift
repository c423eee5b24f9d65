// The standard library has normalization, but only under this name as of Swift 6.3; the test
// `textThatIsNotInNFCIsRefused` stands guard over it.
@_spi(_Unicode) import Swift

/// What text may hold: Unicode in NFC, no control characters, within ``Limits``.
public enum TextRules {
  /// What is wrong with a text of one line; nil if nothing is.
  public static func problem(withLine text: String) -> String? {
    guard text.utf8.count <= Limits.textBytes else {
      return "is longer than \(Limits.textBytes) bytes"
    }
    guard !text.unicodeScalars.contains(where: isControl) else {
      return "must be one line without control characters"
    }
    guard text.isEmpty || text.contains(where: { !$0.isWhitespace }) else { return "is blank" }
    return isNFC(text) ? nil : "is not in Unicode NFC"
  }

  /// What is wrong with a text of many lines; nil if nothing is.
  public static func problem(withProse text: String) -> String? {
    guard text.utf8.count <= Limits.proseBytes else {
      return "is longer than \(Limits.proseBytes) bytes"
    }
    guard !text.unicodeScalars.contains(where: { isControl($0) && $0 != "\n" }) else {
      return "must have no control characters but line feeds"
    }
    return isNFC(text) ? nil : "is not in Unicode NFC"
  }

  /// The text in Unicode's normalization form C (UAX #15).
  public static func normalized(_ text: String) -> String {
    if isASCII(text) { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text._nfc { scalars.append(scalar) }
    return String(scalars)
  }

  private static func isNFC(_ text: String) -> Bool {
    isASCII(text) || normalized(text).utf8.elementsEqual(text.utf8)
  }

  private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

  /// Cc of Unicode, the two separators that break a line, and the embeddings, overrides and
  /// isolates that make a text read otherwise than it is (UAX #9).
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
