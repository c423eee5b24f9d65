import Foundation
import LiaisonSync
import TestSupport
import Testing

/// A server that falls silent, anywhere, through the real binaries: a sync ends with 4 and frees its
/// replica, a watch goes on by itself.
@Suite(.offPool) struct SilenceCommandTests {
  /// Where a sync of some batches and an edit is left alone.
  private static let places: [(name: String, place: SilentLine.Place)] = [
    ("connect", .connecting), ("header", .afterAnswers(1)), ("batch", .afterAnswers(2)),
    ("middle", .afterAnswers(2, bytes: 1000)), ("push", .afterRequests(2)),
  ]

  /// Clones that are left alone: before they have received anything, and in the middle.
  private static let clones: [(name: String, place: SilentLine.Place, advice: String)] = [
    ("clone", .connecting, "again later, or another address; nothing was made"),
    ("half", .afterAnswers(2), "liaison -C half sync, which goes on where this stopped"),
  ]

  let shop: Workshop

  init() throws { shop = try Workshop() }

  /// They all wait beside each other, for as long as the protocol's patience.
  @Test func aSyncEndsWithFourAndAWatchReconnects() async throws {
    try shop.makeHeadquarters()
    try makeReplicas()
    try importAreas(2500)
    let server = try shop.serve()
    defer { server.kill() }

    let watched = try line(to: server)
    let watch = try await startWatch(watched)
    defer {
      watch.process.terminate()
      watched.close()
    }
    let cloned = Self.clones.map { (name: $0.name, place: $0.place) }
    let lines = try (Self.places + cloned).map { name, place in
      let line = try line(to: server)
      line.fallSilent(at: place)
      return (name: name, line: line)
    }
    defer { for (_, line) in lines { line.close() } }
    let calls = try lines.map { name, line in
      let server = line.endpoint.description
      return Self.clones.contains { $0.name == name }
        ? try shop.start(
          "liaison", ["clone", server, name, "--insecure-loopback", "--office", "NYC"])
        : try shop.start("liaison", ["move", server, "-C", name])
    }

    #expect(watch.lines.next()?.hasPrefix("offline: ") == true)
    #expect(watch.lines.next()?.hasPrefix("in step: ") == true)
    let missed = try shop.output("liaison", "show", "COMPACT", "-C", "watch")
    #expect(missed.contains("44"), "\(missed)")
    for ((name, _), call) in zip(lines, calls) {
      let result = try call.finish()
      #expect(result.code == 4 && result.isPlainFailure, "\(name): \(result)")
      let advice = Self.clones.first { $0.name == name }?.advice ?? ""
      #expect(result.errors.hasSuffix("\(advice)\n"), "\(name): \(result)")
    }
    #expect(!FileManager.default.fileExists(atPath: shop.path + "/clone"))
    for replica in Self.places.map(\.name) + ["half"] {
      let sync = try shop.run("liaison", "move", server.address, "-C", replica)
      #expect(sync.code == 0, "\(replica): \(sync)")
      let copy = try shop.output("liaison", "verify", "-C", replica)
      #expect(try copy == shop.output("liaisond", "verify", "-C", "hq"), "\(replica)")
    }
  }

  /// A watch that follows over a line that has fallen silent, and has missed an edit.
  private func startWatch(
    _ line: SilentLine
  ) async throws -> (process: Process, lines: ProcessLines) {
    let address = line.endpoint.description
    for office in ["VIE", "NYC"] {
      let name = office == "VIE" ? "watch" : "other"
      _ = try shop.output(
        "liaison", "clone", address, name, "--insecure-loopback", "--office", office)
    }
    // Behind the header of the sync and the header of the follow.
    line.fallSilent(at: .afterAnswers(2))
    let process = shop.process("liaison", ["sync", "--watch", "-C", "watch"])
    let lines = try ProcessLines(of: process)
    #expect(lines.next() == "in step: 0 received, 0 sent")
    try await line.silence.wait()
    _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=44", "-C", "other")
    _ = try shop.output("liaison", "sync", "-C", "other")
    return (process, lines)
  }

  private func line(to server: Workshop.Server) throws -> SilentLine {
    try SilentLine(to: try #require(Endpoint(server.address)))
  }

  /// Replicas that each have an edit to push.
  private func makeReplicas() throws {
    let server = try shop.serve()
    defer { server.kill() }
    for (name, _) in Self.places {
      let code = "code=OF-\(name.uppercased())"
      _ = try shop.output(
        "liaison", "clone", server.address, name, "--insecure-loopback", "--office", "VIE")
      _ = try shop.output("liaison", "new", "area", code, "name=\(name)", "-C", name)
    }
  }

  private func importAreas(_ count: Int) throws {
    let lines = (0..<count).map {
      #"{"kind":"area","code":"IN-\#($0)","fields":{"name":"In \#($0)"}}"# + "\n"
    }
    _ = try shop.scratch.file("in.jsonl", Data(lines.joined().utf8))
    _ = try shop.output("liaisond", "import", "in.jsonl", "--office", "LYO", "-C", "hq")
  }
}
