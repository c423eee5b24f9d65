import Foundation
import LiaisonSync
import TestSupport
import Testing

/// The second port of a real server, as curl, a load balancer and a bad caller meet it.
@Suite(.offPool) struct OperationsPortTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func serving<Value>(
    isSecure: Bool = false, _ body: (Workshop.Server, Endpoint) throws -> Value
  ) throws -> Value {
    try shop.makeHeadquarters()
    let server = try shop.serve(isSecure: isSecure, hasOperations: true)
    defer { server.kill() }
    let endpoint = try #require(server.operations.flatMap { Endpoint($0) })
    return try body(server, endpoint)
  }

  @Test func healthAndMetricsAreAnsweredOverHTTP() throws {
    try serving(isSecure: true) { server, endpoint in
      let live = try HTTPAnswer("GET", "/livez", from: endpoint)
      #expect(live.status == 200 && live.body == "ok\n")
      let ready = try HTTPAnswer("GET", "/readyz?verbose", from: endpoint)
      #expect(ready.status == 200 && ready.body.contains("[+]certificate ok\n"), "\(ready)")
      let line = try shop.output(
        "sh", "-c", "liaisond office invite VIE -C hq 2>/dev/null")
      _ = try shop.output("liaison", "clone", line, "vienna")
      let metrics = try HTTPAnswer("GET", "/metrics", from: endpoint)
      #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      for told in [
        "liaison_enrolments_total 1\n", "liaison_changes_sent_total 157\n",
        "liaison_log_position 157\n",
        #"liaison_calls_total{method="pull",outcome="ok"} 1"#,
        #"liaison_certificate_expiry_timestamp_seconds{certificate="authority"} "#,
      ] { #expect(metrics.body.contains(told), "\(told)") }
      #expect(try server.logged().contains { $0.contains("address=\(endpoint)") })
    }
  }

  @Test func aLoadBalancerLearnsOfADrainBeforeCallsEnd() throws {
    try serving { server, endpoint in
      // A call that has not ended holds the drain up.
      let address = try #require(Endpoint(server.address))
      let held = try PlainSocket(to: address)
      defer { held.close() }
      try held.send(OpenPush.bytes)
      // The server's settings, and that it has read ours.
      #expect(held.read(9) != nil)
      while try HTTPAnswer("GET", "/metrics", from: endpoint).body
        .contains(#"calls_in_progress{method="push"} 0"#)
      { sched_yield() }
      server.process.terminate()
      let deadline = ContinuousClock.now + .seconds(5)
      var ready = try HTTPAnswer("GET", "/readyz", from: endpoint)
      while ready.status == 200, ContinuousClock.now < deadline {
        ready = try HTTPAnswer("GET", "/readyz", from: endpoint)
      }
      #expect(ready.status == 503 && ready.body.contains("[-]not-draining failed"), "\(ready)")
      #expect(try HTTPAnswer("GET", "/livez", from: endpoint).status == 200)
      held.close()
      server.process.waitUntilExit()
      #expect(server.process.terminationStatus == 0)
      #expect((try? HTTPAnswer("GET", "/livez", from: endpoint)) == nil)
    }
  }

  @Test(arguments: [
    ("POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 405),
    ("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    ("no request at all\r\n\r\n", 400), ("GET /livez HTTP/9.9\r\n\r\n", 400),
    ("GET /livez HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 20_000))\r\n\r\n", 400),
    (
      "GET /livez HTTP/1.1\r\nHost: x\r\n"
        + (0..<100).map { "H\($0): x\r\n" }.joined() + "\r\n", 400
    ),
  ])
  func aBadRequestIsRefusedAndTheNextIsAnswered(request: String, status: Int) throws {
    try serving { _, endpoint in
      let (bad, next) = (
        try HTTPAnswer(of: request, from: endpoint), try HTTPAnswer("GET", "/livez", from: endpoint)
      )
      #expect(bad.status == status && next.status == 200)
    }
  }

  /// Each connection that says nothing is closed in a few seconds, however many there are.
  @Test func silentAndSlowCallersHoldNobodyUp() throws {
    try serving { _, endpoint in
      let silent = try (0..<40).map { _ in try PlainSocket(to: endpoint) }
      defer { for socket in silent { socket.close() } }
      try silent[0].send(Array("GET /livez HTTP/1.1\r\nHost: x\r\nSlow: ".utf8))
      #expect(try HTTPAnswer("GET", "/livez", from: endpoint).status == 200)
      #expect(silent[0].read(1) == nil)
    }
  }

  @Test(arguments: [
    (["--operations", "0.0.0.0:0"], 2, "not a loopback address"),
    (["--operations", "nowhere"], 2, "not an address"),
    (["--insecure-operations"], 2, "--operations"),
  ])
  func whatIsNotMeantIsRefusedAtTheStart(flags: [String], code: Int32, told: String) throws {
    _ = try shop.output("liaisond", "init", "hq")
    let result = try shop.run("liaisond", ["serve", "hq", "--listen", "127.0.0.1:0"] + flags)
    #expect(result.code == code && result.isPlainFailure, "\(result)")
    #expect(result.errors.contains(told), "\(result)")
  }

  @Test func aPortThatIsTakenEndsAll() throws {
    try serving { _, endpoint in
      _ = try shop.output("liaisond", "init", "other")
      let result = try shop.run(
        "liaisond", "serve", "other", "--listen", "127.0.0.1:0", "--operations", "\(endpoint)")
      #expect(result.code == 1 && result.errors.contains("\(endpoint) cannot be listened on"))
      // Nobody listens where it would have been called.
      #expect(!result.output.contains("listening on"), "\(result)")
      _ = try shop.output("liaisond", "office", "add", "ROM", "--name", "Rome", "-C", "other")
      let invitation = try shop.run("liaisond", "office", "invite", "ROM", "-C", "other").output
      #expect(invitation.contains(":7401#"), "\(invitation)")
    }
  }
}

/// A push over HTTP/2 (RFC 9113) that never comes to an end, byte by byte.
private enum OpenPush {
  static let bytes =
    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(type: 4, flags: 0, stream: 0, [])
    + frame(type: 1, flags: 4, stream: 1, headers.flatMap { literal($0) + text($1) })

  private static let headers = [
    (":method", "POST"), (":scheme", "http"), (":path", "/liaison.sync.v1.Sync/Push"),
    (":authority", "hq"), ("content-type", "application/grpc"), ("te", "trailers"),
    ("liaison-office", "VIE"),
  ]

  private static func frame(type: UInt8, flags: UInt8, stream: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    [0, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF), type, flags, 0, 0, 0, stream] + bytes
  }

  /// Not indexed, with a new name (RFC 7541 §6.2.2).
  private static func literal(_ name: String) -> [UInt8] { [0] + text(name) }

  private static func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + text.utf8 }
}
