/// Reads JSON, and nothing but JSON: no comments, no comma at an end, one value in the text.
struct JSONReader {
  /// Where the text stops being JSON, and why.
  struct Fault: Error {
    let offset: Int
    let reason: String
  }

  /// Objects and arrays in one another; a schema file has six.
  private static let depth = 16

  private let bytes: [UInt8]
  private var place = 0
  /// Where the keys of the outermost object stand.
  private var keys: [Int] = []

  static func value(of bytes: [UInt8]) throws(Fault) -> JSON { try placed(bytes).value }

  /// - Returns: also where the keys of the outermost object stand.
  static func placed(_ bytes: [UInt8]) throws(Fault) -> (value: JSON, keys: [Int]) {
    var reader = JSONReader(bytes: bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.place == bytes.count else { throw reader.fault("something follows the value") }
    return (value, reader.keys)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func fault(_ reason: String) -> Fault { Fault(offset: place, reason: reason) }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      place += 1
    }
  }

  /// Goes past `character`, if it comes next.
  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func value(depth: Int) throws(Fault) -> JSON {
    guard depth < JSONReader.depth else { throw fault("too many levels") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{")?: return .object(try members(depth: depth))
    case UInt8(ascii: "[")?: return .array(try elements(depth: depth))
    case UInt8(ascii: "\"")?: return .text(try text())
    case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return try number()
    case UInt8(ascii: "t")?: return try word("true", .flag(true))
    case UInt8(ascii: "f")?: return try word("false", .flag(false))
    case UInt8(ascii: "n")?: return try word("null", .null)
    case nil: throw fault("the text ends where a value is due")
    case .some: throw fault("no value begins like this")
    }
  }

  private mutating func members(depth: Int) throws(Fault) -> [JSON.Member] {
    var members: [JSON.Member] = []
    place += 1
    skipSpace()
    if skip("}") { return [] }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw fault("a key in quotes is due") }
      if depth == 0 { keys.append(place) }
      let key = try text()
      skipSpace()
      guard skip(":") else { throw fault("a colon is due") }
      members.append(JSON.Member(key, try value(depth: depth + 1)))
      skipSpace()
    } while skip(",")
    guard skip("}") else { throw fault("a comma or '}' is due") }
    return members
  }

  private mutating func elements(depth: Int) throws(Fault) -> [JSON] {
    var elements: [JSON] = []
    place += 1
    skipSpace()
    if skip("]") { return [] }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while skip(",")
    guard skip("]") else { throw fault("a comma or ']' is due") }
    return elements
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(Fault) -> JSON {
    let word = word.withUTF8Buffer { Array($0) }
    guard bytes[place...].starts(with: word) else { throw fault("no value begins like this") }
    place += word.count
    return value
  }

  private mutating func number() throws(Fault) -> JSON {
    let start = place
    let isNegative = skip("-")
    let digits = skipDigits()
    guard digits > 0 else { throw fault("a digit is due") }
    guard digits == 1 || bytes[start + (isNegative ? 1 : 0)] != UInt8(ascii: "0") else {
      throw fault("a number begins with 0")
    }
    var isWhole = true
    if skip(".") {
      isWhole = false
      guard skipDigits() > 0 else { throw fault("a digit is due") }
    }
    if skip("e") || skip("E") {
      isWhole = false
      if !skip("+") { _ = skip("-") }
      guard skipDigits() > 0 else { throw fault("a digit is due") }
    }
    let number = isWhole ? Int64(String(decoding: bytes[start..<place], as: UTF8.self)) : nil
    return number.map { .whole($0) } ?? .otherNumber
  }

  private mutating func skipDigits() -> Int {
    let start = place
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    return place - start
  }

  private mutating func text() throws(Fault) -> String {
    place += 1
    let start = place
    skipPlain()
    guard next != UInt8(ascii: "\"") else { return takeText(from: start) }
    return try escapedText(from: start)
  }

  /// Goes on to what ends a text or is no plain part of it.
  private mutating func skipPlain() {
    bytes.withUnsafeBufferPointer { bytes in
      while place < bytes.count, bytes[place] >= 0x20, bytes[place] != UInt8(ascii: "\""),
        bytes[place] != UInt8(ascii: "\\")
      {
        place += 1
      }
    }
  }

  private mutating func takeText(from start: Int) -> String {
    defer { place += 1 }
    return bytes.withUnsafeBufferPointer {
      String(decoding: UnsafeBufferPointer(rebasing: $0[start..<place]), as: UTF8.self)
    }
  }

  /// A text that is not plain.
  private mutating func escapedText(from start: Int) throws(Fault) -> String {
    var utf8 = Array(bytes[start..<place])
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        return String(decoding: utf8, as: UTF8.self)
      case UInt8(ascii: "\\"): utf8 += Array(String(Character(try escaped())).utf8)
      case 0..<0x20: throw fault("a control character stands in a text")
      default:
        let start = place
        skipPlain()
        utf8 += bytes[start..<place]
      }
    }
    throw fault("the text ends within quotes")
  }

  private mutating func escaped() throws(Fault) -> Unicode.Scalar {
    place += 1
    let character = next
    place += 1
    switch character {
    case UInt8(ascii: "\"")?: return "\""
    case UInt8(ascii: "\\")?: return "\\"
    case UInt8(ascii: "/")?: return "/"
    case UInt8(ascii: "b")?: return "\u{8}"
    case UInt8(ascii: "f")?: return "\u{C}"
    case UInt8(ascii: "n")?: return "\n"
    case UInt8(ascii: "r")?: return "\r"
    case UInt8(ascii: "t")?: return "\t"
    case UInt8(ascii: "u")?: return try unicode()
    case nil, .some: throw fault("no escape is written like this")
    }
  }

  /// `\uXXXX`, or two of them for a scalar past U+FFFF.
  private mutating func unicode() throws(Fault) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, skip("\\"), skip("u") else { throw fault("half a surrogate pair") }
    let second = try hexadecimal()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw fault("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(Fault) -> UInt32 {
    let digits = bytes[place...].prefix(4)
    let text = String(decoding: digits, as: UTF8.self)
    guard digits.count == 4, text.allSatisfy(\.isHexDigit), let number = UInt32(text, radix: 16)
    else { throw fault("four hexadecimal digits are due") }
    place += 4
    return number
  }
}
