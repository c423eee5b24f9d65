import LiaisonSync
import TestSupport
import Testing

struct BackoffTests {
  @Test func ceilingsDoubleUpToTheLongestPause() {
    #expect((1...4).map(Backoff.ceiling) == [50, 100, 200, 400])
    #expect(Backoff.ceiling(attempt: 0) == 50 && Backoff.ceiling(attempt: -9) == 50)
    for attempt in [11, 20, 21, 1000, Int.max] {
      #expect(Backoff.ceiling(attempt: attempt) == Tuning.backoffCeilingMilliseconds)
    }
  }

  @Test func aPauseIsInTheUpperHalfAndReachesBothEnds() {
    for attempt in [1, 2, 5, 10, 11, 1000] {
      let ceiling = Backoff.ceiling(attempt: attempt)
      #expect(Backoff.pause(attempt: attempt, random: 0) == ceiling)
      #expect(Backoff.pause(attempt: attempt, random: UInt64(ceiling / 2)) == ceiling - ceiling / 2)
      var random = Seeded(UInt64(attempt))
      let words = (0..<1000).map { _ in random.next() } + [UInt64.max]
      let pauses = words.map { Backoff.pause(attempt: attempt, random: $0) }
      #expect(pauses.allSatisfy((ceiling - ceiling / 2...ceiling).contains), "attempt \(attempt)")
    }
  }

  @Test func callersWhoFailedTogetherComeBackApart() {
    var random = Seeded(7)
    let pauses = (0..<100).map { _ in Backoff.pause(attempt: 11, random: random.next()) }
    #expect(Set(pauses).count > 90)
  }
}
