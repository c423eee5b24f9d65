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

  @Test(arguments: [
    ("a\u{1B}[31mb", "a·[31mb"), ("a\nb\tc", "a·b·c"), ("\u{7F}\u{9B}", "··"), ("Zürich", "Zürich"),
  ])
  func noRecordSteersATerminal(text: String, safe: String) {
    #expect(Terminal.safe(text) == safe)
  }

  @Test func withoutATerminalThereIsNoColour() {
    guard Terminal.columns == nil else { return }
    #expect(!Terminal.hasColor && Terminal.styled("a", .red) == "a")
  }
}
