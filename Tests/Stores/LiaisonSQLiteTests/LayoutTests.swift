import Foundation
import GRDB
import LiaisonFolder
import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonSQLite

/// A folder of an older layout is brought to this version's by whoever has its lock.
struct LayoutTests {
  let scratch: Scratch
  let maker: RevisionMaker
  let replica: DataDirectory
  let server: DataDirectory

  init() throws {
    scratch = try Scratch()
    maker = try RevisionMaker()
    replica = DataDirectory(scratch.folder("vienna"), role: .replica)
    server = DataDirectory(scratch.folder("hq"), role: .server)
  }

  /// A replica as it was before there were links.
  private func makeOldReplica() throws {
    try SQLiteReplicaStore.create(replica, office: maker.office, address: "hq:1")
    let queue = try DatabaseQueue(path: replica.databasePath)
    try queue.write { db in
      try db.execute(
        sql: """
          DROP TABLE link; DROP TABLE link_pending; DROP TABLE link_indexed;
          DELETE FROM grdb_migrations WHERE identifier IN ('3', '4')
          """)
    }
    try queue.close()
  }

  /// A server's file that has no table yet.
  private func makeOldServer() throws {
    try NewFolder(server).filled { path in
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA application_id = \(server.role.applicationID)")
      }
      try queue.close()
    }
  }

  private func open(under lock: DirectoryLock? = nil) throws {
    _ = try SQLiteReplicaStore(
      replica, coding: PlainSchemaCoding([maker.schema]), under: lock)
  }

  private func layouts(_ directory: DataDirectory) throws -> [String] {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: directory.databasePath, configuration: configuration).read {
      try ReplicaMigrations.migrator.appliedMigrations($0)
    }
  }

  private func locked(by holder: String) -> StoreError {
    let process = ProcessInfo.processInfo.processIdentifier
    return .locked(by: "\(holder), process \(process); the folder is of an older layout")
  }

  @Test func whoOpensAnOlderReplicaTakesItsLockForTheMigration() throws {
    try makeOldReplica()
    #expect(try layouts(replica) == ["1", "2"])
    try open()
    #expect(try layouts(replica) == ["1", "2", "3", "4"])
    let holder = try String(contentsOfFile: replica.path + "/sync.lock", encoding: .utf8)
    #expect(holder.hasPrefix("a migration, process "))
  }

  @Test func anOlderReplicaInWhichAnotherProcessIsAtWorkStaysAsItIs() throws {
    try makeOldReplica()
    let file = URL(filePath: replica.databasePath)
    let before = try Data(contentsOf: file)
    let lock = try DirectoryLock(replica, name: .sync, holder: "the first")
    #expect(throws: locked(by: "the first")) { try open() }
    #expect(try layouts(replica) == ["1", "2"])
    #expect(try Data(contentsOf: file) == before)
    withExtendedLifetime(lock) {}
  }

  @Test func whoHasTheLockMigratesUnderIt() throws {
    try makeOldReplica()
    let lock = try DirectoryLock(replica, name: .sync, holder: "a clone")
    try open(under: lock)
    #expect(try layouts(replica) == ["1", "2", "3", "4"])
  }

  @Test func aReplicaOfThisLayoutIsOpenedBesideWhoeverIsAtWork() throws {
    try SQLiteReplicaStore.create(replica, office: maker.office, address: "hq:1")
    let lock = try DirectoryLock(replica, name: .sync, holder: "the first")
    try open()
    withExtendedLifetime(lock) {}
  }

  @Test func anOlderServerInWhichAnotherProcessIsAtWorkStaysAsItIs() throws {
    try makeOldServer()
    let lock = try DirectoryLock(server, name: .server, holder: "the first")
    #expect(throws: locked(by: "the first")) {
      _ = try SQLiteChangeLog(server, coding: PlainSchemaCoding([maker.schema]))
    }
    #expect(try layouts(server).isEmpty)
    withExtendedLifetime(lock) {}
  }

  @Test func whoOpensAnOlderServerTakesItsLockForTheMigration() throws {
    try makeOldServer()
    #expect(throws: StoreError.damaged("the database holds no register")) {
      _ = try SQLiteChangeLog(server, coding: PlainSchemaCoding([maker.schema]))
    }
    #expect(try layouts(server) == ["1", "2"])
    let holder = try String(contentsOfFile: server.path + "/server.lock", encoding: .utf8)
    #expect(holder.hasPrefix("a migration, process "))
  }

  @Test func theLinksOfAnOlderServerAreKept() async throws {
    let maker = try AreaMaker()
    let schema = try TestRegister.schema()
    try SQLiteChangeLog.create(
      server, register: maker.newID(), lineage: Lineage(.max), schema: schema, coding: maker.coding)
    let queue = try DatabaseQueue(path: server.databasePath)
    let records: [RecordID] = (0..<9).map { _ in maker.newID() }
    let rows = [
      (records[0], TestRegister.after, records[4]), (records[0], TestRegister.after, records[3]),
      (records[0], TestRegister.parent, records[5]), (records[3], TestRegister.after, records[8]),
    ]
    try await queue.write { db in
      try db.execute(
        sql: """
          DROP TABLE link;
          CREATE TABLE link (
            id INTEGER PRIMARY KEY, record BLOB NOT NULL, field INTEGER NOT NULL,
            target BLOB NOT NULL, UNIQUE (record, field, target)) STRICT;
          DELETE FROM grdb_migrations WHERE identifier = '2'
          """)
      let insert = try PreparedStatement(
        db, "INSERT INTO link (record, field, target) VALUES (?, ?, ?)")
      for (record, field, target) in rows {
        try insert.bound(record, field.number, target).run()
      }
    }
    try queue.close()
    var question = CommitQuestion()
    question.chains = [records[0]]
    let links = try await SQLiteChangeLog(server, coding: maker.coding).facts(for: question).links
    let expected = [
      records[0]: Links([
        TestRegister.after: [records[3], records[4]].sorted(), TestRegister.parent: [records[5]],
      ]),
      records[3]: Links([TestRegister.after: [records[8]]]),
    ]
    #expect(links == expected)
  }
}
