import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What every replica store finds.
struct SearchContract {
  /// Indexes all that is not indexed: a record's name, nothing of a deleted one; and what it refers to.
  /// - Returns: how many there were.
  private func index(_ kept: KeptReplica, limit: Int = 100) async throws -> Int {
    let coding = kept.maker.coding
    return try await kept.store.write(.repeatable) { transaction in
      func state(_ record: StoredRecord) throws -> RecordState? {
        try record.visible.map { try coding.decode($0.bytes).state }
      }
      let words = try transaction.index(
        limit: limit, words: { try state($0)?.fields[RevisionMaker.name]?.text { _ in "" } })
      let links = try transaction.index(
        limit: limit, links: { try state($0)?.references ?? [] })
      #expect(words == links)
      return words
    }
  }

  private func find(_ kept: KeptReplica, _ words: String...) async throws -> [RecordID] {
    try await kept.store.read { try $0.search(words, limit: 5).map(\.id) }
  }

  private func topic(_ kept: KeptReplica, _ name: String, _ code: String = "AA") throws
    -> FiledRevision
  {
    try kept.maker.revision(code, [RevisionMaker.name: .text(name)])
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func everyWordIsFoundByItsBeginningWithoutCaseAndAccents(
    _ stores: ReplicaStoreMaker
  ) async throws {
    let kept = try await KeptReplica(stores)
    let made = try topic(kept, "Señal of Foreign-fighters")
    try await kept.apply(kept.maker.entry(1, made))
    #expect(try await index(kept) == 1)
    #expect(try await index(kept) == 0)
    let hit = [made.summary.record]
    #expect(try await find(kept, "fight") == hit)
    #expect(try await find(kept, "SENAL", "for") == hit)
    #expect(try await find(kept, "foreign-fig") == hit)
    #expect(try await find(kept, "fight", "absent").isEmpty)
    #expect(try await find(kept, "ighters").isEmpty)
  }

  /// A word is never the store's own query language.
  @Test(arguments: ReplicaStoreMaker.all)
  func whatIsNoWordAsksForNothing(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let made = try topic(kept, "one \"two\" AND text")
    try await kept.apply(kept.maker.entry(1, made))
    _ = try await index(kept)
    let hit = [made.summary.record]
    for words in ["\"two\"", "\"", "t\"", "AND", "text:one", "NOT", "(", "*"] {
      _ = try await find(kept, words)
      #expect(
        try await find(kept, "one", words) == (words == "text:one" || words == "NOT" ? [] : hit))
    }
    #expect(try await find(kept, "\0", "one") == hit)
    #expect(try await find(kept, "\0").isEmpty)
    #expect(try await find(kept, "").isEmpty)
    #expect(try await find(kept).isEmpty)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func whatChangesATextMarksItsRecord(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let base = try topic(kept, "first")
    try await kept.apply(kept.maker.entry(1, base))
    #expect(try await index(kept) == 1)
    let renamed = try kept.maker.next(base, name: "second")
    try await kept.apply(kept.maker.entry(2, renamed))
    #expect(try await index(kept) == 1)
    #expect(try await find(kept, "first").isEmpty)
    let edit = kept.maker.ready(try kept.maker.next(renamed, name: "third"), base: renamed)
    try await kept.put(edit)
    #expect(try await index(kept) == 1)
    #expect(try await find(kept, "third") == [base.summary.record])
    // Sending it changes no text.
    try await kept.put(try #require(edit.sent(as: edit.ours)))
    #expect(try await index(kept) == 0)
    try await kept.remove(base)
    #expect(try await index(kept) == 1)
    #expect(try await find(kept, "third").isEmpty)
    #expect(try await find(kept, "second") == [base.summary.record])
    try await kept.apply(kept.maker.entry(3, try kept.maker.deletion(of: renamed)))
    #expect(try await index(kept) == 1)
    #expect(try await find(kept, "second").isEmpty)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func aRecordThatCameInTheRoomOfAForgottenOneIsNew(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let gone = try topic(kept, "gone")
    try await kept.put(kept.maker.ready(gone))
    #expect(try await index(kept) == 1)
    try await kept.remove(gone)
    #expect(try await find(kept, "gone").isEmpty)
    let new = try topic(kept, "new")
    try await kept.put(kept.maker.ready(new))
    #expect(try await index(kept) == 1)
    #expect(try await find(kept, "new") == [new.summary.record])
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func whatIsIndexedInPartsIsIndexedOnce(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    func unindexed() async throws -> Int { try await kept.store.read { try $0.unindexed(.words) } }
    let made = try (1...5).map { try topic(kept, "name\($0)", "AA-\($0)") }
    for (index, revision) in made.enumerated() {
      try await kept.apply(kept.maker.entry(Int64(index + 1), revision))
    }
    #expect(try await index(kept, limit: 2) == 2)
    // One that was indexed has another text now, and one that was not.
    for revision in [made[0], made[3]] {
      let edit = try kept.maker.next(revision, name: "edited")
      try await kept.put(kept.maker.ready(edit, base: revision))
    }
    #expect(try await unindexed() == 4)
    #expect(try await index(kept, limit: 1) == 1)
    #expect(try await Set(find(kept, "edited")) == [made[0].summary.record])
    #expect(try await index(kept, limit: 2) == 2)
    #expect(try await unindexed() == 1)
    #expect(try await index(kept) == 1)
    #expect(try await unindexed() == 0)
    #expect(try await kept.store.read { try $0.unindexed(.links) } == 0)
    #expect(
      try await Set(find(kept, "name")) == Set([made[1], made[2], made[4]].map(\.summary.record)))
    #expect(try await Set(find(kept, "edited")) == Set([made[0], made[3]].map(\.summary.record)))
    #expect(try await kept.store.read { try $0.search(["name"], limit: 2) }.count == 2)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func whoRefersToARecordIsFoundIndexedOrNot(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let (target, other) = (kept.maker.new(RecordID.self), kept.maker.new(RecordID.self))
    func found(_ record: RecordID) async throws -> [RecordID] {
      try await kept.referring(to: record)
    }
    let made = try kept.maker.revision("AA", [RevisionMaker.parent: .reference(target)])
    let last = try kept.maker.revision("BB", [RevisionMaker.parent: .reference(target)])
    try await kept.apply(kept.maker.entry(1, made), kept.maker.entry(2, last))
    for _ in 0..<2 {
      #expect(try await found(target) == [made, last].map(\.summary.record))
      #expect(try await index(kept) >= 0)
    }
    let moved = try kept.maker.revision(
      "AA", of: made.summary.record, on: made.id, [RevisionMaker.parent: .reference(other)])
    try await kept.put(kept.maker.ready(moved, base: made))
    #expect(try await found(other) == [made.summary.record])
    #expect(try await index(kept) == 1)
    #expect(try await found(other) == [made.summary.record])
    #expect(try await found(target) == [last.summary.record])
    try await kept.remove(made)
    #expect(try await found(target) == [made, last].map(\.summary.record))
  }
}
