internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Counts the enrolments that were refused to each address within a minute: whoever guesses is soon not heard.
final class Refusals: Sendable {
  /// Addresses of one minute beyond which it forgets them: who has so many is not held up by this.
  private static let addresses = 10_000

  private struct Minute {
    var number: Int64 = .min
    var counts: [String: Int] = [:]
  }

  private let minute = Mutex(Minute())

  /// - Throws: ``CallError/tooManyCalls``.
  func check(_ peer: String, at now: Timestamp) throws(CallError) {
    let count = minute.withLock { minute in
      minute.number == Self.number(now) ? minute.counts[CallerNetwork.of(peer: peer)] ?? 0 : 0
    }
    guard count < SyncLimits.enrolmentRefusals else { throw .tooManyCalls }
  }

  func note(_ peer: String, at now: Timestamp) {
    minute.withLock { minute in
      if minute.number != Self.number(now) || minute.counts.count >= Self.addresses {
        minute = Minute(number: Self.number(now))
      }
      minute.counts[CallerNetwork.of(peer: peer), default: 0] += 1
    }
  }

  private static func number(_ now: Timestamp) -> Int64 { now.milliseconds / 60_000 }
}
