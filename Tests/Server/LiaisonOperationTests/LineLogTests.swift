import Foundation
import LiaisonModel
import Logging
import TestSupport
import Testing

@testable import LiaisonOperation

/// Event by event: the line of each form.
struct LineLogTests {
  private func lines(
    _ form: LogForm, level: Logger.Level = .debug, isJournal: Bool = false,
    _ body: (inout Logger) -> Void
  ) -> [String] {
    let lines = Collected<String>()
    var log = Logger(label: "test") { _ in
      LineLog(
        form, level: level, isJournal: isJournal,
        now: { Timestamp(milliseconds: 1_795_757_038_007) }, write: { lines.add($0) })
    }
    body(&log)
    return lines.all
  }

  private func event(_ log: inout Logger) {
    log[metadataKey: "call"] = "00ff"
    log.notice("a call is refused", metadata: ["why": "it has \"no\" = room", "office": "VIE"])
  }

  @Test(arguments: [
    (
      LogForm.text,
      #"2026-11-27T05:23:58.007Z notice a call is refused call=00ff office=VIE why="it has \"no\" = room""#
    ),
    (
      .logfmt,
      #"ts=2026-11-27T05:23:58.007Z level=notice msg="a call is refused" call=00ff office=VIE why="it has \"no\" = room""#
    ),
    (
      .json,
      #"{"ts":"2026-11-27T05:23:58.007Z","level":"notice","msg":"a call is refused","call":"00ff","office":"VIE","why":"it has \"no\" = room"}"#
    ),
  ])
  func anEventIsOneLine(form: LogForm, line: String) {
    #expect(lines(form, event) == [line + "\n"])
  }

  @Test(arguments: [
    (LogForm.text, "<5>notice a call is refused call=00ff"),
    (.logfmt, "<5>ts=2026-11-27T05:23:58.007Z level=notice"), (.json, #"<5>{"ts":"2026"#),
  ])
  func theJournalIsToldThePriority(form: LogForm, start: String) {
    #expect(lines(form, isJournal: true, event)[0].hasPrefix(start))
  }

  @Test(arguments: [
    (Logger.Level.trace, 7), (.debug, 7), (.info, 6), (.notice, 5), (.warning, 4), (.error, 3),
    (.critical, 2),
  ])
  func aLevelHasItsPriority(level: Logger.Level, priority: Int) {
    let told = lines(.text, level: .trace, isJournal: true) { $0.log(level: level, "x") }
    #expect(told == ["<\(priority)>\(level.rawValue) x\n"])
  }

  @Test func whatIsBelowTheLevelIsNotTold() {
    let told = lines(.text, level: .notice) { log in
      log.info("no")
      log.notice("yes")
    }
    #expect(told.count == 1 && told[0].hasSuffix("yes\n"))
  }

  /// Whoever names himself with line ends makes no second line.
  @Test(arguments: LogForm.allCases)
  func noEventIsTwoLines(form: LogForm) throws {
    let hostile = "x\n<0>forged \u{1B}[2J\r\u{2028}\u{0}\u{85}"
    let told = lines(form) { log in
      log.error("\(hostile)", metadata: ["k\ney": "\(hostile)", "msg": "other", "empty": ""])
    }
    try #require(told.count == 1)
    #expect(told[0].filter(\.isNewline) == "\n" && told[0].hasSuffix("\n"))
    #expect(!told[0].contains("\u{1B}"))
    if form == .json {
      let object = try JSONSerialization.jsonObject(with: Data(told[0].utf8)) as? [String: String]
      #expect(object?["msg"] == hostile && object?["k\ney"] == hostile)
      #expect(object?["msg_"] == "other" && object?["empty"] == "")
    }
  }

  @Test func aNumberIsOneInJSON() throws {
    let told = lines(.json) { log in
      log.info(
        "x",
        metadata: [
          "a": .stringConvertible(3), "b": .stringConvertible(0.25), "c": "4",
          "d": .stringConvertible(Double.nan),
        ])
    }
    #expect(told[0].hasSuffix(#""msg":"x","a":3,"b":0.25,"c":"4","d":"nan"}"# + "\n"), "\(told)")
  }

  @Test func theJournalIsKnownByItsFile() throws {
    let scratch = try Scratch()
    let handle = try FileHandle(forWritingTo: URL(filePath: scratch.file("journal", Data())))
    defer { try? handle.close() }
    var found = stat()
    #expect(fstat(handle.fileDescriptor, &found) == 0)
    let named = "\(found.st_dev):\(found.st_ino)"
    #expect(LineLog.isJournal(named, file: handle.fileDescriptor))
    for other in [nil, "", "1:2", "\(named)0", "\(found.st_ino):\(found.st_dev)"] {
      #expect(!LineLog.isJournal(other, file: handle.fileDescriptor))
    }
  }
}
