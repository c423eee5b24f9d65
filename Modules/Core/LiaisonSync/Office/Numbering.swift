public import LiaisonModel

private let decimal = UInt8(ascii: "0")...UInt8(ascii: "9")

extension RecordCode {
  /// The office whose numbers the code is one of, by its form OFFICE-YEAR-…; nil if it has another form.
  public var numberedBy: OfficeID? {
    let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, !parts[2].isEmpty, parts[1].utf8.count == 4,
      parts[1].utf8.allSatisfy(decimal.contains)
    else { return nil }
    return OfficeID(String(parts[0]))
  }

  /// The number that a record of this code has in a series; nil if the code is not of the form
  /// OFFICE-YEAR-n or OFFICE-YEAR-Bn, or if its number is past all counting: a person chose that one.
  public func number(of series: NumberSeries, in year: Int) -> Int? {
    let prefix = series.prefix(of: year)
    guard text.hasPrefix(prefix) else { return nil }
    let digits = text.utf8.dropFirst(prefix.utf8.count)
    guard digits.count <= 9, digits.allSatisfy(decimal.contains) else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
