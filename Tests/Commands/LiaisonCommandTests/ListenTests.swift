import Foundation
import LiaisonSync
import TestSupport
import Testing

@testable import liaisond

/// Where a server listens.
@Suite(.offPool) struct ListenTests {
  private func sockets(_ texts: [String], hasIPv6: Bool, takesBoth: Bool) -> [String] {
    ListenArgument.sockets(
      texts.compactMap { Endpoint($0) }, hasIPv6: hasIPv6, takesBoth: takesBoth
    ).map(\.description)
  }

  @Test func noTwoSocketsAreTheSameOne() {
    let both = ListenArgument.everywhere
    #expect(sockets(both, hasIPv6: true, takesBoth: true) == ["[::]:7401"])
    #expect(sockets(both, hasIPv6: true, takesBoth: false) == both)
    #expect(sockets(both, hasIPv6: false, takesBoth: false) == ["0.0.0.0:7401"])
    let apart = ["0.0.0.0:1", "[::]:2", "127.0.0.1:2"]
    #expect(sockets(apart, hasIPv6: true, takesBoth: true) == apart)
    #expect(sockets(["[::1]:1", "[::1]:1"], hasIPv6: true, takesBoth: true) == ["[::1]:1"])
  }

  @Test func whatOneSocketTakesAsWellIsToldToo() {
    func endpoints(_ texts: String...) -> [Endpoint] { texts.compactMap { Endpoint($0) } }
    let (both, one) = (endpoints("0.0.0.0:1", "[::]:1"), endpoints("[::]:1"))
    #expect(ListenArgument.heard(one, asked: both) == both)
    #expect(ListenArgument.heard(one, asked: one) == one)
    #expect(ListenArgument.heard(both, asked: both) == both)
  }

  @Test func oneAddressThatIsTakenEndsAll() throws {
    let shop = try Workshop()
    try shop.makeHeadquarters()
    let taken = try LoopbackListener()
    defer { close(taken.file) }
    let serve = try shop.run(
      "liaisond", "serve", "hq", "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:\(taken.port)")
    #expect(
      serve.code == 1 && serve.errors.contains("127.0.0.1:\(taken.port) cannot be listened on"),
      "\(serve)")
    #expect(!serve.output.contains("listening"), "\(serve)")
  }

  /// Offices call by IPv4, by IPv6, and by a name that stands for both.
  @Test func aServerThatListensEverywhereIsCalledByEitherKind() throws {
    let shop = try Workshop()
    try shop.makeHeadquarters()
    let free = try shop.serve(isSecure: true)
    let port = try #require(free.address.split(separator: ":").last)
    #expect(free.stop() == 0)
    let server = try shop.serve(
      listen: "0.0.0.0:\(port)", isSecure: true, flags: ["--listen", "[::]:\(port)"])
    defer { server.kill() }
    for host in ["127.0.0.1", "[::1]", "localhost"] {
      let line = try shop.output(
        "sh", "-c", "liaisond office invite VIE --address '\(host):\(port)' -C hq 2>/dev/null")
      let clone = try shop.run("liaison", "clone", line, "at-\(host)")
      #expect(clone.code == 0, "\(host): \(clone)")
    }
    #expect(server.stop() == 0)
    let told = try shop.output("liaisond", "replica", "list", "-C", "hq")
    #expect(told.contains("ipv4:127.0.0.1:") && told.contains("ipv6:[::1]:"), "\(told)")
  }
}
