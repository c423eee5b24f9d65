import Foundation
import LiaisonModel
import LiaisonTerminal
import Testing

/// Texts on a terminal.
struct TerminalTests {
  @Test(arguments: [
    ("plain", 9, "plain"), ("plain", 5, "plain"), ("plain", 4, "pla…"), ("plain", 1, "…"),
    ("", 3, ""),
  ])
  func aTextIsCutToAWidthWithAMark(text: String, width: Int, fitted: String) {
    #expect(Terminal.fitted(text, to: width) == fitted)
  }

  @Test func aYearBeginsWhereTheOfficeIs() throws {
    // 2027-01-01T01:30:00Z.
    let moment = Timestamp(milliseconds: 1_798_767_000_000)
    for (zone, year) in [("America/New_York", 2026), ("Europe/Vienna", 2027)] {
      #expect(System.year(of: moment, in: try #require(TimeZone(identifier: zone))) == year)
    }
  }

  @Test(arguments: [("ada", "ada"), ("", "uid 7"), (" ", " ")])
  func aUserWithoutANameIsANumber(name: String, user: String) {
    #expect(System.user(name: name, number: 7) == user)
  }

  @Test(arguments: [
    ("a\u{1B}[31mb", "a·[31mb"), ("a\nb\tc", "a·b·c"), ("\u{7F}\u{9B}", "··"), ("Zürich", "Zürich"),
  ])
  func noRecordSteersATerminal(text: String, safe: String) {
    #expect(Terminal.safe(text) == safe)
  }

  @Test(arguments: [[], [[:]], [["a": ["x\ny", "}"]], [:], ["b": [], "c": ["é"]]]])
  func anArrayThatIsPrintedInPartsIsPrintedAsTheWhole(elements: [[String: [String]]]) throws {
    var array = JSONArray()
    let parts = try elements.map { try array.next($0) }.joined()
    #expect(try parts + array.last == Output.jsonText(of: elements))
  }

  @Test func withoutATerminalThereIsNoColour() {
    guard Terminal.columns == nil else { return }
    #expect(!Terminal.hasColor && Terminal.styled("a", .red) == "a")
  }
}
