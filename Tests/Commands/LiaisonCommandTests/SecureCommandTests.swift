import Foundation
import LiaisonSync
import TestSupport
import Testing

/// A server that speaks TLS, as other people's tools find it.
@Suite(.offPool) struct SecureCommandTests {
  private let shop: Workshop
  private let server: Workshop.Server

  init() throws {
    shop = try Workshop()
    try shop.makeHeadquarters()
    server = try shop.serve(isSecure: true)
    let clone = try shop.run(
      "sh", "-c", "liaison clone \"$(liaisond office invite VIE -C hq)\" VIE")
    try #require(clone.code == 0, "\(clone)")
  }

  /// OpenSSL's client, connected with the replica's certificate until one of both ends it.
  private func openssl(_ version: String) throws -> Process {
    let client = shop.process(
      "openssl",
      [
        "s_client", "-quiet", "-\(version)", "-alpn", "h2", "-connect", server.address, "-key",
        "VIE/identity.key", "-cert", "VIE/identity.pem",
      ])
    client.standardInput = FileHandle.nullDevice
    client.standardOutput = FileHandle.nullDevice
    client.standardError = FileHandle.nullDevice
    try client.run()
    return client
  }

  @Test func onlyTLS13IsSpoken() throws {
    defer { server.kill() }
    let (newer, older) = (try openssl("tls1_3"), try openssl("tls1_2"))
    // The server ends it.
    older.waitUntilExit()
    #expect(newer.isRunning)
    kill(newer.processIdentifier, SIGKILL)
    newer.waitUntilExit()
  }

  @Test func aConnectionThatItsPeerDoesNotEndDoesNotKeepAServerFromStopping() throws {
    let deaf = try openssl("tls1_3")
    defer { kill(deaf.processIdentifier, SIGKILL) }
    #expect(try shop.run("liaison", "-C", "VIE", "sync").code == 0)
    #expect(server.stop() == 0)
  }

  @Test func whatIsNoTLSIsClosedAndTheServerGoesOn() throws {
    defer { server.kill() }
    let address = try #require(Endpoint(server.address))
    for garbage in [
      "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{0}",
    ] {
      let socket = try PlainSocket(to: address)
      try socket.send(Array(garbage.utf8) + Array(repeating: 0, count: 64))
      while socket.read(1) != nil {}
      socket.close()
    }
    #expect(try shop.run("liaison", "-C", "VIE", "sync").code == 0)
    let plain = try shop.run(
      "liaison", "clone", server.address, "plain", "--insecure-loopback", "--office", "VIE")
    #expect(plain.code == 4 && plain.isPlainFailure, "\(plain)")
    #expect(server.stop() == 0)
  }

  @Test func aServerThatIsToldToBelieveItsCallersHasNoTLS() throws {
    #expect(server.stop() == 0)
    let plain = try shop.serve(listen: server.address)
    defer { plain.kill() }
    let sync = try shop.run("liaison", "-C", "VIE", "sync")
    #expect(sync.code == 4 && sync.isPlainFailure, "\(sync)")
  }

  @Test func aPythonClientCallsAsTheReplica() throws {
    defer { server.kill() }
    let list = try Python.command("client.py", [server.address, "list"])
    let identity = "LIAISON_IDENTITY=\(shop.path)/VIE"
    let listed = try shop.run("env", [identity] + list)
    #expect(
      listed.code == 0 && listed.output.split(separator: "\n").count == 157, "\(listed)")
    _ = try shop.output("liaisond", "replica", "revoke", "VIE-A", "-C", "hq")
    let revoked = try shop.run("env", [identity] + list)
    #expect(revoked.code != 0 && revoked.errors.contains("UNAUTHENTICATED"), "\(revoked)")
  }
}
