import Foundation
import TestSupport
import Testing

/// A server with a certificate of a house's authority, which OpenSSL makes.
@Suite(.offPool) struct OwnCertificateCommandTests {
  private let shop: Workshop

  init() throws {
    shop = try Workshop()
    try shop.makeHeadquarters()
    let made = try shop.run(
      "sh", "-ec",
      """
      umask 077
      openssl req -x509 -newkey rsa:2048 -nodes -keyout house.key -out house.pem -subj /CN=House \
        -days 30
      for name in one two; do
        openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj /CN=localhost
        echo subjectAltName=DNS:localhost > names
        openssl x509 -req -in $name.csr -CA house.pem -CAkey house.key -CAcreateserial \
          -extfile names -days 30 -out $name.pem
      done
      cp one.key server.key; cp one.pem server.pem
      """)
    try #require(made.code == 0, "\(made)")
  }

  private func serving() throws -> Workshop.Server {
    try shop.serve(
      isSecure: true, flags: ["--certificate", "server.pem", "--key", "server.key"])
  }

  /// The serial number of the certificate that a client of the house sees and believes.
  private func seen(_ server: Workshop.Server) throws -> String {
    let port = try #require(server.address.split(separator: ":").last)
    let client = try shop.run(
      "sh", "-c",
      """
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout any.key \
        -out any.pem -subj /CN=any 2>/dev/null
      openssl s_client -connect localhost:\(port) -CAfile house.pem -verify_return_error \
        -verify_hostname localhost -alpn h2 -key any.key -cert any.pem </dev/null 2>/dev/null |
        openssl x509 -noout -serial
      """)
    try #require(client.code == 0, "\(client)")
    return client.output
  }

  private func serial(_ file: String) throws -> String {
    try shop.output("openssl", "x509", "-noout", "-serial", "-in", file)
  }

  @Test func bothTheHouseAndTheOfficesBelieveIt() throws {
    let server = try serving()
    defer { server.kill() }
    #expect(try seen(server) == serial("one.pem"))
    // With its key behind it, as a proxy takes it.
    _ = try shop.output("sh", "-c", "cat one.pem one.key > server.pem")
    kill(server.process.processIdentifier, SIGHUP)
    try server.waitForLog("is renewed")
    #expect(try seen(server) == serial("one.pem"))
    let line = try shop.output("sh", "-c", "liaisond office invite VIE -C hq 2>/dev/null")
    let clone = try shop.run("liaison", "clone", line, "vienna")
    #expect(clone.code == 0, "\(clone)")
    // Another certificate takes its place while the server serves.
    _ = try shop.output("sh", "-c", "cp two.key server.key; cp two.pem server.pem")
    kill(server.process.processIdentifier, SIGHUP)
    try server.waitForLog("is renewed", times: 2)
    #expect(try seen(server) == serial("two.pem"))
    #expect(try shop.output("liaison", "sync", "-C", "vienna") == "received 0, sent 0\n")
    // One that is none leaves the last one.
    _ = try shop.output("cp", "one.key", "server.key")
    kill(server.process.processIdentifier, SIGHUP)
    try server.waitForLog("stays as it was: the server's key is that of another certificate")
    #expect(try seen(server) == serial("two.pem"))
    #expect(server.stop() == 0)
    // Offices rely on the register's authority: without the house's it is the same to them.
    let plain = try shop.serve(listen: server.address, isSecure: true)
    defer { plain.kill() }
    #expect(try shop.output("liaison", "sync", "-C", "vienna") == "received 0, sent 0\n")
  }

  @Test(arguments: [
    ("chmod 640 server.key", "others may read server.key: its mode is not 0600"),
    ("rm server.key", "there is no key in server.key"),
    ("cp two.key server.key", "the server's key is that of another certificate"),
    ("cp server.key server.pem", "there is no certificate"),
    (": > server.pem", "there is no certificate"), ("rm server.pem", "server.pem cannot be read"),
    ("head -c 300 one.key > server.key", "the server's key cannot be read"),
    (
      "(echo -----BEGIN CERTIFICATE-----; echo AAAA; echo -----END CERTIFICATE-----) >> server.pem",
      "the server's certificate cannot be read"
    ),
    (
      "openssl genpkey -algorithm ed25519 -out server.key && openssl req -x509 -key server.key -out server.pem -subj /CN=x",
      "the server's key is of a kind that offices do not take"
    ),
    (
      "openssl x509 -req -in one.csr -CA house.pem -CAkey house.key -days -1 -out server.pem",
      "by the clock of this machine the server's certificate is valid from"
    ),
  ])
  func aCertificateOrAKeyThatCannotBeServedIsSaid(fault: String, message: String) throws {
    let broken = try shop.run("sh", "-ec", fault)
    try #require(broken.code == 0, "\(broken)")
    let serve = try shop.run(
      "timeout", "60", "liaisond", "serve", "hq", "--listen", "127.0.0.1:0", "--certificate",
      "server.pem", "--key", "server.key")
    #expect(serve.isPlainFailure && serve.errors.contains(message), "\(serve)")
  }

  @Test func oneWithoutTheOtherIsUsage() throws {
    for flags in [
      ["--certificate", "server.pem"], ["--key", "server.key"],
      ["--certificate", "server.pem", "--key", "server.key", "--insecure-loopback"],
    ] {
      let serve = try shop.run("liaisond", ["serve", "hq", "--listen", "127.0.0.1:0"] + flags)
      #expect(serve.code == 2 && serve.isPlainFailure, "\(serve)")
    }
  }
}
