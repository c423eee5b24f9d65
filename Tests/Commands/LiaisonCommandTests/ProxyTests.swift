import Foundation
import TestSupport
import Testing

/// A server behind a TCP proxy that passes TLS through: HAProxy, as an operator has it.
@Suite(.offPool) struct ProxyTests {
  /// HAProxy in front of a server, on a port of its own.
  private func proxy(_ shop: Workshop, to server: Workshop.Server, port: Int) throws -> Process {
    let configuration = """
      defaults
        mode tcp
        timeout connect 5s
        timeout client 120s
        timeout server 120s
      frontend offices
        bind 127.0.0.1:\(port)
        default_backend liaisond
      backend liaisond
        server one \(server.address)

      """
    let file = try shop.scratch.file("haproxy.cfg", Data(configuration.utf8))
    let proxy = shop.process("haproxy", ["-db", "-q", "-f", file])
    try proxy.run()
    return proxy
  }

  @Test func officesEnrolSyncAndWatchThroughAProxy() throws {
    let shop = try Workshop()
    try shop.makeHeadquarters()
    let server = try shop.serve(isSecure: true)
    defer { server.kill() }
    let port = try freePort()
    let haproxy = try proxy(shop, to: server, port: port)
    defer {
      kill(haproxy.processIdentifier, SIGKILL)
      haproxy.waitUntilExit()
    }
    for office in ["VIE", "NYC"] {
      let line = try shop.output(
        "sh", "-c",
        "liaisond office invite \(office) --address 127.0.0.1:\(port) -C hq 2>/dev/null")
      // The proxy listens soon.
      var clone = try shop.run("liaison", "clone", line, office)
      while clone.code == 4, haproxy.isRunning {
        clone = try shop.run("liaison", "clone", line, office)
      }
      #expect(haproxy.isRunning, "haproxy is not installed, or ended: ./Scripts/install")
      #expect(clone.code == 0, "\(clone)")
    }
    let watch = shop.process("liaison", ["sync", "--watch", "-C", "VIE"])
    watch.standardError = FileHandle.nullDevice
    let lines = try ProcessLines(of: watch)
    defer { kill(watch.processIdentifier, SIGKILL) }
    #expect(lines.next()?.hasPrefix("in step: ") == true)
    _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=40", "-C", "NYC")
    #expect(try shop.output("liaison", "sync", "-C", "NYC") == "received 0, sent 1\n")
    #expect(lines.next() == "received 1")
    // The proxy goes: that is an outage like any other, and all goes on past it.
    kill(haproxy.processIdentifier, SIGKILL)
    haproxy.waitUntilExit()
    #expect(lines.next()?.hasPrefix("offline: no server answers") == true)
    #expect(try shop.run("liaison", "sync", "-C", "NYC").code == 4)
    #expect(
      try shop.output("liaison", "move", server.address, "-C", "NYC") == "received 0, sent 0\n")
  }

  /// A check that HAProxy can make itself: it speaks no gRPC in checks, and its `httpchk` sends no zero bytes.
  @Test func haproxySeesByTheStandardHealthCheckWhetherAServerServes() throws {
    let shop = try Workshop()
    try shop.makeHeadquarters()
    let server = try shop.serve(isSecure: true)
    let hex = Self.check.map { String(format: "%02x", $0) }.joined()
    let configuration = """
      global
        log stdout format raw local0
      defaults
        log global
        mode tcp
        option log-health-checks
        timeout connect 5s
        timeout check 10s
        timeout client 120s
        timeout server 120s
      frontend offices
        bind 127.0.0.1:\(try freePort())
        default_backend liaisond
      backend liaisond
        option tcp-check
        tcp-check connect ssl alpn h2
        tcp-check send-binary \(hex)
        tcp-check expect binary 00000000020801
        server one \(server.address) check inter 500ms fall 1 rise 1 verify none

      """
    let file = try shop.scratch.file("haproxy.cfg", Data(configuration.utf8))
    let proxy = shop.process("haproxy", ["-db", "-f", file])
    proxy.standardError = FileHandle.nullDevice
    let lines = try ProcessLines(of: proxy)
    defer {
      kill(proxy.processIdentifier, SIGKILL)
      proxy.waitUntilExit()
    }
    func until(_ what: String) -> String? {
      while let line = lines.next() {
        if line.contains(what) { return line }
      }
      return nil
    }
    #expect(until("one succeeded") != nil, "haproxy is not installed, or ended: ./Scripts/install")
    #expect(server.stop() == 0)
    #expect(until("one is DOWN") != nil)
  }

  /// Health/Check over HTTP/2 (RFC 9113), its header without a table or Huffman's code (RFC 7541).
  private static var check: [UInt8] {
    func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
    func frame(_ type: UInt8, _ flags: UInt8, stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
      [0, 0, UInt8(payload.count), type, flags, 0, 0, 0, stream] + payload
    }
    let header: [UInt8] =
      [0x83, 0x87, 0x04] + text("/grpc.health.v1.Health/Check") + [0x01] + text("liaisond")
      + [0x0F, 0x10] + text("application/grpc") + [0x00] + text("te") + text("trailers")
    return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, stream: 0, [])
      + frame(1, 4, stream: 1, header) + frame(0, 1, stream: 1, [0, 0, 0, 0, 0])
  }

  private func freePort() throws -> Int {
    let listener = try LoopbackListener()
    defer { close(listener.file) }
    return listener.port
  }
}
