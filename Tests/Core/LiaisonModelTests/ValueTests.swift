import LiaisonModel
import TestSupport
import Testing

struct ValueTests {
  @Test(arguments: [
    "2007-02-29", "2007-13", "2007-00", "0000", "2007-3", "2007-03-", "07", "2007-03-26T10:00",
    "٢٠٠٧", "-2007", "2007-04-31", "", "1900-02-29",
  ])
  func aDateThatDoesNotExistIsNone(text: String) { #expect(PartialDate(text) == nil) }

  @Test func datesKeepTheirTextAndCompareTheirStart() throws {
    let texts = ["2007", "2007-01", "2007-01-01", "2007-03", "2007-03-26", "2008-02-29"]
    let dates = try texts.map { try #require(PartialDate($0)) }
    #expect(dates.map(\.description) == texts)
    #expect(dates.sorted() == dates && Set(dates).count == texts.count)
  }

  @Test(arguments: [
    ("2026-05", "2026-05-20", false), ("2026", "2026-12-31", false),
    ("2026-05-20", "2026-05", false),
    ("2026-04", "2026-05-20", true), ("2026-05-19", "2026-05-20", true), ("2025", "2026", true),
    ("2026-05-20", "2026-05-20", false),
  ])
  func aDateEndsBeforeAnotherIfAllOfItIsOver(_ one: String, _ other: String, _ ends: Bool) throws {
    let (one, other) = (try #require(PartialDate(one)), try #require(PartialDate(other)))
    #expect(one.ends(before: other) == ends)
  }

  @Test func aTimestampIsPrintedInUTC() {
    #expect(Timestamp(milliseconds: 0).description == "1970-01-01T00:00:00Z")
    #expect(Timestamp(milliseconds: -1).description == "1969-12-31T23:59:59Z")
    #expect(Timestamp(milliseconds: 1_709_164_800_000).description == "2024-02-29T00:00:00Z")
    #expect(Timestamp(milliseconds: 1_709_164_800_000).year == 2024)
    // Any number that a peer may send has a text.
    #expect(Timestamp(milliseconds: .min).description.hasSuffix("T16:47:04Z"))
    #expect(Timestamp(milliseconds: .max).description.hasSuffix("T07:12:55Z"))
  }

  @Test func codesAreCapitalsDigitsAndHyphens() throws {
    for text in ["UN", "SDG-16", "1267-MT", String(repeating: "A", count: 32)] {
      #expect(RecordCode(text)?.text == text)
    }
    for text in ["", "A", "-A", "un", "A B", "É1", String(repeating: "A", count: 33), "A\0"] {
      #expect(RecordCode(text) == nil, "\(text)")
    }
    let office = try #require(OfficeID("VIE"))
    #expect(RecordCode(NumberSeries(office), year: 2026, number: 12).text == "VIE-2026-0012")
    #expect(RecordCode(NumberSeries(office), year: 2026, number: 12_345).text == "VIE-2026-12345")
    #expect(NumberSeries(office).prefix(of: 2026) == "VIE-2026-")
    #expect(OfficeID("V") == nil && OfficeID("VI-E") == nil && OfficeID("vie") == nil)
  }

  @Test func idsGoRoundAndSortByTime() throws {
    var random = Seeded(1)
    var last = UUIDv7(milliseconds: 0, random: &random)
    for time in 1..<500 {
      let uuid = UUIDv7(milliseconds: Int64(time) * 1_000_000_007, random: &random)
      #expect(last < uuid)
      #expect(UUIDv7(uuid.description) == uuid)
      #expect(RecordID(uuid.bytes)?.uuid == uuid)
      last = uuid
    }
    #expect(UUIDv7("018f3e7a-0000-4000-8000-000000000000") == nil, "version 4")
    #expect(UUIDv7("018f3e7a-0000-7000-0000-000000000000") == nil, "variant 0")
    #expect(RecordID([1, 2, 3]) == nil && RevisionID([1]) == nil)
  }

  @Test func textThatIsNotInNFCIsRefused() {
    #expect(TextRules.problem(withLine: "Yaound\u{E9}") == nil)
    #expect(TextRules.problem(withLine: "Yaounde\u{301}") != nil)
    #expect(TextRules.normalized("Yaounde\u{301}").utf8.elementsEqual("Yaound\u{E9}".utf8))
  }

  @Test func textThatLeavesNoMarkIsBlank() {
    for text in [
      "  ", "\u{200B}", "\u{2800}", "\u{3164}", "\u{FEFF} \u{00AD}", "\u{E0020}",
      "\u{1D159}", "\u{FFF9}", "\u{13437}",
    ] {
      #expect(TextRules.problem(withLine: text) == "is blank", "\(text.unicodeScalars)")
    }
    #expect(TextRules.problem(withLine: "") == nil && TextRules.problem(withWord: "") != nil)
    #expect(TextRules.problem(withLine: "a\u{200D}b") == nil)
  }

  @Test func linesEndWithLineFeeds() throws {
    let cases = [
      "a\r\nb": "a\nb", "a\rb": "a\nb", "a\n\rb": "a\n\nb", "a\r\r\n": "a\n\n", "ab": "ab",
      "a\u{85}b": "a\nb", "a\u{2028}\u{2029}b": "a\n\nb", "é\r\né": "é\né",
    ]
    for (text, then) in cases {
      #expect(TextRules.withLineFeeds(text) == then)
      let prose = try FieldType.one(.prose).value(from: .one(text)) { _ in nil }
      #expect(prose == .prose(then))
      let list = try FieldType.list(.text).value(from: .one(text)) { _ in nil }
      #expect(list == .list(then.split(separator: "\n").map { .text(String($0)) }))
    }
  }

  @Test func textHasNoControlCharactersAndALimitToTheByte() {
    for text in ["a\nb", "a\0", "\u{1B}[31m", "a\u{85}", "a\u{2028}b", "\u{7F}"] {
      #expect(TextRules.problem(withLine: text) != nil)
    }
    #expect(TextRules.problem(withProse: "a\nb") == nil)
    #expect(TextRules.problem(withProse: "a\tb") == nil)
    #expect(TextRules.problem(withProse: "a\rb") != nil)
    let limit = String(repeating: "x", count: Limits.textBytes)
    #expect(TextRules.problem(withLine: limit) == nil)
    #expect(TextRules.problem(withLine: limit + "x") != nil)
    #expect(TextRules.problem(withProse: String(repeating: "x", count: Limits.proseBytes)) == nil)
    #expect(
      TextRules.problem(withProse: String(repeating: "x", count: Limits.proseBytes + 1)) != nil)
  }
}
