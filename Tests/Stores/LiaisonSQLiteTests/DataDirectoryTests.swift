import Foundation
import GRDB
import Glibc
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonFolder

struct DataDirectoryTests {
  let scratch: Scratch
  let maker: AreaMaker
  let directory: DataDirectory

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 8)
    directory = DataDirectory(scratch.folder("hq"), role: .server)
  }

  private var database: String { directory.path + "/server.sqlite" }

  private func create() throws {
    try SQLiteChangeLog.create(
      directory, register: maker.newID(), schema: TestRegister.schema(),
      coding: maker.coding)
  }

  @discardableResult
  private func open() throws -> SQLiteChangeLog {
    try SQLiteChangeLog(directory, coding: maker.coding)
  }

  private func mode(_ path: String) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
  }

  @Test func onlyItsOwnerMayReadIt() throws {
    try create()
    #expect(try mode(directory.path) == 0o700)
    #expect(try mode(database) == 0o600)
  }

  @Test func aFolderThatIsNoServerIsSaidToBeNone() {
    #expect(throws: StoreError.missing("there is no server in the folder \(directory.path)")) {
      try open()
    }
  }

  @Test func aFolderWithSomethingInItIsLeftAlone() throws {
    try create()
    #expect(throws: StoreError.exists("the folder \(directory.path) is not empty")) {
      try create()
    }
    try open()
  }

  @Test func whatAnInterruptedOneLeftIsTakenOver() throws {
    try FileManager.default.createDirectory(
      atPath: directory.path, withIntermediateDirectories: true)
    for suffix in ["", "-wal", "-shm"] {
      try Data("half".utf8).write(to: URL(filePath: database + ".new" + suffix))
    }
    #expect(throws: StoreError.missing("there is no server in the folder \(directory.path)")) {
      try open()
    }
    try create()
    try open()
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    #expect(!names.contains { $0.contains(".new") }, "\(names)")
  }

  @Test func aDatabaseIsNotThereBeforeItIsWhole() throws {
    try NewFolder(directory).filled { path in
      #expect(path != database && !FileManager.default.fileExists(atPath: database))
      #expect(throws: StoreError.locked(by: nil)) { try NewFolder(directory).filled { _ in } }
      try Data("whole".utf8).write(to: URL(filePath: path))
    }
    #expect(FileManager.default.fileExists(atPath: database))
  }

  @Test func whoComesSecondDoesNotReplaceWhatTheFirstHasMade() throws {
    let (first, second) = (try NewFolder(directory), try NewFolder(directory))
    try first.filled { try Data("first".utf8).write(to: URL(filePath: $0)) }
    #expect(throws: StoreError.exists("the folder \(directory.path) is not empty")) {
      try second.filled { try Data("second".utf8).write(to: URL(filePath: $0)) }
    }
    #expect(try String(contentsOfFile: database, encoding: .utf8) == "first")
  }

  @Test func aFileIsNoFolder() throws {
    let file = DataDirectory(try scratch.file("file", Data()), role: .server)
    #expect(throws: StoreError.exists("\(file.path) is a file")) { _ = try NewFolder(file) }
  }

  @Test func aFolderThatCannotBeIsSaidSoInOurWordsAndNothingIsMade() throws {
    let file = try scratch.file("file", Data())
    let below = DataDirectory(file + "/hq", role: .server)
    #expect(
      throws: StoreError.unfit(
        "the folder \(below.path) cannot be made: what is above it is no folder")
    ) { _ = try NewFolder(below) }
    let name = String(repeating: "a", count: 256)
    #expect(throws: StoreError.unfit("the folder cannot be made: a name of its path is too long")) {
      _ = try NewFolder(DataDirectory(scratch.folder(name), role: .server))
    }
    let nowhere = "/proc/liaison"
    #expect(
      throws: StoreError.io("the folder \(nowhere) cannot be made: No such file or directory")
    ) { _ = try NewFolder(DataDirectory(nowhere + "/hq", role: .server)) }
  }

  @Test func aPathIsAsLongAsSQLiteTakesIt() throws {
    let parts = "/" + String(repeating: "a/", count: 100)
    let room = 504 - (directory.path + parts + "/server.sqlite.new").utf8.count
    let longest = directory.path + parts + String(repeating: "b", count: room)
    let longer = DataDirectory(longest + "b", role: .server)
    let tooLong = StoreError.unfit(
      "the path of the folder is too long: 505 bytes with its file's name, of at most 504")
    #expect(throws: tooLong) { _ = try NewFolder(longer) }
    #expect(!FileManager.default.fileExists(atPath: directory.path))
    let whole = DataDirectory(longest, role: .server)
    try SQLiteChangeLog.create(
      whole, register: maker.newID(), schema: TestRegister.schema(),
      coding: maker.coding)
    _ = try SQLiteChangeLog(whole, coding: maker.coding)
    try FileManager.default.moveItem(atPath: longest, toPath: longest + "bbbbb")
    #expect(throws: tooLong) {
      _ = try SQLiteChangeLog(
        DataDirectory(longest + "bbbbb", role: .server), coding: maker.coding)
    }
  }

  @Test func aFileThatIsNoDatabaseIsDamaged() throws {
    try create()
    for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
      try FileManager.default.removeItem(atPath: directory.path + "/" + name)
    }
    try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: database))
    #expect(throws: StoreError.damaged("the database file is damaged")) { try open() }
  }

  @Test func aDatabaseOfSomethingElseIsDamaged() throws {
    try create()
    let queue = try DatabaseQueue(path: database)
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA application_id = 1") }
    try queue.close()
    #expect(throws: StoreError.damaged("\(database) is not a Liaison server")) { try open() }
  }

  @Test func aRegisterOfANewerVersionIsNotTouched() throws {
    try create()
    let queue = try DatabaseQueue(path: database)
    try queue.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99')")
    }
    try queue.close()
    #expect(throws: StoreError.newer) { try open() }
  }

  @Test func aSecondHolderOfALockIsToldOfTheFirst() throws {
    try create()
    let first = try DirectoryLock(directory, name: .server, holder: "the first")
    let holder = "the first, process \(ProcessInfo.processInfo.processIdentifier)"
    #expect(throws: StoreError.locked(by: holder)) {
      _ = try DirectoryLock(directory, name: .server, holder: "the second")
    }
    withExtendedLifetime(first) {}
  }

  /// A number that is closed twice is another file's the second time.
  @Test func aLockThatCannotBeTakenClosesNothingElse() throws {
    try create()
    let path = directory.path + "/server.lock"
    let first = try DirectoryLock(directory, name: .server, holder: "first")
    for _ in 0..<50 {
      var second: LockFile? = try LockFile(path)
      #expect(second?.lock() == false)
      // It gets the lowest number that is free.
      let other = Glibc.open("/dev/null", O_RDONLY)
      second = nil
      #expect(close(other) == 0, "it was closed by the lock")
    }
    withExtendedLifetime(first) {}
  }

  @Test func aLockThatCannotBeTakenLeavesNothingOpen() throws {
    try create()
    let descriptors = "/proc/self/fd"
    var first: DirectoryLock? = try DirectoryLock(directory, name: .server, holder: "first")
    withExtendedLifetime(first) {
      for _ in 0..<50 { _ = try? DirectoryLock(directory, name: .server, holder: "second") }
    }
    let lock = directory.path + "/server.lock"
    func open() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: descriptors).count { name in
        let target = try? FileManager.default.destinationOfSymbolicLink(
          atPath: "\(descriptors)/\(name)")
        return target == lock
      }
    }
    #expect(try open() == 1)
    first = nil
    // Whether the lock is free cannot be asked here: a process that another test starts shares the
    // file until it has become its own program.
    #expect(try open() == 0)
  }

  @Test func theLockOnAFileThatWasRemovedIsNone() throws {
    try create()
    let path = directory.path + "/server.lock"
    let file = try LockFile(path)
    #expect(unlink(path) == 0)
    #expect(!file.lock(), "there is no such file")
    let other = try LockFile(path)
    #expect(!file.lock(), "there is another one")
    #expect(other.lock())
  }

  @Test func aFolderInWhichOnlyALockIsLeftIsTakenOver() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    for name in ["server.lock", "sync.lock"] {
      #expect(files.createFile(atPath: directory.path + "/" + name, contents: nil))
    }
    try create()
    try open()
  }

  @Test func aFolderOfWhichNothingCameGoesAndAnEmptyOneStays() throws {
    struct Stop: Error {}
    let files = FileManager.default
    #expect(throws: Stop.self) { try NewFolder(directory).filled { _ in throw Stop() } }
    #expect(!files.fileExists(atPath: directory.path))
    try files.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path)
    #expect(throws: Stop.self) { try NewFolder(directory).filled { _ in throw Stop() } }
    #expect(try mode(directory.path) == 0o700, "it has become its owner's")
    #expect(try files.contentsOfDirectory(atPath: directory.path).isEmpty)
    try create()
  }

  @Test func aFolderThatHoldsSomethingElseByThenIsNotRemoved() throws {
    let new = try NewFolder(directory)
    try Data().write(to: URL(filePath: directory.path + "/mine"))
    #expect(throws: StoreError.self) { try new.remove() }
    #expect(FileManager.default.fileExists(atPath: directory.path + "/mine"))
  }
}
