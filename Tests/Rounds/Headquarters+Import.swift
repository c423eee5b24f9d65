import Foundation
import LiaisonExchange
import LiaisonModel
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

extension Headquarters {
  /// Imports lines, as `liaisond import` does.
  func importLines(_ lines: [String]) async throws {
    let file = try scratch.file("lines", Data(lines.joined(separator: "\n").utf8))
    let ids = Collected<Int>()
    let importer = Importer(
      schema: CooperationRegister.schema, coding: RevisionCodec(),
      origin: Origin(
        office: try #require(OfficeID("LYO")), author: "A", time: Timestamp(milliseconds: 0)),
      newID: {
        ids.add(1)
        var random = Seeded(UInt64(ids.all.count))
        return UUIDv7(milliseconds: Int64(ids.all.count), random: &random)
      })
    #expect(try await importer.run(.file(file), into: log) == lines.count)
  }
}
