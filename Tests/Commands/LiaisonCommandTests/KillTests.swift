import Foundation
import LiaisonFolder
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// kill -9 at random moments of a sync of 2,500 records: 2,000 come, 500 go. `LIAISON_KILLS=50` kills
/// the client fifty times, and the server.
@Suite(.offPool) struct KillTests {
  static let incoming = 2000
  static let outgoing = 500
  /// How often the client is killed, and how often the server.
  static let rounds = ProcessInfo.processInfo.environment["LIAISON_KILLS"].flatMap(Int.init) ?? 12

  @Test func nothingIsLostAndNothingDoubled() async throws {
    let shop = try Workshop()
    try await prepare(shop)
    try copy("hq0", "hq", shop)
    try copy("vienna0", "vienna", shop)
    var server = try shop.serve()
    var started = ContinuousClock.now
    #expect(try sync(shop, server).code == 0)
    /// How long a sync takes, by the last that came to its end: other tests come and go beside this.
    var length = milliseconds(since: started)
    server.kill()

    var hits = (client: 0, server: 0)
    for round in 0..<(2 * Self.rounds) {
      try copy("hq0", "hq", shop)
      try copy("vienna0", "vienna", shop)
      server = try shop.serve()
      let client = shop.process(
        "liaison", ["move", server.address, "-C", "vienna"])
      client.standardOutput = FileHandle.nullDevice
      client.standardError = FileHandle.nullDevice
      started = ContinuousClock.now
      try client.run()
      let isServer = round % 2 == 1
      let killed = (isServer ? server.process : client).processIdentifier
      let blow = DispatchWorkItem { kill(killed, SIGKILL) }
      DispatchQueue.global().asyncAfter(
        deadline: .now() + .milliseconds(Int.random(in: 0..<length)), execute: blow)
      client.waitUntilExit()
      blow.cancel()
      let isHit = client.terminationReason == .uncaughtSignal || client.terminationStatus != 0
      if !isHit {
        length = milliseconds(since: started)
      } else if isServer {
        hits.server += 1
      } else {
        hits.client += 1
      }
      if isServer {
        server.kill()
        server = try shop.serve()
      }
      let result = try sync(shop, server)
      #expect(result.code == 0, "round \(round): \(result)")
      server.kill()
      try check(shop, round)
    }
    print("of \(Self.rounds) kills each, \(hits) fell into a sync that was under way")
    #expect(hits.client > Self.rounds / 4 && hits.server > Self.rounds / 4)
  }

  private func milliseconds(since start: ContinuousClock.Instant) -> Int {
    max(1, Int((ContinuousClock.now - start) / .milliseconds(1)))
  }

  private func sync(_ shop: Workshop, _ server: Workshop.Server) throws -> Workshop.Result {
    try shop.run("liaison", "move", server.address, "-C", "vienna")
  }

  private func check(_ shop: Workshop, _ round: Int) throws {
    let vienna = try shop.run("liaison", "verify", "-C", "vienna").output
    let hq = try shop.run("liaisond", "verify", "-C", "hq").output
    #expect(vienna == hq && vienna.hasPrefix("\(Self.incoming + Self.outgoing) records"))
    let changes = try shop.run("liaisond", "status", "-C", "hq").output
    #expect(changes.contains(" \(Self.incoming + Self.outgoing) changes"), "round \(round)")
    let status = try shop.run("liaison", "status", "-C", "vienna").output
    #expect(status.contains("nothing to send"), "round \(round)")
  }

  private func copy(_ from: String, _ to: String, _ shop: Workshop) throws {
    let files = FileManager.default
    if files.fileExists(atPath: "\(shop.path)/\(to)") {
      try files.removeItem(atPath: "\(shop.path)/\(to)")
    }
    try files.copyItem(atPath: "\(shop.path)/\(from)", toPath: "\(shop.path)/\(to)")
  }

  /// A register with records, and a replica that has pulled none of them but edited a lot.
  private func prepare(_ shop: Workshop) async throws {
    try shop.run("liaisond", "init", "hq0")
    try shop.run("liaisond", "office", "add", "VIE", "--name", "Vienna", "-C", "hq0")
    var lines = ""
    for number in 0..<Self.incoming {
      lines += #"{"kind": "area", "code": "IN-\#(number)", "fields": {"name": "In \#(number)"}}"#
      lines += "\n"
    }
    try Data(lines.utf8).write(to: URL(filePath: shop.path + "/in.jsonl"))
    let imported = try shop.run("liaisond", "import", "in.jsonl", "-C", "hq0")
    try #require(imported.code == 0, "\(imported)")

    let office = try #require(OfficeID("VIE"))
    let directory = DataDirectory(shop.path + "/vienna0", role: .replica)
    try SQLiteReplicaStore.create(directory, office: office, address: "127.0.0.1:1")
    let store = try SQLiteReplicaStore(directory, coding: SchemaCodec())
    let hq = try SQLiteChangeLog(
      DataDirectory(shop.path + "/hq0", role: .server), coding: SchemaCodec())
    let status = try await hq.status()
    let header = PullHeader(
      register: status.register, head: status.head, schema: status.filedSchema,
      limits: ServerLimits())
    try await store.write(.repeatable) { try $0.adopt(header) }
    let replica = Replica(store: store, environment: .seeded(7, coding: RevisionCodec()))
    for number in 0..<Self.outgoing {
      _ = try await replica.create(
        "area", [try Assignment("code=OUT-\(number)"), try Assignment("name=Out \(number)")])
    }
  }
}
