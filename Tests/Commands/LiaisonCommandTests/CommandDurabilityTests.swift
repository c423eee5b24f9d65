import Foundation
import LiaisonFolder
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// What a command has said is on the disk when it says it: the real binaries, watched from outside.
@Suite(.offPool) struct CommandDurabilityTests {
  let shop: Workshop
  private let watch: SyncWatch

  init() throws {
    shop = try Workshop()
    watch = try SyncWatch(shop.scratch)
  }

  /// What a command of Vienna's did. The replica is open elsewhere meanwhile, so that nothing becomes
  /// durable only because the last one closes it.
  private func notes(_ arguments: [String]) async throws -> [SyncWatch.Note] {
    let store = try SQLiteReplicaStore(
      DataDirectory(shop.path + "/VIE", role: .replica), coding: SchemaCodec())
    _ = try await store.read { try $0.counts() }
    let result = try shop.run(
      "liaison", arguments + ["-C", "VIE"], environment: watch.environment())
    #expect(result.code == 0, "\(result)")
    withExtendedLifetime(store) {}
    return try watch.notes()
  }

  /// Expects at least so many commits to a file, each of them synced before the next answer, of which
  /// there are at least so many.
  private func expectDurable(
    _ notes: [SyncWatch.Note], _ file: String, commits: Int, answers: Int
  ) {
    let synced = notes.split { $0 == .sync(file) }.count { $0.contains(.write(file)) }
    #expect(synced >= commits && notes.count { $0 == .answer } >= answers, "\(notes)")
    #expect(SyncWatch.earlyAnswers(notes) == 0, "\(notes)")
  }

  @Test func whatAPersonWroteIsOnTheDiskWhenTheCommandEnds() async throws {
    try shop.withReplicas(of: "VIE") { _ in }
    for arguments in [
      ["edit", "COMPACT", "un_entities=40"], ["new", "area", "code=AREA-A", "name=A"],
      ["delete", "FTF", "--force"], ["discard", "COMPACT"],
    ] {
      expectDurable(try await notes(arguments), "replica.sqlite-wal", commits: 1, answers: 1)
    }
  }

  @Test func whoOnlyReadsWritesNothing() async throws {
    try shop.withReplicas(of: "VIE") { _ in }
    for arguments in [["status"], ["show", "COMPACT"], ["list", "body"], ["verify"]] {
      let result = try shop.run(
        "liaison", arguments + ["-C", "VIE"], environment: watch.environment())
      #expect(result.code == 0, "\(result)")
      let notes = try watch.notes()
      #expect(notes == [.answer], "\(arguments): \(notes)")
    }
  }

  @Test func anEditIsMarkedBeforeItIsSentAndSettledBeforeTheSyncEnds() async throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    _ = try shop.output(
      "liaison", "clone", server.address, "VIE", "--insecure-loopback", "--office", "VIE")
    _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=40", "-C", "VIE")
    // The answers: the pull, the push, the end.
    expectDurable(try await notes(["sync"]), "replica.sqlite-wal", commits: 2, answers: 3)
  }

  @Test func aVerdictLeavesTheServerBehindItsCommit() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve(environment: watch.environment())
    defer { server.kill() }
    _ = try shop.output(
      "liaison", "clone", server.address, "VIE", "--insecure-loopback", "--office", "VIE")
    // As it opens its file, before it has been told anything, GRDB writes an empty log.
    let opened = try watch.notes().count
    for count in 40..<45 {
      _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=\(count)", "-C", "VIE")
      _ = try shop.output("liaison", "sync", "-C", "VIE")
    }
    // Each sync is answered by a header and a verdict.
    expectDurable(
      Array(try watch.notes().dropFirst(opened)), "server.sqlite-wal", commits: 5, answers: 10)
  }
}
