import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// Which older places of a log are remembered.
struct WaypointsTests {
  private func positions(after places: [Int64]) -> [Int64] {
    places.reduce(into: [Cursor]()) { $0 = Waypoints.adding(.test($1), to: $0) }
      .map(\.position.number)
  }

  @Test func thereAreFewAndTheyThinOut() {
    let kept = positions(after: Array(1...100_000))
    #expect(kept.count <= 2 * 18 && kept.last == 100_000)
    for (one, other) in zip(kept, kept.dropFirst()) {
      // Never further from the next one than from the end: at most half of what is void is shared.
      #expect(other - one <= 2 * (100_000 - one), "\(one), \(other)")
    }
    #expect(kept.contains { $0 <= 50_000 } && kept.contains { $0 > 99_990 })
  }

  @Test func eachIsThereOnceInOrderAndNoneBehindTheLast() {
    #expect(positions(after: [3, 3, 5, 5]) == [3, 5])
    #expect(positions(after: [9, 4]) == [4], "what is behind it is void")
  }

  @Test func theyFitIntoAPull() {
    var places: [Cursor] = []
    var position: Int64 = 1
    while position < Int64.max / 4 {
      places = Waypoints.adding(.test(position), to: places)
      places = Waypoints.adding(.test(position + 1), to: places)
      position *= 2
    }
    #expect(places.count + 2 <= SyncLimits.olderPlaces)
  }
}
