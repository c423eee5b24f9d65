import Foundation
import GRDB
import LiaisonFolder
import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonSQLite

/// A replica whose folder gives no more room, or takes no writing at all.
struct ReplicaFolderTests {
  private static let sqlite = ReplicaStoreMaker("SQLite") { try ReplicaStoreMaker.sqlite($0, $1) }

  /// SQLite answers as on a full disk if the file may have no further page.
  private func fill(_ store: any ReplicaStore) async throws {
    try await store.write(.durable) { transaction in
      let database = try #require(transaction as? SQLiteReplicaTransaction).db
      let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      try database.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
  }

  @Test func aFullDiskIsSaidToBeFullAndLosesNothing() async throws {
    let kept = try await KeptReplica(Self.sqlite)
    let maker = kept.maker
    let entry = maker.ready(try maker.revision("FTF"))
    try await kept.put(entry)
    let identity = try await kept.store.identity()
    try await fill(kept.store)

    let long = String(repeating: "x", count: 20_000)
    let other = try maker.revision("NEXUS", [RevisionMaker.name: .text(long)])
    await #expect(throws: StoreError.full) { try await kept.put(maker.ready(other)) }
    await #expect(throws: StoreError.full) {
      try await kept.apply(maker.entry(1, maker.revision("TOPIC-1")), maker.entry(2, other))
    }
    let sent = try #require(entry.sent(as: maker.next(entry.ours, name: long)))
    await #expect(throws: StoreError.full) { try await kept.put(sent) }

    #expect(try await kept.pending(entry.ours) == entry)
    #expect(try await kept.holders("FTF") == [entry.record])
    #expect(try await kept.holders("NEXUS").isEmpty)
    #expect(try await kept.holders("TOPIC-1").isEmpty)
    #expect(try await kept.store.read { try $0.counts().records } == 0)
    #expect(try await kept.store.identity() == identity)
  }

  @Test func aFolderThatTakesNoWritingCanBeRead() async throws {
    let scratch = try Scratch()
    let maker = try RevisionMaker()
    let directory = DataDirectory(scratch.folder("vienna"), role: .replica)
    let entry = maker.ready(try maker.revision("FTF"))
    try await ReplicaStoreMaker.sqlite(maker, scratch).write(.durable) { try $0.put(entry) }
    // In place of the file that SQLite would make beside the database stands a folder.
    try FileManager.default.createDirectory(
      atPath: directory.databasePath + "-shm", withIntermediateDirectories: false)
    let store = try SQLiteReplicaStore(directory, coding: PlainSchemaCoding([maker.schema]))
    #expect(try await store.read { try $0.record(entry.record)?.pending } == entry)
    await #expect(throws: StoreError.io("the database file cannot be written")) {
      try await store.write(.durable) { try $0.put(maker.ready(try maker.revision("NEXUS"))) }
    }
  }
}
