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

  /// A file that has no table yet.
  private func makeOld(_ directory: DataDirectory) throws {
    try NewFolder(directory).filled { path in
      let queue = try DatabaseQueue(path: path)
      try queue.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA application_id = \(directory.role.applicationID)")
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
      try ReplicaMigrations.migrator.appliedIdentifiers($0).sorted()
    }
  }

  private func locked(by holder: String) -> StoreError {
    let process = ProcessInfo.processInfo.processIdentifier
    return .locked(by: "\(holder), process \(process); the folder is of an older layout")
  }

  @Test func whoOpensAnOlderReplicaTakesItsLockForTheMigration() throws {
    try makeOld(replica)
    #expect(try layouts(replica).isEmpty)
    try open()
    #expect(try layouts(replica) == ["chained"])
    let holder = try String(contentsOfFile: replica.path + "/sync.lock", encoding: .utf8)
    #expect(holder.hasPrefix("a migration, process "))
  }

  @Test func anOlderReplicaInWhichAnotherProcessIsAtWorkStaysAsItIs() throws {
    try makeOld(replica)
    let file = URL(filePath: replica.databasePath)
    let before = try Data(contentsOf: file)
    let lock = try DirectoryLock(replica, name: .sync, holder: "the first")
    #expect(throws: locked(by: "the first")) { try open() }
    #expect(try layouts(replica).isEmpty)
    #expect(try Data(contentsOf: file) == before)
    withExtendedLifetime(lock) {}
  }

  @Test func whoHasTheLockMigratesUnderIt() throws {
    try makeOld(replica)
    let lock = try DirectoryLock(replica, name: .sync, holder: "a clone")
    try open(under: lock)
    #expect(try layouts(replica) == ["chained"])
  }

  @Test func aReplicaOfThisLayoutIsOpenedBesideWhoeverIsAtWork() throws {
    try SQLiteReplicaStore.create(replica, office: maker.office, address: "hq:1")
    let lock = try DirectoryLock(replica, name: .sync, holder: "the first")
    try open()
    withExtendedLifetime(lock) {}
  }

  @Test func anOlderServerInWhichAnotherProcessIsAtWorkStaysAsItIs() throws {
    try makeOld(server)
    let lock = try DirectoryLock(server, name: .server, holder: "the first")
    #expect(throws: locked(by: "the first")) {
      _ = try SQLiteChangeLog(server, coding: PlainSchemaCoding([maker.schema]))
    }
    #expect(try layouts(server).isEmpty)
    withExtendedLifetime(lock) {}
  }

  @Test func whoOpensAnOlderServerTakesItsLockForTheMigration() throws {
    try makeOld(server)
    #expect(throws: StoreError.damaged("the database holds no register")) {
      _ = try SQLiteChangeLog(server, coding: PlainSchemaCoding([maker.schema]))
    }
    #expect(try layouts(server) == ["chained", "moved"])
    let holder = try String(contentsOfFile: server.path + "/server.lock", encoding: .utf8)
    #expect(holder.hasPrefix("a migration, process "))
  }

  @Test func aRegisterOfTheLayoutBeforeIsOpenedAsItWas() async throws {
    var random = Seeded(1)
    let register = RegisterID(UUIDv7(milliseconds: 1, random: &random))
    let coding = PlainSchemaCoding([maker.schema])
    try SQLiteChangeLog.create(
      server, register: register, schema: maker.schema, coding: coding)
    let queue = try DatabaseQueue(path: server.databasePath)
    try await queue.write { db in
      try db.execute(
        sql: """
          ALTER TABLE register DROP COLUMN moved_to;
          DELETE FROM grdb_migrations WHERE identifier = 'moved'
          """)
    }
    try queue.close()
    let log = try SQLiteChangeLog(server, coding: coding)
    #expect(try await log.status().register == register)
    #expect(try layouts(server) == ["chained", "moved"])
  }

  @Test func whatWasNeverReleasedIsNotReadAndStaysAsItIs() throws {
    try SQLiteReplicaStore.create(replica, office: maker.office, address: "hq:1")
    let queue = try DatabaseQueue(path: replica.databasePath)
    try queue.write { db in
      try db.execute(sql: "UPDATE grdb_migrations SET identifier = '1'")
    }
    try queue.close()
    #expect(throws: StoreError.older) { try open() }
    #expect(try layouts(replica) == ["1"])
  }
}
