import Foundation
import LiaisonFolder
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import TestSupport
import Testing

/// The replica of a clone: what it takes over, and what it takes back.
struct NewReplicaTests {
  let scratch: Scratch
  let maker: RevisionMaker
  let directory: DataDirectory

  init() throws {
    scratch = try Scratch()
    maker = try RevisionMaker()
    directory = DataDirectory(scratch.folder("vienna"), role: .replica)
  }

  private func clone(of office: OfficeID? = nil) throws -> NewReplica {
    try NewReplica(
      directory, office: office ?? maker.office, address: "hq:1", holder: "a clone",
      coding: PlainSchemaCoding([maker.schema]))
  }

  /// What a clone leaves that was killed before anything came.
  private func leave() throws {
    try SQLiteReplicaStore.create(directory, office: maker.office, address: "gone:1")
  }

  /// The replica as another process has it.
  private func other() throws -> SQLiteReplicaStore {
    try SQLiteReplicaStore(directory, coding: PlainSchemaCoding([maker.schema]))
  }

  private var isThere: Bool { FileManager.default.fileExists(atPath: directory.path) }

  /// What makes a replica one that nobody may take away.
  enum Trace: CaseIterable {
    /// A pull has begun.
    case header
    case entry
    case edit
  }

  private func put(_ trace: Trace, into store: SQLiteReplicaStore) async throws {
    let header = maker.header(maker.new(), schema: maker.schema)
    let revision = try maker.revision("FTF")
    try await store.write(.durable) { [maker] transaction in
      switch trace {
      case .header: try transaction.adopt(header)
      case .entry:
        try transaction.adopt(header)
        try transaction.apply([maker.entry(1, revision)], through: .test(1))
      case .edit: try transaction.put(maker.ready(revision))
      }
    }
  }

  private func expectKept(_ trace: Trace) async throws {
    let store = try other()
    let found = try await store.read { reader in
      switch trace {
      case .header: try reader.identity().register != nil
      case .entry, .edit: try !reader.records(code: maker.revision("FTF").summary.code).isEmpty
      }
    }
    #expect(found, "\(trace)")
  }

  @Test func aCloneThatReceivedNothingGoesWithItsFolder() async throws {
    let new = try clone()
    #expect(try await new.store.identity().address == "hq:1")
    #expect(try new.takeBack())
    #expect(!isThere)
  }

  @Test func anEmptyFolderThatWasThereStaysEmpty() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    #expect(try clone().takeBack())
    #expect(try files.contentsOfDirectory(atPath: directory.path).isEmpty)
  }

  @Test func whatAKilledCloneLeftIsTakenOver() async throws {
    try leave()
    let new = try clone()
    #expect(try await new.store.identity().address == "hq:1")
    #expect(try new.takeBack())
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
  }

  @Test func anotherOfficesReplicaIsNotTakenOver() async throws {
    try leave()
    let york = try RevisionMaker(office: "NYC").office
    let notEmpty = StoreError.exists("the folder \(directory.path) is not empty")
    #expect(throws: notEmpty) { try clone(of: york) }
    #expect(try await other().identity().address == "gone:1")
  }

  @Test(arguments: Trace.allCases)
  func aReplicaThatHoldsAnythingIsNotTakenOver(_ trace: Trace) async throws {
    try leave()
    try await put(trace, into: other())
    let notEmpty = StoreError.exists("the folder \(directory.path) is not empty")
    #expect(throws: notEmpty) { try clone() }
    #expect(try await other().identity().address == "gone:1")
    try await expectKept(trace)
  }

  @Test(arguments: Trace.allCases)
  func whatAnotherProcessHasBroughtMeanwhileStays(_ trace: Trace) async throws {
    let new = try clone()
    try await put(trace, into: other())
    #expect(try !new.takeBack())
    try await expectKept(trace)
  }

  @Test func whoHasItOpenFindsNoReplicaInItAfterwards() async throws {
    let new = try clone()
    let store = try other()
    _ = try await store.identity()
    #expect(try new.takeBack())
    await #expect(throws: StoreError.damaged("the database holds no replica")) {
      try await store.identity()
    }
  }

  @Test(arguments: [true, false])
  func nobodyElseSyncsOrClonesWhileACloneIsAtWork(isLeft: Bool) throws {
    if isLeft { try leave() }
    let new = try clone()
    let holder = "a clone, process \(ProcessInfo.processInfo.processIdentifier)"
    #expect(throws: StoreError.locked(by: holder)) { try clone() }
    #expect(throws: StoreError.locked(by: holder)) {
      _ = try DirectoryLock(directory, name: .sync, holder: "a sync")
    }
    withExtendedLifetime(new) {}
  }

  @Test func aCloneThatFindsAnotherAtWorkTakesNothingAway() async throws {
    let files = FileManager.default
    try files.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    let first = try DirectoryLock(directory, name: .sync, holder: "the first")
    #expect(throws: StoreError.self) { try clone() }
    #expect(try files.contentsOfDirectory(atPath: directory.path) == ["sync.lock"])
    withExtendedLifetime(first) {}
  }
}
