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
    if isPrintable(text), text.utf8.contains(where: { $0 != UInt8(ascii: " ") }) { return nil }
    guard !text.unicodeScalars.contains(where: isControl) else {
      return "must be one line without control characters"
    }
    guard text.isEmpty || text.unicodeScalars.contains(where: isVisible) else { return "is blank" }
    return isNFC(text) ? nil : "is not in Unicode NFC"
  }

  /// What is wrong with a text of one line that says something; nil if nothing is.
  public static func problem(withWord text: String) -> String? {
    text.isEmpty ? "is blank" : problem(withLine: text)
  }

  /// What is wrong with a text of many lines; nil if nothing is.
  public static func problem(withProse text: String) -> String? {
    guard text.utf8.count <= Limits.proseBytes else {
      return "is longer than \(Limits.proseBytes) bytes"
    }
    if isPrintable(text) { return nil }
    guard !text.unicodeScalars.contains(where: { isControl($0) && $0 != "\n" && $0 != "\t" })
    else { return "must have no control characters but line feeds and tabs" }
    return isNFC(text) ? nil : "is not in Unicode NFC"
  }

  /// The text in Unicode's normalization form C (UAX #15).
  public static func normalized(_ text: String) -> String {
    if isASCII(text) { return text }
    var scalars = String.UnicodeScalarView()
    for scalar in text._nfc { scalars.append(scalar) }
    return String(scalars)
  }

  /// The text with a line feed wherever a line ends: also at a carriage return, with a line feed behind it
  /// or without, a next line, and a separator of lines or paragraphs (Unicode, 5.8).
  public static func withLineFeeds(_ text: String) -> String {
    guard !isASCII(text) || text.utf8.contains(UInt8(ascii: "\r")) else { return text }
    var scalars = String.UnicodeScalarView()
    var last: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if endsLine(scalar) {
        scalars.append("\n")
      } else if scalar != "\n" || last != "\r" {
        scalars.append(scalar)
      }
      last = scalar
    }
    return String(scalars)
  }

  /// Whether a line ends there, other than by a line feed.
  private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  private static func isNFC(_ text: String) -> Bool {
    isASCII(text) || normalized(text).utf8.elementsEqual(text.utf8)
  }

  private static func isASCII(_ text: String) -> Bool { bytes(of: text) { $0 < 0x80 } }

  /// Whether all is ASCII that leaves a mark, or spaces: most texts are, and nothing is wrong with them.
  private static func isPrintable(_ text: String) -> Bool {
    bytes(of: text) { $0 >= 0x20 && $0 < 0x7F }
  }

  /// Whether all bytes are such ones, looked at where they lie.
  private static func bytes(of text: String, are isSuch: (UInt8) -> Bool) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { $0.allSatisfy(isSuch) }
      ?? text.utf8.allSatisfy(isSuch)
  }

  /// Whether a scalar leaves a mark: neither white space, nor what only formats or is ignored where it cannot
  /// be shown (Default_Ignorable_Code_Point and Cf of UAX #44), nor the blank Braille pattern, nor music's
  /// null notehead.
  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    return !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint
      && properties.generalCategory != .format && scalar != "\u{2800}" && scalar != "\u{1D159}"
  }

  /// Cc of Unicode, the two separators that break a line, and the embeddings, overrides and
  /// isolates that make a text read otherwise than it is (UAX #9).
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
