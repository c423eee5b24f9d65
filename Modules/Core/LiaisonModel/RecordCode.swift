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

  /// The code of the `number`-th record of a year in a series: `VIE-2026-0012`, `VIE-2026-B0012`.
  public init(_ series: NumberSeries, year: Int, number: Int) {
    text = series.prefix(of: year) + CivilCalendar.padded(number, to: 4)
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

/// The numbers that one replica of an office gives to records. The second replica's have its letter, so that
/// two that are both offline never give the same.
public struct NumberSeries: Hashable, Sendable, CustomStringConvertible {
  public let office: OfficeID
  /// Which of the office's replicas gives them, counted from 1.
  public let replica: Int
  /// Empty for the office's first replica; B, C, …, Z, AA, … for the others.
  public let letter: String

  /// - Parameter replica: counts the office's replicas, from 1.
  public init(_ office: OfficeID, replica: Int = 1) {
    self.office = office
    self.replica = replica
    letter = replica == 1 ? "" : NumberSeries.letter(of: replica)
  }

  /// A for 1, B for 2, …, Z, AA, …
  public static func letter(of replica: Int) -> String {
    var (rest, letters) = (replica, "")
    while rest > 0 {
      let scalar = Unicode.Scalar(UInt8(ascii: "A") + UInt8((rest - 1) % 26))
      letters = String(scalar) + letters
      rest = (rest - 1) / 26
    }
    return letters
  }

  /// What every code that has a number of the year begins with.
  public func prefix(of year: Int) -> String {
    "\(office)-\(CivilCalendar.padded(year, to: 4))-\(letter)"
  }

  /// `VIE`, `VIE-B`.
  public var description: String { letter.isEmpty ? office.text : "\(office)-\(letter)" }
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
