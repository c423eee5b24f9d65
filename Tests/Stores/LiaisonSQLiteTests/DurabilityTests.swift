import Foundation
import GRDB
import LiaisonFolder
import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonSQLite

/// A verdict is durable when it leaves. Watched from outside, in a process of its own.
@Suite(.serialized) struct DurabilityTests {
  private func watch(
    committers: Int, edits: Int, synchronous: Databases.Synchronous = .full
  ) throws -> [SyncWatch.Note] {
    let scratch = try Scratch()
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return try SyncWatch(scratch).run(
      program, ["--testing-library", "swift-testing", "--filter", "DurabilityProbe"],
      environment: [
        DurabilityProbe.key: "\(committers) \(edits) \(synchronous.rawValue) \(scratch.path)"
      ])
  }

  private func count(_ notes: [SyncWatch.Note], _ note: SyncWatch.Note) -> Int {
    notes.count { $0 == note }
  }

  @Test func noVerdictLeavesBeforeItsTransactionIsOnTheDisk() throws {
    let notes = try watch(committers: 1, edits: 50)
    #expect(count(notes, .answer) == 50 + 1, "each edit, and the end")
    #expect(count(notes, .write("server.sqlite-wal")) >= 50, "the watch sees what is written")
    // Its end is no verdict: a log that is being closed may be on its way into the file.
    #expect(SyncWatch.earlyAnswers(Array(notes.dropLast())) == 0)
  }

  @Test func theWatchSeesIfACommitDoesNotWaitForTheDisk() throws {
    let notes = try watch(committers: 1, edits: 50, synchronous: .normal)
    #expect(SyncWatch.earlyAnswers(notes) > 40)
  }

  @Test func manyCommittersShareTheirSyncs() throws {
    let notes = try watch(committers: 32, edits: 20)
    let (answers, syncs) = (count(notes, .answer), count(notes, .sync("server.sqlite-wal")))
    #expect(answers == 640 + 1, "each edit, and the end")
    #expect(syncs * 2 < answers, "\(syncs) syncs for \(answers) edits")
    print("\(syncs) syncs for \(answers) edits of 32 committers")
  }

  @Test func aReopenedLogIsAtFull() async throws {
    let scratch = try Scratch()
    let log = try DurabilityProbe.log(in: scratch.folder("hq"), AreaMaker())
    let level = try await log.database.writeWithoutTransaction { db in
      try Int.fetchOne(db, sql: "PRAGMA synchronous")
    }
    #expect(level == Databases.Synchronous.full.rawValue)
  }
}

/// The process that is watched: some committers, each of which commits one edit at a time.
struct DurabilityProbe {
  static let key = "LIAISON_DURABILITY_PROBE"
  static let order = ProcessInfo.processInfo.environment[key]

  static func log(in folder: String, _ maker: AreaMaker) throws -> SQLiteChangeLog {
    let directory = DataDirectory(folder, role: .server)
    try SQLiteChangeLog.create(
      directory, register: maker.newID(), schema: TestRegister.schema(),
      coding: maker.coding)
    return try SQLiteChangeLog(directory, coding: maker.coding)
  }

  @Test(.enabled(if: order != nil)) func commitsAsItIsTold() async throws {
    let words = try #require(Self.order).split(separator: " ").map(String.init)
    let (committers, edits) = (try #require(Int(words[0])), try #require(Int(words[1])))
    let level = try #require(Int(words[2]).flatMap(Databases.Synchronous.init))
    let maker = try AreaMaker(seed: 9)
    let log = try Self.log(in: words[3] + "/hq", maker)
    try await log.database.writeWithoutTransaction { db in
      // Only the watch's own test asks for less.
      if level != .full { try Databases.setSynchronous(level, in: db) }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for committer in 0..<committers {
        group.addTask {
          for edit in 0..<edits {
            let outcomes = try await log.push([maker.area("C\(committer)-\(edit)")], maker)
            #expect(outcomes[0].committed != nil)
            SyncWatch.answered()
          }
        }
      }
      try await group.waitForAll()
    }
  }
}
