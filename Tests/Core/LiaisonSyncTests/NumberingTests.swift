import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

struct NumberingTests {
  @Test(arguments: [
    ("VIE-2026-0012", 12), ("VIE-2026-1", 1), ("VIE-2026-123456789", 123_456_789),
    ("VIE-2026-1234567890", nil), ("VIE-2026-", nil), ("VIE-2026-12A", nil), ("VIE-2026--5", nil),
    ("VIE-2025-0012", nil), ("NYC-2026-0012", nil), ("VIE-20260012", nil), ("VIENNA-2026-1", nil),
  ])
  func aNumberIsOfOneOfficeAndYearAndCanBeCounted(_ text: String, _ number: Int?) throws {
    let office = try #require(OfficeID("VIE"))
    #expect(try #require(RecordCode(text)).number(of: NumberSeries(office), in: 2026) == number)
  }

  @Test(arguments: [
    ("VIE-2026-0012", "VIE"), ("VIE-2026-B0012", "VIE"), ("UN-2030-AGENDA-A", "UN"),
    ("SDG-2030", nil), ("SDG-16", nil), ("VIE-2026-", nil), ("VIE-20260-1", nil), ("V-2026-1", nil),
    ("VIE--2026-1", nil),
  ])
  func aCodesFormNamesWhoNumberedIt(_ text: String, _ office: String?) throws {
    #expect(try #require(RecordCode(text)).numberedBy?.text == office)
  }

  @Test func whatAnOfficeGivesIsReadBack() throws {
    let office = try #require(OfficeID("VIE"))
    for number in [1, 9999, 10_000, 999_999_999] {
      let code = RecordCode(NumberSeries(office), year: 2026, number: number)
      #expect(code.number(of: NumberSeries(office), in: 2026) == number)
    }
  }

  @Test func replicasOfAnOfficeCountApart() throws {
    let office = try #require(OfficeID("VIE"))
    let series = [1, 2, 3, 27].map { NumberSeries(office, replica: $0) }
    let codes = series.map { RecordCode($0, year: 2026, number: 12) }
    #expect(
      codes.map(\.text) == ["VIE-2026-0012", "VIE-2026-B0012", "VIE-2026-C0012", "VIE-2026-AA0012"])
    for (one, series) in series.enumerated() {
      for (other, code) in codes.enumerated() {
        #expect(code.number(of: series, in: 2026) == (one == other ? 12 : nil))
        #expect(code.numberedBy == office)
      }
    }
  }
}

/// The coding that the other tests stand on.
struct PlainCodingTests {
  @Test func aRevisionIsReadAsItWasWrittenAndNoPartOfItIs() throws {
    let maker = try RevisionMaker()
    let parent = try maker.revision()
    let fields: Fields = [
      RevisionMaker.name: .text("N"), RevisionMaker.notes: .prose("a\nb"),
      RevisionMaker.tags: .texts(["x", "y", "z"]), FieldNumber(9): .items(["b", "a"]),
      RevisionMaker.parent: .reference(maker.new()), FieldNumber(10): .number(-7),
      FieldNumber(11): .flag(true), FieldNumber(12): .choice("word"),
      FieldNumber(13): .date(try #require(PartialDate("2026-11"))),
    ]
    for filed in [
      try maker.revision("CODE", on: parent.id, second: parent.id, fields),
      try maker.deletion(of: parent),
    ] {
      let read = try maker.coding.decode(filed.bytes)
      #expect(try maker.coding.encode(read) == filed)
      for count in 0..<filed.bytes.count {
        #expect(throws: CodingError.self) {
          try maker.coding.decode(Array(filed.bytes.prefix(count)))
        }
      }
    }
  }
}
