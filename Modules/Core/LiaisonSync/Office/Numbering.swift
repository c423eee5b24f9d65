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

  /// The number that an office gave in a year to the record of this code; nil if the code is not of
  /// the form OFFICE-YEAR-n, or if its number is past all counting: a person chose that one.
  public func number(of office: OfficeID, in year: Int) -> Int? {
    let prefix = RecordCode.numberedPrefix(office: office, year: year)
    guard text.hasPrefix(prefix) else { return nil }
    let digits = text.utf8.dropFirst(prefix.utf8.count)
    guard digits.count <= 9, digits.allSatisfy(decimal.contains) else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
