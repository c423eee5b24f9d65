import Foundation
import LiaisonSync
import TestSupport
import Testing

/// Histories of a register, drawn from seeds: whatever happens, nothing that a person wrote is lost, doubled
/// or taken back, and in the end everybody holds the same.
///
/// `Scripts/simulate --seed 7` plays one history, `--histories 10000` plays many.
struct SimulationTests {
  static let environment = ProcessInfo.processInfo.environment
  static let seed = environment["LIAISON_SIMULATE_SEED"].flatMap(UInt64.init)
  static let histories = environment["LIAISON_SIMULATE_HISTORIES"].flatMap(UInt64.init)

  @Test func whateverHappensNothingIsLostDoubledOrTakenBack() async {
    let first = Self.seed ?? 1
    let count = Self.histories ?? (Self.seed == nil ? 1_000 : 1)
    let clock = ContinuousClock()
    let start = clock.now
    let result = await Campaign.run(first..<first + count)
    print(Report.text(of: result, clock.now - start))
    for failed in result.failed.prefix(2) {
      let shortest = await Campaign.onThread { Shortening.shortest(failed) }
      print(shortest.trace.joined(separator: "\n"))
      Issue.record(Comment(rawValue: Report.text(of: shortest)))
    }
    if count >= 1_000 {
      // That one is an excuse.
      let missing = Tally.Event.allCases.filter { $0 != .erased && result.tally[$0] == 0 }
        .map(\.rawValue)
      #expect(missing == [], "cases that never come prove nothing")
    }
    let seeds = result.failed.map(\.history.seed)
    #expect(seeds == [], "these seeds fail")
    if Self.seed != nil, count == 1 {
      print(Played.play(Drawing.history(first)).trace.joined(separator: "\n"))
    }
  }

  /// The same histories with a register in PostgreSQL: all that is to be seen of them is the same.
  @Test func onPostgreSQLEverythingHappensAsInMemory() async throws {
    _ = try PostgresServer.shared.get()
    let first = Self.seed ?? 1
    let seeds = first..<first + (Self.seed == nil ? Self.histories ?? 60 : 1)
    let memory = await Campaign.run(seeds)
    let result = await Campaign.run(seeds, on: PostgresDisk.disk)
    for failed in result.failed {
      print(failed.trace.joined(separator: "\n"))
      Issue.record(Comment(rawValue: Report.text(of: failed)))
    }
    #expect(result.played == seeds.count && result.mark == memory.mark)
  }

  @Test(arguments: [UInt64(11), 12, 13])
  func aHistoryIsRepeatedByItsSeed(seed: UInt64) async {
    let traces = await Campaign.onThread {
      (0..<3).map { _ in Played.play(Drawing.history(seed)).trace }
    }
    #expect(traces[0].count > 20)
    #expect(traces[0] == traces[1] && traces[1] == traces[2])
    let other = await Campaign.onThread { Played.play(Drawing.history(seed + 100)).trace }
    #expect(traces[0] != other)
  }

  @Test func theSameSeedsDoTheSameOnAnyThread() async {
    let marks = [
      await Campaign.run(1..<60).mark, await Campaign.run(1..<60).mark,
      await Campaign.run(2..<61).mark,
    ]
    #expect(marks[0] == marks[1] && marks[1] != marks[2])
  }
}
