import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// What a person takes back before it was sent.
struct UndoTests {
  private func undo(_ office: TestOffice) async throws -> String {
    let step = try await office.replica.undo()
    return "\(step.action) \(step.code)"
  }

  @Test func eachThingIsTakenBackTheLastOneFirst() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("ONE", "size=1")
    try await vienna.edit("ONE", "size=2")
    try await vienna.create("NEW")
    _ = try await vienna.replica.delete("TWO")
    _ = try await vienna.replica.discard("ONE")
    let steps = try await vienna.replica.undoable().map { "\($0.action) \($0.code)" }
    #expect(steps == ["discard ONE", "delete TWO", "new NEW", "edit ONE", "edit ONE"])
    #expect(try await undo(vienna) == "discard ONE")
    #expect(try await vienna.view("ONE")["size"]?.text == "2")
    #expect(try await undo(vienna) == "delete TWO")
    #expect(try await vienna.view("TWO").place == .synced)
    #expect(try await undo(vienna) == "new NEW")
    await #expect(throws: ReplicaError.unknownRecord("NEW")) { try await vienna.view("NEW") }
    #expect(try await undo(vienna) == "edit ONE")
    #expect(try await vienna.view("ONE")["size"]?.text == "1")
    #expect(try await undo(vienna) == "edit ONE")
    #expect(try await vienna.view("ONE").place == .synced)
    await #expect(throws: ReplicaError.nothingToUndo) { try await vienna.replica.undo() }
  }

  @Test func whatWasSentIsNotTakenBack() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("ONE", "size=1")
    try await vienna.sync()
    try await vienna.edit("TWO", "size=2")
    #expect(try await vienna.replica.undoable().map(\.code.text) == ["TWO"])
    #expect(try await undo(vienna) == "edit TWO")
    await #expect(throws: ReplicaError.nothingToUndo) { try await vienna.replica.undo() }
    #expect(try await vienna.view("ONE")["size"]?.text == "1")
  }

  @Test func whatWasAmendedInFlightIsTakenBackToWhatWasSent() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    try await vienna.edit("ONE", "size=1")
    vienna.server.breaks(at: .verdicts)
    await #expect(throws: CallError.self) { try await vienna.sync() }
    try await vienna.edit("ONE", "size=2")
    #expect(try await undo(vienna) == "edit ONE")
    #expect(try await vienna.view("ONE")["size"]?.text == "1")
    await #expect(throws: ReplicaError.nothingToUndo) { try await vienna.replica.undo() }
  }
}
