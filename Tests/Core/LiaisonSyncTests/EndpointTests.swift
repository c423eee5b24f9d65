import LiaisonSync
import Testing

struct EndpointTests {
  @Test(arguments: [
    ("127.0.0.1:7401", "127.0.0.1", 7401), ("hq.example:1", "hq.example", 1),
    ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65535),
    ("[2001:db8::42]:7401", "2001:db8::42", 7401), ("[::]:1", "::", 1),
    ("[1:2:3:4:5:6:7:8]:1", "1:2:3:4:5:6:7:8", 1), ("[fe80::]:1", "fe80::", 1),
  ])
  func anAddressIsReadAndWrittenAlike(_ text: String, host: String, port: Int) {
    let endpoint = Endpoint(text)
    #expect(endpoint == Endpoint(host: host, port: port))
    #expect(endpoint?.description == text)
  }

  @Test(arguments: [
    "", "nowhere", ":7401", "host:", "host:65536", "host:-1", "host:+1", "host:1x", "::1:7401",
    "[::1]", "[127.0.0.1]:1", "[1:2]:1", "[1::2::3]:1", "[:1]:1", "[1:]:1", "[12345::]:1",
    "[1:2:3:4:5:6:7:8:9]:1", "[1:2:3:4:5:6:7::8]:1", "256.1.1.1:1", "1.2.3:1", "a b:1", "-a:1",
    "a..b:1", "http://hq:1", "[::1]:x:0", "[::1:7401", "127.0.0.01:0", "00.0.0.0:1",
  ])
  func whatIsNoAddressIsNone(_ text: String) { #expect(Endpoint(text) == nil) }

  @Test(arguments: [
    ("127.0.0.1:1", true), ("127.9.9.9:1", true), ("localhost:1", true), ("[::1]:1", true),
    ("[0:0:0:0:0:0:0:1]:1", true), ("0.0.0.0:1", false), ("[::]:1", false), ("[::2]:1", false),
    ("128.0.0.1:1", false), ("127.example:1", false),
  ])
  func loopbackIsWhatOnlyThisMachineReaches(_ text: String, isLoopback: Bool) {
    #expect(Endpoint(text)?.isLoopback == isLoopback)
  }
}
