import Foundation
import TestSupport
import Testing

/// Administrators who change a register's schema from several shells.
struct SchemaCommandTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  /// All take the schema that they know and give the next one the same number.
  @Test(arguments: [2, 6])
  func ofAdministratorsAtOnceOneChangesItAndTheOthersAreTold(count: Int) throws {
    try shop.withReplicas(of: "VIE") { _ in
      let schema = try shop.output("liaisond", "schema", "show", "-C", "hq")
      let started = try (0..<count).map { number in
        let mine = schema.replacing("\"version\": 1", with: "\"version\": 2")
          .replacing("\"label\": \"Organization\"", with: "\"label\": \"Of \(number)\"")
        let name = "mine-\(number).json"
        _ = try shop.scratch.file(name, Data(mine.utf8))
        return try shop.start("liaisond", ["schema", "apply", name, "-C", "hq"])
      }
      let results = try started.map { try $0.finish() }
      #expect(results.count { $0.code == 0 } == 1, "\(results)")
      for result in results where result.code != 0 {
        #expect(result.code == 1 && result.errors.contains("Try: "), "\(result)")
        #expect(result.errors.contains("version that is not above 2"), "\(result)")
      }
      let winner = try #require(results.firstIndex { $0.code == 0 })
      let now = try shop.output("liaisond", "schema", "show", "-C", "hq")
      #expect(now.contains("\"label\": \"Of \(winner)\""))
    }
    #expect(try shop.run("liaisond", "verify", "-C", "hq").code == 0)
  }
}
