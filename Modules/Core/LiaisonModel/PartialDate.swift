/// A date of ISO 8601 with reduced precision: `2007`, `2007-03` or `2007-03-26`.
///
/// Equality compares the text. Ordering compares the start of what is meant; of two that start
/// alike the coarser comes first, so that ordering and equality agree.
public struct PartialDate: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var year: Int { Int(parts.year) }
  public var month: Int? { parts.month == 0 ? nil : Int(parts.month) }
  public var day: Int? { parts.day == 0 ? nil : Int(parts.day) }

  /// Small, since a list that is sorted holds one for each record; a part that is not said is 0.
  private struct Parts: Hashable {
    var year: Int16
    var month: UInt8
    var day: UInt8
  }

  private let parts: Parts

  /// Nil if the text is not such a date, or names a day that does not exist.
  public init?(_ text: String) {
    var numbers: (year: Int, month: Int, day: Int) = (0, 0, 0)
    var count = 0
    for byte in text.utf8 {
      switch count {
      case 4, 7:
        guard byte == UInt8(ascii: "-") else { return nil }
      case 0..<10:
        guard ASCII.isDigit(byte) else { return nil }
        let digit = Int(byte - UInt8(ascii: "0"))
        if count < 4 {
          numbers.year = numbers.year * 10 + digit
        } else if count < 7 {
          numbers.month = numbers.month * 10 + digit
        } else {
          numbers.day = numbers.day * 10 + digit
        }
      default: return nil
      }
      count += 1
    }
    guard [4, 7, 10].contains(count) else { return nil }
    let (year, month) = (numbers.year, count > 4 ? numbers.month : 1)
    guard year >= 1, (1...12).contains(month),
      count <= 7 || (1...CivilCalendar.days(inMonth: month, of: year)).contains(numbers.day)
    else { return nil }
    parts = Parts(
      year: Int16(year), month: count > 4 ? UInt8(month) : 0,
      day: count > 7 ? UInt8(numbers.day) : 0)
  }

  /// Whether all that this date means is over before what `other` means starts.
  public func ends(before other: PartialDate) -> Bool { end < other.start }

  public static func < (one: Self, other: Self) -> Bool {
    (one.start, one.precision) < (other.start, other.precision)
  }

  public var description: String {
    ([CivilCalendar.padded(year, to: 4)]
      + [month, day].compactMap { $0 }.map { CivilCalendar.padded($0, to: 2) })
      .joined(separator: "-")
  }

  private var start: Int { (year * 100 + (month ?? 1)) * 100 + (day ?? 1) }
  /// The last day that is meant, or one that no month has behind it.
  private var end: Int { (year * 100 + (month ?? 12)) * 100 + (day ?? 31) }
  private var precision: Int { day != nil ? 3 : month != nil ? 2 : 1 }
}

/// A moment: milliseconds since 1970-01-01 in UTC, without leap seconds.
///
/// It tells people when something was written. Nothing is decided by it: clocks jump.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let milliseconds: Int64
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  public static func < (one: Self, other: Self) -> Bool { one.milliseconds < other.milliseconds }

  /// The year in UTC.
  public var year: Int { CivilCalendar.civil(daysSince1970: parts.days).year }

  /// ISO 8601 to the second, in UTC: `2026-11-24T12:32:14Z`.
  public var description: String {
    let parts = parts
    let (year, month, day) = CivilCalendar.civil(daysSince1970: parts.days)
    let second = Int(parts.milliseconds / 1000)
    let date = [CivilCalendar.padded(year, to: 4), CivilCalendar.padded(month, to: 2)]
    let time = [second / 3600, second / 60 % 60, second % 60].map {
      CivilCalendar.padded($0, to: 2)
    }
    return (date + [CivilCalendar.padded(day, to: 2)]).joined(separator: "-") + "T"
      + time.joined(separator: ":") + "Z"
  }

  /// The day, and the milliseconds since its midnight: for any number, as a peer may send any.
  private var parts: (days: Int64, milliseconds: Int64) {
    let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    return remainder < 0 ? (quotient - 1, remainder + 86_400_000) : (quotient, remainder)
  }
}

/// The proleptic Gregorian calendar, as ISO 8601 uses it.
enum CivilCalendar {
  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
  static func civil(daysSince1970 days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
  }

  /// Howard Hinnant, as above, `days_from_civil`.
  static func days(since1970 year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  static func padded(_ value: Int, to width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
