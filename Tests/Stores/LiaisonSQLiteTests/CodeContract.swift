import LiaisonFolder
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import TestSupport
import Testing

/// What every replica store tells of codes by their beginnings.
struct CodeContract {
  private func codes(
    _ kept: KeptReplica, _ text: String, limit: Int = 10
  ) async throws -> [String] {
    try await kept.store.read { try $0.codes(beginning: text, limit: limit).map(\.text) }
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func codesAreFoundByTheirBeginningsInTheirOrder(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    try await kept.apply(
      maker.entry(1, try maker.revision("SDG-16")), maker.entry(2, try maker.revision("SDG-1")),
      maker.entry(3, try maker.revision("UNODC")))
    #expect(try await codes(kept, "") == ["SDG-1", "SDG-16", "UNODC"])
    #expect(try await codes(kept, "SDG") == ["SDG-1", "SDG-16"])
    #expect(try await codes(kept, "SDG-16") == ["SDG-16"])
    for none in ["SDG-17", "sdg", "%", "S_", "~", "\0"] {
      #expect(try await codes(kept, none).isEmpty, "\(none)")
    }
  }

  /// Whoever shortens what is typed to what all have in common is not led astray.
  @Test(arguments: ReplicaStoreMaker.all)
  func ofTooManyTheLastIsGiven(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    for (index, code) in ["AAA", "AAB", "AAC", "AZZ"].enumerated() {
      try await kept.apply(kept.maker.entry(Int64(index + 1), try kept.maker.revision(code)))
    }
    #expect(try await codes(kept, "A", limit: 3) == ["AAA", "AAB", "AZZ"])
    #expect(try await codes(kept, "A", limit: 1) == ["AZZ"])
    #expect(try await codes(kept, "A", limit: 4) == ["AAA", "AAB", "AAC", "AZZ"])
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func editsCountAndWhatIsDeletedDoesNot(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let gone = try maker.revision("GONE")
    try await kept.apply(maker.entry(1, gone), maker.entry(2, try maker.deletion(of: gone)))
    for entry in try kept.everyState() { try await kept.put(entry) }
    // One that is new and was deleted on top of what is under way has no code any more.
    #expect(
      try await codes(kept, "", limit: 20)
        == ["CONFLICT", "MORE", "NEW", "READY", "REFUSED", "SENT", "TAKEN"])
  }

  /// A shell looks into a replica while somebody types.
  @Test func aLookIntoAReplicaWritesNothing() async throws {
    let scratch = try Scratch()
    let maker = try RevisionMaker()
    let coding = PlainSchemaCoding([maker.schema])
    let directory = DataDirectory(scratch.folder("vienna"), role: .replica)
    #expect(throws: StoreError.self) {
      try SQLiteReplicaStore(lookingInto: directory, coding: coding)
    }
    try SQLiteReplicaStore.create(directory, office: maker.office, address: "127.0.0.1:1")
    let writer = try SQLiteReplicaStore(directory, coding: coding)
    let new = maker.ready(try maker.revision("NEW"))
    let header = maker.header(maker.new(), schema: maker.schema)
    try await writer.write(.durable) {
      try $0.adopt(header)
      try $0.put(new)
    }
    let store = try SQLiteReplicaStore(lookingInto: directory, coding: coding)
    #expect(try await store.read { try $0.codes(beginning: "N", limit: 5).map(\.text) } == ["NEW"])
    await #expect(throws: StoreError.self) {
      try await store.write(.durable) { try $0.setAddress("127.0.0.1:2") }
    }
  }
}
