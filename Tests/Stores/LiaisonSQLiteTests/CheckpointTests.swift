import Foundation
import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonSQLite

/// The log of a replica's file goes into the file beside the writer, and does not grow without end.
struct CheckpointTests {
  private func size(_ kept: KeptReplica, _ file: String) throws -> Int {
    let path = kept.scratch.folder("vienna") + "/replica.sqlite" + file
    return try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
  }

  /// Applies so many records of 100,000 bytes.
  private func apply(_ count: Int, to kept: KeptReplica, after position: Int64) async throws {
    let text = String(repeating: "text ", count: 20_000)
    for number in 1...Int64(count) {
      let revision = try kept.maker.revision(
        "TOPIC-\(position + number)",
        [RevisionMaker.name: .text("T"), RevisionMaker.notes: .prose(text)])
      try await kept.apply(kept.maker.entry(position + number, revision))
    }
  }

  @Test func pagesGoIntoTheFileBesideTheWriter() async throws {
    let kept = try await KeptReplica(ReplicaStoreMaker.all[1])
    let store = try #require(kept.store as? SQLiteReplicaStore)
    try await apply(Tuning.backgroundCheckpointBytes / 100_000 + 5, to: kept, after: 0)
    store.checkpoints.finish()
    #expect(try size(kept, "") > Tuning.backgroundCheckpointBytes)
    #expect(try size(kept, "-wal") < Tuning.checkpointBytes, "its writer has not done it")
  }

  @Test func theLogBeginsAnewAlthoughItsWriterNeverRests() async throws {
    let kept = try await KeptReplica(ReplicaStoreMaker.all[1])
    try await apply(Tuning.checkpointBytes / 100_000 * 2, to: kept, after: 0)
    #expect(try size(kept, "-wal") < Tuning.checkpointBytes * 5 / 4)
    try await kept.store.checkIntegrity()
    #expect(try await kept.revisions().count == Tuning.checkpointBytes / 100_000 * 2)
  }
}
