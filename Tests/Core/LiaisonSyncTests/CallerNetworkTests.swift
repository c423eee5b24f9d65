import LiaisonSync
import Testing

struct CallerNetworkTests {
  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"), ("2001:db8:1:2::6", "2001:db8:1:2"),
    ("2001:db8::6", "2001:db8"), ("::1", ""), ("", ""),
  ])
  func ofIPv6OneMachineHasANetwork(address: String, network: String) {
    #expect(CallerNetwork.of(address: address) == network)
  }

  @Test(arguments: [
    ("ipv4:192.0.2.1:80", "192.0.2.1"), ("ipv6:[2001:db8:1:2::9]:80", "2001:db8:1:2"),
    ("ipv6:[::1]:80", ""), ("test", "test"),
  ])
  func aPeerIsNamedByTheTransport(peer: String, network: String) {
    #expect(CallerNetwork.of(peer: peer) == network)
  }
}
