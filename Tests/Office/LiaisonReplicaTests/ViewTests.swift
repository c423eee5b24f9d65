import Foundation
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// What is shown, as a person and a program read it.
struct ViewTests {
  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  @Test(arguments: [
    (ValueView.text("a\nb"), "a\nb", ["a", "b"], #""a\nb""#), (.number(39), "39", ["39"], "39"),
    (.flag(false), "no", ["no"], "false"), (.flag(true), "yes", ["yes"], "true"),
    (.texts(["b", "a"]), "b, a", ["b", "a"], #"["b","a"]"#),
    (.text("a\n\n"), "a\n\n", ["a", "", ""], #""a\n\n""#),
  ])
  func aValueIsATextItsLinesAndJSON(
    value: ValueView, text: String, lines: [String], json: String
  ) throws {
    #expect(value.text == text && value.lines == lines)
    #expect(try self.json([value]) == "[\(json)]")
  }

  @Test(arguments: [
    (["a", "b", "c"], ["a", "c"], [LineChange.removed("b")]),
    (["a"], ["a", "b"], [.added("b")]), ([], ["a"], [.added("a")]), (["a"], ["a"], []),
    (["a", "b"], ["a", "x"], [.removed("b"), .added("x")]),
  ])
  func lineChangesLeadFromOneValueToTheOther(
    before: [String], after: [String], changes: [LineChange]
  ) {
    #expect(LineChange.all(from: before, to: after) == changes)
  }

  @Test func aRecordsJSONHasItsKeys() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let view = try await vienna.edit("ONE", "size=1", "open=no")
    let revision = try #require(view.revision)
    #expect(
      try json(view) == #"{"code":"ONE","fields":{"name":"ONE","open":false,"size":1},"#
        + #""id":"\#(view.id)","kind":"topic","revision":"\#(revision)","state":"edited"}"#)
  }

  @Test func aRefusedRecordsJSONSaysWhy() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try vienna.server.refuses("ONE", Refusal(.invalid, "because"))
    try await vienna.edit("ONE", "size=1")
    try await vienna.sync()
    let text = try json(try await vienna.view("ONE"))
    #expect(text.contains(#""reason":"because""#) && text.contains(#""state":"refused""#))
  }

  @Test func aStatusJSONHasItsKeys() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let register = vienna.server.register
    #expect(
      try json(try await vienna.replica.status()) == #"{"address":"hq:1","conflicts":0,"head":1,"#
        + #""lost":[],"office":"VIE","pending":[],"position":1,"records":1,"refused":0,"#
        + #""register":"\#(register)"}"#)
  }

  @Test(arguments: RecordPlace.allCases)
  func everyPlaceHasAMark(place: RecordPlace) {
    let marks: [RecordPlace: String] = [
      .new: "*", .edited: "*", .deletion: "*", .inFlight: "*", .conflict: "!", .codeTaken: "!",
      .refused: "!", .unreadable: "!",
    ]
    #expect(place.mark == marks[place] ?? "")
    #expect(place.isConflict == [.conflict, .codeTaken].contains(place))
  }

  @Test func aRecordsPlaceIsWhereItsEditStands() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    #expect(try await vienna.place("ONE") == .synced)
    #expect(try await vienna.create("NEW").place == .new)
    #expect(try await vienna.edit("ONE", "size=1").place == .edited)
    vienna.server.breaks(at: .verdicts)
    await #expect(throws: CallError.self) { try await vienna.sync() }
    #expect(try await vienna.place("ONE") == .inFlight)
    try await vienna.sync()
    #expect(try await vienna.place("ONE") == .synced)
  }

  @Test func aSeedGivesTheSameRunAgain() async throws {
    func run(_ seed: UInt64) async throws -> RecordView {
      try await TestOffice("VIE", seed: seed).create("ONE")
    }
    let (first, again, other) = try await (run(5), run(5), run(6))
    #expect(first == again && first.id != other.id)
  }
}
