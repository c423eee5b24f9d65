import Foundation
import LiaisonSync
import TestSupport
import Testing

/// A clone that waits for a server that says nothing, and what becomes of its folder.
@Suite(.offPool) struct CloneCommandTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  /// Starts a clone into the folder `new`, and stops it where it waits for its server.
  private func stopped(
    before server: Workshop.Server, _ body: (Workshop.Started) throws -> Void
  ) throws {
    let line = try SilentLine(to: try #require(Endpoint(server.address)))
    defer { line.close() }
    line.fallSilent(at: .connecting)
    let clone = try shop.start(
      "liaison",
      ["clone", line.endpoint.description, "new", "--insecure-loopback", "--office", "VIE"])
    let process = clone.process
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    // Its replica is there before it calls.
    while process.isRunning, access(shop.path + "/new/replica.sqlite", F_OK) != 0 { sched_yield() }
    kill(process.processIdentifier, SIGSTOP)
    try body(clone)
  }

  @Test func whatAKilledCloneLeftIsTakenOver() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    try stopped(before: server) { clone in
      kill(clone.process.processIdentifier, SIGKILL)
      let killed = try clone.finish()
      #expect(killed.code == -SIGKILL, "\(killed)")
    }
    let other = try shop.run(
      "liaison", "clone", server.address, "new", "--insecure-loopback", "--office", "NYC")
    #expect(other.code == 1 && other.isPlainFailure, "\(other)")
    let again = try shop.output(
      "liaison", "clone", server.address, "new", "--insecure-loopback", "--office", "VIE")
    #expect(again == "received 157, sent 0\n")
    let status: [String: Any] = try shop.json("liaison", "status", "-C", "new")
    #expect(status["address"] as? String == server.address)
    _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=40", "-C", "new")
    let third = try shop.run(
      "liaison", "clone", server.address, "new", "--insecure-loopback", "--office", "VIE")
    #expect(third.code == 1 && third.isPlainFailure, "\(third)")
    #expect(try shop.output("liaison", "sync", "-C", "new") == "received 0, sent 1\n")
  }

  @Test func nobodyElseIsAtWorkInItsFolderMeanwhile() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    try stopped(before: server) { clone in
      for arguments in [
        ["move", server.address, "-C", "new"],
        ["clone", server.address, "new", "--insecure-loopback", "--office", "VIE"],
      ] {
        let second = try shop.run("liaison", arguments)
        #expect(second.code == 1 && second.isPlainFailure, "\(second)")
        let holder = "another process is at work in new: liaison clone, process "
        #expect(second.errors.contains(holder), "\(second)")
      }
      kill(clone.process.processIdentifier, SIGCONT)
      let first = try clone.finish()
      #expect(first.code == 4 && first.isPlainFailure, "\(first)")
      #expect(access(shop.path + "/new", F_OK) != 0)
    }
  }
}
