import Foundation
import LiaisonExchange
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// Export and import are inverse, also for what only a newer version knows.
struct ExportTests {
  private static let area = KindNumber(4)

  private func exported(_ office: TestOffice, isFull: Bool) async throws -> [String] {
    let lines = Collected<String>()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try await office.replica.export(isFull: isFull) { line, losses, _ in
      lines.add(String(decoding: try encoder.encode(line), as: UTF8.self))
      for loss in losses { lines.add("lost: \(loss.code) \(loss.field ?? "-") \(loss.cause)") }
    }
    return lines.all
  }

  private func register() async throws -> TestOffice {
    let hq = try await Headquarters()
    var random = Seeded(8)
    let opaque = UnknownField(number: 50, wireType: 2, bytes: [2, 1, 1])
    let unknown = [UnknownField(number: 90, wireType: 0, bytes: [7])]
    let states: [RecordState] = [
      RecordState(
        code: try #require(RecordCode("STRANGE")),
        content: .fields([
          FieldNumber(1): .text("Strange"), FieldNumber(3): .one(.opaque(opaque)),
          FieldNumber(77): .number(3), FieldNumber(78): .one(.opaque(opaque)),
        ]), unknown: unknown),
      RecordState(
        code: try #require(RecordCode("NAMELESS")),
        content: .fields([FieldNumber(1): .one(.opaque(opaque))])),
      RecordState(
        code: try #require(RecordCode("PLAIN")), content: .fields([FieldNumber(1): .text("P")])),
    ]
    for (number, state) in states.enumerated() {
      let record = RecordID(UUIDv7(milliseconds: 5, random: &random))
      try await hq.write(record, Self.area, state, seed: UInt64(number + 1))
    }
    let vienna = try hq.office("VIE", hq.link)
    try await vienna.sync()
    return vienna
  }

  @Test func whatOnlyANewerVersionKnowsComesBackTheSame() async throws {
    let before = try await exported(register(), isFull: true)
    #expect(before.count == 3, "nothing is lost")
    #expect(before.filter { $0.contains("unknown") }.count == 2)
    let hq = try await Headquarters(seed: 5)
    try await hq.importLines(before)
    let office = try hq.office("VIE", hq.link)
    try await office.sync()
    #expect(try await exported(office, isFull: true) == before)
    // Afterwards it is what it was: kept, shown and not edited.
    try await office.edit("STRANGE", "name=Known")
    #expect(try await office.sync().round.committed == 1)
    let revision = try #require(try hq.revisions().last)
    #expect(revision.state.unknown.count == 1 && revision.state.fields.count == 4)
  }

  @Test func anExportForPeopleNamesWhatItLeavesOut() async throws {
    let lines = try await exported(register(), isFull: false)
    #expect(
      lines.filter { $0.hasPrefix("lost") } == [
        "lost: NAMELESS name unknownField", "lost: STRANGE - unreadable",
        "lost: STRANGE description unknownField", "lost: STRANGE field_77 unknownField",
        "lost: STRANGE field_78 unknownField",
      ])
    #expect(!lines.contains { $0.contains("\"unknown\"") })
  }

  @Test(arguments: ["%%%", "AAAA", ""])
  func whatNoExportWroteIsRefusedByItsLine(_ unknown: String) async throws {
    let line =
      "{\"kind\":\"area\",\"code\":\"XY\",\"fields\":{\"name\":\"N\"},\"unknown\":\"\(unknown)\"}"
    let hq = try await Headquarters(seed: 5)
    await #expect {
      try await hq.importLines([line])
    } throws: { error in
      (error as? ImportError)?.line == 1 && "\(error)".contains("unknown")
    }
  }

  /// An import's entries have no edit id that those who hand them back could have in common.
  @Test func anImportedRecordThatTheServerLostIsThereOnceWhoeverHandsItBack() async throws {
    let line = #"{"kind":"area","code":"ONE","fields":{"name":"One"}}"#
    let hq = try await Headquarters(seed: 5)
    let backup = try await hq.backedUp()
    try await hq.importLines([line])
    let changes = try await hq.log.changes(after: .zero, limit: BatchLimit()).changes
    #expect(changes.map(\.edits) == [nil])
    let offices = try ["VIE", "NYC"].map { try hq.office($0, hq.link) }
    for office in offices { try await office.sync() }
    let digest = try await hq.digest()

    let restored = try await hq.restored(from: backup)
    for office in offices { try await office.on(restored.link).sync() }
    #expect(try restored.revisions().count == 1)
    for office in offices {
      let office = office.on(restored.link)
      try await office.sync()
      #expect(try await office.digest() == restored.digest())
      #expect(try await office.pending().isEmpty)
    }
    #expect(try await restored.digest() == digest)
  }
}
