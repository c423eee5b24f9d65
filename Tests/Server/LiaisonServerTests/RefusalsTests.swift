import LiaisonModel
import LiaisonSync
import Testing

@testable import LiaisonServer

/// Whoever guesses is not heard for long.
struct RefusalsTests {
  private let refusals = Refusals()

  private func isHeard(_ peer: String, _ milliseconds: Int64) -> Bool {
    (try? refusals.check(peer, at: Timestamp(milliseconds: milliseconds))) != nil
  }

  @Test func anAddressIsHeardSoOftenInAMinute() {
    for port in 0..<SyncLimits.enrolmentRefusals {
      #expect(isHeard("ipv4:192.0.2.1:\(port)", 60_000))
      refusals.note("ipv4:192.0.2.1:\(port)", at: Timestamp(milliseconds: 60_000))
    }
    #expect(!isHeard("ipv4:192.0.2.1:9", 119_999))
    #expect(isHeard("ipv4:192.0.2.2:9", 119_999), "another address")
    #expect(isHeard("ipv4:192.0.2.1:9", 120_000), "another minute")
    #expect(throws: CallError.tooManyCalls) {
      try refusals.check("ipv4:192.0.2.1:1", at: Timestamp(milliseconds: 60_000))
    }
  }

  @Test func anAddressOfIPv6CountsForItsNetwork() {
    for host in 0..<SyncLimits.enrolmentRefusals {
      refusals.note("ipv6:[2001:db8:1:2::\(host)]:\(host)", at: Timestamp(milliseconds: 0))
    }
    #expect(!isHeard("ipv6:[2001:db8:1:2::77]:77", 1))
    #expect(isHeard("ipv6:[2001:db8:1:3::77]:77", 1))
  }
}
