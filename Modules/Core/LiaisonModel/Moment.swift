/// A date as ``PartialDate`` has it, or a day with a time and its zone: `2026-05`, `2026-05-20T14:30+02:00`,
/// `2026-05-20T12:30Z` (RFC 3339, to the minute).
///
/// Equality compares the text: the same minute of two zones is two values, as people wrote them. Ordering
/// compares the minute in UTC at which what is meant starts; a date without a time starts with its day in
/// UTC, and comes before a time that starts alike.
public struct Moment: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Whole if there is a time.
  public let date: PartialDate
  fileprivate let time: Time?

  fileprivate struct Time: Hashable, Sendable {
    /// Since midnight, in the zone.
    let minute: Int16
    /// How many minutes the zone is before UTC.
    let offset: Int16
  }

  public init(_ date: PartialDate) {
    self.date = date
    time = nil
  }

  /// Nil if the text is not a moment in its one spelling: `Z` for UTC, no blanks.
  public init?(_ text: String) {
    // Most are dates, and there may be many.
    let end = text.utf8.index(text.startIndex, offsetBy: 10, limitedBy: text.endIndex)
    guard let end, end < text.endIndex else {
      guard let date = PartialDate(text) else { return nil }
      (self.date, time) = (date, nil)
      return
    }
    guard text.utf8[end] == UInt8(ascii: "T"), let date = PartialDate(String(text[..<end])),
      date.day != nil, let time = Time(String(text[end...].dropFirst()))
    else { return nil }
    (self.date, self.time) = (date, time)
  }

  /// What a person may write as well: small letters, a blank for the `T`, `+00:00` for UTC.
  public init?(typed text: String) {
    if let moment = Moment(text) {
      self = moment
      return
    }
    var text = text.uppercased()
    if let blank = text.firstIndex(of: " ") { text.replaceSubrange(blank...blank, with: "T") }
    if text.hasSuffix("+00:00") { text = text.dropLast("+00:00".count) + "Z" }
    self.init(text)
  }

  /// Whether all that this means is over before what `other` means starts. Two times are compared as the
  /// minutes that they are, all else by the days that are written.
  public func ends(before other: Moment) -> Bool {
    guard time != nil, other.time != nil else { return date.ends(before: other.date) }
    return start < other.start
  }

  public static func < (one: Self, other: Self) -> Bool {
    guard one.start == other.start else { return one.start < other.start }
    guard one.time != nil || other.time != nil else { return one.date < other.date }
    return (one.offset, one.description) < (other.offset, other.description)
  }

  public var description: String { time.map { "\(date)T\($0)" } ?? date.description }

  /// A date comes before any zone.
  private var offset: Int16 { time?.offset ?? .min }

  /// In minutes of UTC since 1970.
  private var start: Int {
    let day = CivilCalendar.days(
      since1970: date.year, month: date.month ?? 1, day: date.day ?? 1)
    return day * 1440 + (time.map { Int($0.minute - $0.offset) } ?? 0)
  }
}

extension Moment.Time: CustomStringConvertible {
  /// Reads `14:30Z` or `14:30+02:00`.
  fileprivate init?(_ text: String) {
    guard let minute = Self.minutes(text.prefix(5), hours: 24) else { return nil }
    let zone = text.dropFirst(5)
    self.minute = minute
    switch zone.first {
    case "Z":
      guard zone == "Z" else { return nil }
      offset = 0
    case "+", "-":
      guard let distance = Self.minutes(zone.dropFirst(), hours: 24), distance > 0 else {
        return nil
      }
      offset = zone.first == "+" ? distance : -distance
    case _: return nil
    }
  }

  private static func minutes(_ text: Substring, hours: Int) -> Int16? {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
    let digits = [bytes[0], bytes[1], bytes[3], bytes[4]]
    guard digits.allSatisfy(ASCII.isDigit) else { return nil }
    let numbers = digits.map { Int($0 - UInt8(ascii: "0")) }
    let (hour, minute) = (numbers[0] * 10 + numbers[1], numbers[2] * 10 + numbers[3])
    return hour < hours && minute < 60 ? Int16(hour * 60 + minute) : nil
  }

  fileprivate var description: String {
    func text(_ minutes: Int16) -> String {
      CivilCalendar.padded(Int(minutes) / 60, to: 2) + ":"
        + CivilCalendar.padded(Int(minutes) % 60, to: 2)
    }
    return text(minute) + (offset == 0 ? "Z" : (offset < 0 ? "-" : "+") + text(abs(offset)))
  }
}
