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

  private func freePort() throws -> Int {
    let listener = try LoopbackListener()
    defer { close(listener.file) }
    return listener.port
  }
}
