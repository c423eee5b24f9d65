import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// A record as a text that a person edits.
struct DraftTests {
  private func drafted() async throws -> (office: TestOffice, draft: Draft) {
    let vienna = try await TestOffice(topics: ["ONE", "TWO", "THREE"])
    try await vienna.edit(
      "ONE", "notes=Para one.\n\n  indented", "size=39", "tags=a,b", "related=TWO",
      "steps=first\nsecond", "status=done")
    return (vienna, try await vienna.replica.draft(of: "ONE"))
  }

  @Test func aDraftHasALineForEveryField() async throws {
    let draft = try await drafted().draft
    #expect(
      draft.text == """
        # topic ONE. Save to change it, leave unchanged to stop.
        code: ONE
        name: ONE
        notes:
          Para one.
          
            indented
        size: 39
        tags:
        - a
        - b
        parent:
        related:
        - TWO
        steps:
        - first
        - second
        status: done
        since:
        open:
        above:

        """)
  }

  @Test func anUnchangedDraftIsNoEdit() async throws {
    let draft = try await drafted().draft
    #expect(try draft.assignments(from: draft.text).isEmpty)
    #expect(try draft.assignments(from: draft.text.replacing("\n", with: "\r\n")).isEmpty)
    #expect(try draft.assignments(from: "\u{FEFF}" + draft.text).isEmpty)
    let bare = draft.text.replacing("  \n", with: "\n")
    #expect(try draft.assignments(from: bare).isEmpty, "an editor took blanks at ends of lines")
  }

  @Test(arguments: [
    ("size: 39", "size: 40", [Assignment(name: "size", operation: .set, input: .one("40"))]),
    ("size: 39", "size:", [Assignment(name: "size", operation: .set, input: .one(""))]),
    ("size: 39", "", []),
    (
      "- a\n", "- c\n",
      [
        Assignment(name: "tags", operation: .remove, input: .many(["a"])),
        Assignment(name: "tags", operation: .add, input: .many(["c"])),
      ]
    ),
    (
      "tags:\n- a\n- b", "tags: b, c",
      [
        Assignment(name: "tags", operation: .remove, input: .many(["a"])),
        Assignment(name: "tags", operation: .add, input: .many(["c"])),
      ]
    ),
    (
      "- second", "- third",
      [Assignment(name: "steps", operation: .set, input: .many(["first", "third"]))]
    ),
    (
      "Para one.", "Para 1.",
      [
        Assignment(name: "notes", operation: .set, input: .one("Para 1.\n\n  indented"))
      ]
    ),
    ("# topic", "# a comment", []),
    ("code: ONE", "code: UNO", [Assignment(name: "code", operation: .set, input: .one("UNO"))]),
  ])
  func aChangedLineIsOneAssignment(
    line: String, changed: String, expected: [Assignment]
  ) async throws {
    let draft = try await drafted().draft
    let text = draft.text.replacing(line, with: changed)
    #expect(text != draft.text)
    #expect(try draft.assignments(from: text) == expected)
  }

  @Test(arguments: ["no field", " size: 40", "- stray"])
  func aLineThatIsNoFieldIsRefused(line: String) async throws {
    let draft = try await drafted().draft
    #expect(throws: ReplicaError.malformedDraft) {
      try draft.assignments(from: line + "\n" + draft.text)
    }
  }

  /// However an editor ends lines.
  @Test(arguments: ["\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"])
  func whatWasTypedIsReadWhateverEndsItsLines(end: String) async throws {
    let draft = try await drafted().draft
    let typed = draft.text.replacing("size: 39", with: "size: 40").replacing("\n", with: end)
    let size = [Assignment(name: "size", operation: .set, input: .one("40"))]
    #expect(try draft.assignments(from: typed) == size)
  }

  @Test func anAssignmentIsItsScalars() throws {
    for value in ["\u{301}a", "\u{200D}", "\u{FE0F}=x"] {
      let assignment = try Assignment("name=" + value)
      #expect(assignment.name == "name" && assignment.input == .one(value))
      #expect(try Assignment("tags+=" + value).operation == .add)
    }
  }

  @Test func aFieldThatStandsThereTwiceIsRefused() async throws {
    let draft = try await drafted().draft
    for field in ["size", "notes", "tags", "steps"] {
      #expect(throws: ReplicaError.assignedTwice(field)) {
        try draft.assignments(from: draft.text + "\(field): 7\n")
      }
    }
  }

  @Test func whatIsSavedIsWhatWasWritten() async throws {
    let (vienna, draft) = try await drafted()
    let text = draft.text.replacing("- TWO", with: "- TWO\n- THREE")
      .replacing("  indented", with: "  indented\nnot a field")
    #expect(throws: ReplicaError.malformedDraft) { try draft.assignments(from: text) }
    let good = text.replacing("not a field", with: "  a third")
    let saved = try await vienna.replica.save(draft, try draft.assignments(from: good))
    #expect(saved["related"]?.text == "THREE, TWO")
    #expect(saved["notes"]?.text == "Para one.\n\n  indented\na third")
  }

  @Test func whatElseWasChangedMeanwhileStays() async throws {
    let (vienna, draft) = try await drafted()
    try await vienna.edit("ONE", "open=yes")
    let text = draft.text.replacing("size: 39", with: "size: 40")
    let saved = try await vienna.replica.save(draft, try draft.assignments(from: text))
    #expect(saved["open"]?.text == "yes" && saved["size"]?.text == "40")
  }

  @Test func aFieldThatWasChangedMeanwhileIsNotOverwritten() async throws {
    let (vienna, draft) = try await drafted()
    try await vienna.edit("ONE", "size=41")
    let text = draft.text.replacing("size: 39", with: "size: 40")
    await #expect(throws: ReplicaError.changedMeanwhile(try #require(RecordCode("ONE")))) {
      try await vienna.replica.save(draft, try draft.assignments(from: text))
    }
    #expect(try await vienna.text("ONE", "size") == "41")
  }

  @Test func aDeletedRecordHasNoDraft() async throws {
    let (vienna, _) = try await drafted()
    _ = try await vienna.replica.delete("TWO", isForced: true)
    await #expect(throws: ReplicaError.deleted(try #require(RecordCode("TWO")))) {
      try await vienna.replica.draft(of: "TWO")
    }
  }
}
