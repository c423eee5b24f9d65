import Foundation
import GRDB
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

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

  @Test func aFullDiskLosesNothing() async throws {
    try create()
    let store = try SQLiteReplicaStore(directory, coding: SchemaCodec())
    let made = try maker.area("FTF")
    try await store.save(maker.newEdit(made, basis: nil))
    // SQLite answers as on a full disk once a file may have no further page.
    let queue = try DatabaseQueue(path: directory.path + "/replica.sqlite")
    let full = try await queue.writeWithoutTransaction { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages)")
      do {
        try db.execute(sql: "CREATE TABLE filler (bytes BLOB)")
        try db.execute(sql: "INSERT INTO filler VALUES (zeroblob(10000000))")
        return ResultCode.SQLITE_OK
      } catch let error as DatabaseError {
        return error.resultCode
      }
    }
    #expect(full == .SQLITE_FULL)
    #expect(try await store.record(made.1.record)?.pending?.ours == made.0)
  }
}
