/// The human reference of a record, unique among the live records of a register.
///
/// `[A-Z0-9][A-Z0-9-]{1,31}`: chosen by a person (`UNODC`, `SDG-16`), or numbered by an office
/// (`VIE-2026-0012`).
public struct RecordCode: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let text: String

  /// Nil if the text is not a code.
  public init?(_ text: String) {
    let utf8 = text.utf8
    guard (2...Limits.codeBytes).contains(utf8.count), utf8.first != UInt8(ascii: "-"),
      utf8.allSatisfy({ ASCII.isUpperOrDigit($0) || $0 == UInt8(ascii: "-") })
    else { return nil }
    self.text = text
  }

  /// The code that a person typed, maybe in small letters; nil if the text is none.
  public init?(typed text: String) {
    guard let code = RecordCode(text) ?? RecordCode(text.uppercased()) else { return nil }
    self = code
  }

  /// The code that an office gives to its `number`-th record of a year: `VIE-2026-0012`.
  public init(office: OfficeID, year: Int, number: Int) {
    text = "\(office)-\(CivilCalendar.padded(year, to: 4))-\(CivilCalendar.padded(number, to: 4))"
  }

  /// What every code that `office` numbered in `year` begins with.
  public static func numberedPrefix(office: OfficeID, year: Int) -> String {
    let first = RecordCode(office: office, year: year, number: 0).text
    return String(first.dropLast(4))
  }

  public var description: String { text }
  public static func < (one: Self, other: Self) -> Bool { one.text < other.text }
}

/// Names an office, a site with its own replica: `VIE`, `NYC`, `LYO`. `[A-Z0-9]{2,12}`.
public struct OfficeID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let text: String

  /// Nil if the text is not an office's id.
  public init?(_ text: String) {
    guard (2...12).contains(text.utf8.count), text.utf8.allSatisfy(ASCII.isUpperOrDigit) else {
      return nil
    }
    self.text = text
  }

  public var description: String { text }
  public static func < (one: Self, other: Self) -> Bool { one.text < other.text }
}

enum ASCII {
  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func isUpper(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }

  static func isLower(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  static func isUpperOrDigit(_ byte: UInt8) -> Bool { isDigit(byte) || isUpper(byte) }
}
