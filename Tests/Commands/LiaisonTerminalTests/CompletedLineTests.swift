import Foundation
import LiaisonTerminal
import Testing

struct CompletedLineTests {
  private func line(_ words: String...) -> CompletedLine {
    CompletedLine(words, before: words.count - 1)
  }

  @Test func theFoldersBeforeTheCommandAreEntered() {
    let found = line("liaison", "-C", "a", "-C", "b", "edit", "UN")
    #expect(found.entered == ["a", "b"])
    #expect(found.directory == nil)
  }

  @Test(arguments: [
    ["-C", "a"], ["--directory", "a"], ["--directory=a"], ["--directory", "=", "a"], ["-C=a"],
  ])
  func theFolderBehindTheCommandIsFound(words: [String]) {
    let all = ["liaison", "edit"] + words + ["UN"]
    let found = CompletedLine(all, before: all.count - 1)
    #expect(found.directory == "a")
    #expect(found.entered.isEmpty)
  }

  /// As a shell hands a word over: with what it would take away itself.
  @Test(arguments: [
    (#"'my office'"#, "my office"), (#"my\ office"#, "my office"), (#""my office""#, "my office"),
    (#"'a\b'"#, #"a\b"#), (#""a'b""#, "a'b"), (#"a'"'b"#, #"a"b"#),
    ("~/x", NSHomeDirectory() + "/x"),
  ])
  func quotesAreTakenAway(word: String, folder: String) {
    #expect(line("liaison", "edit", "-C", word, "").directory == folder)
  }

  @Test func whatStandsBehindTheCursorOrIsNoOptionDoesNotCount() {
    #expect(CompletedLine(["liaison", "edit", "UN", "-C", "a"], before: 2).directory == nil)
    #expect(line("liaison", "edit", "--", "-C", "a", "x").directory == nil)
    #expect(CompletedLine([], before: 0) == CompletedLine(["liaison"], before: 1))
    #expect(line("liaison", "-C").entered.isEmpty)
    #expect(line("liaison", "edit", "-C", "", "").directory == "")
  }
}
