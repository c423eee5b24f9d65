import Foundation
import GRDB
import LiaisonModel
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

@testable import LiaisonSQLite

struct DataDirectoryTests {
  let scratch: Scratch
  let maker: Maker
  let directory: DataDirectory

  init() throws {
    scratch = try Scratch()
    maker = try Maker()
    directory = DataDirectory(scratch.folder("vienna"), role: .replica)
  }

  private func create() throws {
    try SQLiteReplicaStore.create(directory, office: maker.office, address: "127.0.0.1:1")
  }

  private func open() throws { _ = try SQLiteReplicaStore(directory, coding: SchemaCodec()) }

  private func code(_ body: () throws -> Void) -> StoreError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? StoreError)?.code
    }
  }

  @Test func onlyItsOwnerMayReadIt() throws {
    try create()
    for (path, mode) in [(directory.path, 0o700), (directory.path + "/replica.sqlite", 0o600)] {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == mode)
    }
  }

  @Test func aFolderThatIsNoReplicaIsSaidToBeNone() {
    #expect(code { try open() } == .missing)
  }

  @Test func aFolderWithSomethingInItIsLeftAlone() throws {
    try create()
    #expect(code { try create() } == .exists)
    #expect(code { try open() } == nil)
  }

  @Test func aFileThatIsNoDatabaseIsDamaged() throws {
    try create()
    let file = directory.path + "/replica.sqlite"
    try FileManager.default.removeItem(atPath: file)
    try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: file))
    #expect(code { try open() } == .damaged)
  }

  @Test func aDatabaseOfSomethingElseIsDamaged() throws {
    try create()
    let queue = try DatabaseQueue(path: directory.path + "/replica.sqlite")
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA application_id = 1") }
    try queue.close()
    #expect(code { try open() } == .damaged)
  }

  @Test func aReplicaOfANewerVersionIsNotTouched() throws {
    try create()
    let queue = try DatabaseQueue(path: directory.path + "/replica.sqlite")
    try queue.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99')")
    }
    try queue.close()
    #expect(code { try open() } == .newer)
  }

  @Test func aSecondHolderOfALockIsToldOfTheFirst() throws {
    try create()
    let first = try DirectoryLock(directory, name: "sync", holder: "the first")
    #expect {
      _ = try DirectoryLock(directory, name: "sync", holder: "the second")
    } throws: {
      ($0 as? StoreError)?.code == .locked && "\($0)".contains("the first")
    }
    withExtendedLifetime(first) {}
  }

  @Test func aFullDiskIsSaidToBeFullAndLosesNothing() async throws {
    try create()
    let store = try SQLiteReplicaStore(directory, coding: SchemaCodec())
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, seen: nil))
    // SQLite answers as on a full disk once the file may have no further page.
    try await store.queue.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages)")
    }
    func isFull(_ body: () async throws -> Void) async -> Bool {
      do {
        try await body()
        return false
      } catch {
        return (error as? StoreError)?.code == .full
      }
    }
    let long = String(repeating: "x", count: 20_000)
    let other = try maker.area("NEXUS", name: long)
    #expect(await isFull { try await store.save(maker.newEdit(other, seen: nil)) })
    let batch = PullBatch(
      changes: [try maker.change(1, maker.area("AREA-1")), maker.change(2, other)],
      through: LogPosition(2), remaining: 0)
    #expect(await isFull { try await store.apply(batch) })
    let entry = try #require(try await store.record(made.1.record)?.pending)
    #expect(entry.ours == made.0)
    let sent = try maker.area("FTF", name: long, record: made.1.record)
    #expect(await isFull { _ = try await store.markInFlight([entry.edit: sent.0]) })
    #expect(try await store.record(made.1.record)?.pending?.status == .ready)
    #expect(try await store.records(code: made.1.state.code).count == 1)
    #expect(try await store.recordCount() == 0)
  }

  @Test func aFolderThatTakesNoWritingCanBeRead() async throws {
    try create()
    let made = try maker.area("FTF")
    try await SQLiteReplicaStore(directory, coding: SchemaCodec()).save(
      maker.newEdit(made, seen: nil))
    // In place of the file that SQLite would make beside the database stands a folder.
    try FileManager.default.createDirectory(
      atPath: directory.path + "/replica.sqlite-shm", withIntermediateDirectories: false)
    let store = try SQLiteReplicaStore(directory, coding: SchemaCodec())
    #expect(try await store.record(made.1.record)?.pending?.ours == made.0)
    await #expect(throws: StoreError.self) {
      try await store.save(maker.newEdit(maker.area("NEXUS"), seen: nil))
    }
  }

  @Test func anEmptyFolderBecomesItsOwnersAndStaysWhereNothingCameOfIt() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path)
    #expect(try SQLiteReplicaStore.create(directory, office: maker.office, address: "127.0.0.1:1"))
    let mode = try files.attributesOfItem(atPath: directory.path)[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o700)
    try directory.remove(keepingFolder: true)
    #expect(try files.contentsOfDirectory(atPath: directory.path).isEmpty)
  }
}
