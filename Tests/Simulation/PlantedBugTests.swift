import Foundation
import Testing

/// Bugs that are put into wrappers of ports and rules: a simulation that does not find them would not find
/// others.
@Suite(.serialized)
struct PlantedBugTests {
  /// No planted bug may need more.
  private static let mostHistories: UInt64 = 4_000

  @Test(arguments: Plant.allCases)
  func isFoundAndItsHistoryIsShort(plant: Plant) async throws {
    let result = await Campaign.run(1..<1 + Self.mostHistories, plant, stopsAtFailure: true)
    let failed = try #require(result.failed.first, "\(plant.rawValue): not found")
    let shortest = await Campaign.onThread { Shortening.shortest(failed, plant) }
    #expect(!shortest.violations.isEmpty)
    #expect(shortest.history.actions.count <= 12)
    // Without the bug, the same history is as it should be.
    let clean = await Campaign.onThread { Played.play(shortest.history) }
    #expect(clean.violations == [])
    print(Report.row(plant, failed.history.seed, shortest))
  }
}
