import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What every replica store keeps of the register.
struct ReplicaStoreContract {
  private struct Stop: Error, Equatable {}

  @Test(arguments: ReplicaStoreMaker.all)
  func aBatchAndItsCursorAreOne(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let made = try kept.maker.revision()
    try await kept.apply(kept.maker.entry(3, made))
    #expect(try await kept.position() == 3)
    let record = try #require(try await kept.record(made))
    #expect(record.head == made.encoded && record.position == LogPosition(3))
    #expect(record.kind == RevisionMaker.kind && record.pending == nil)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func aHeaderIsAdopted(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let before = try await kept.store.identity()
    #expect(before.register == kept.register && before.schema == kept.maker.schema)
    #expect(before.cursor == nil, "nothing has come yet")
    #expect(before.office == kept.maker.office && before.address == ReplicaStoreMaker.address)
    try await kept.apply(through: 2)
    let (maker, register) = (kept.maker, kept.register)
    try await kept.store.write(.durable) {
      try $0.adopt(maker.header(register, head: 9, schema: nil))
    }
    let after = try await kept.store.identity()
    #expect(
      after.head == .test(9, log: 7) && after.until == after.head && after.schema == maker.schema)
    #expect(after.cursor == .test(2))
    try await kept.store.write(.durable) {
      try $0.adopt(
        PullHeader(
          register: nil, head: nil, schema: nil, limits: ServerLimits()))
    }
    let same = try await kept.store.identity()
    #expect(
      same.register == register && same.head == .test(2) && same.until == nil
        && same.cursor == .test(2))
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func theCursorNeverGoesBackWithABatch(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    for through in [4, 2, 4, 3] as [Int64] { try await kept.apply(through: through) }
    #expect(try await kept.store.identity().cursor == .test(4))
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func anAddressIsKept(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    try await kept.store.write(.durable) { try $0.setAddress("host:2") }
    #expect(try await kept.store.identity().address == "host:2")
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func whichOfItsOfficesReplicasItIsIsKept(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let office = try await kept.store.identity().office
    #expect(try await kept.store.identity().series == NumberSeries(office))
    try await kept.store.write(.durable) { try $0.setNumber(3) }
    try await kept.store.write(.durable) { try $0.setAddress("host:2") }
    for through in [1, 2] as [Int64] { try await kept.apply(through: through) }
    let series = NumberSeries(office, replica: 3)
    #expect(try await kept.store.identity().series == series)
    // A number that was seen or given in one series is none of another.
    let first = try await kept.store.write(.durable) { transaction in
      try transaction.give(7, of: NumberSeries(office), in: 2026)
      return try transaction.highestNumber(of: series, in: 2026)
    }
    #expect(first == 0)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func applyingABatchAgainIsHarmlessAndAnOlderChangeNeverWins(
    _ stores: ReplicaStoreMaker
  ) async throws {
    let kept = try await KeptReplica(stores)
    let first = try kept.maker.revision()
    let second = try kept.maker.next(first, name: "B")
    for (position, revision) in [(1, first), (2, second), (1, first), (2, second)] {
      try await kept.apply(kept.maker.entry(Int64(position), revision))
    }
    #expect(try await kept.record(second)?.head == second.encoded)
    #expect(try await history(kept, first) == [first.encoded])
    #expect(try await kept.position() == 2)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func whatComesAfterALaterHeadGoesToTheHistoryOnce(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let first = try kept.maker.revision()
    let second = try kept.maker.next(first, name: "B")
    let third = try kept.maker.next(second, name: "C")
    try await kept.apply(kept.maker.entry(3, third))
    for _ in 1...2 {
      try await kept.apply(kept.maker.entry(1, first))
      try await kept.apply(kept.maker.entry(2, second))
    }
    #expect(try await kept.record(third)?.head == third.encoded)
    #expect(try await history(kept, first) == [second.encoded, first.encoded])
  }

  private func history(
    _ kept: KeptReplica, _ revision: FiledRevision
  ) async throws -> [EncodedRevision] {
    try await kept.store.read { try $0.history(of: revision.summary.record) }
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func ownEntriesMoveTheCursorOnlyOverTheLogsNextChanges(
    _ stores: ReplicaStoreMaker
  ) async throws {
    let kept = try await KeptReplica(stores)
    let made = try (1...4).map { try kept.maker.revision("TOPIC-\($0)") }
    let entries = zip([1, 2, 4, 5], made).map { kept.maker.entry($0, $1) }
    let start = LogChain(of: kept.register, PlainCoding())
    try await kept.store.write(.durable) { try $0.apply([], through: start.end) }
    try await kept.store.write(.durable) {
      try $0.apply(own: [entries[1], entries[0]], PlainCoding())
    }
    var chain = start
    for revision in made.prefix(2) { chain.append(revision.id) }
    #expect(try await kept.store.identity().cursor == chain.end)
    try await kept.store.write(.durable) {
      try $0.apply(own: [entries[2], entries[3]], PlainCoding())
    }
    #expect(try await kept.store.identity().cursor == chain.end)
    #expect(try await kept.record(made[3])?.position == LogPosition(5))
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func nothingRemainsOfATransactionThatThrows(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let (maker, register) = (kept.maker, kept.register)
    let made = try maker.revision("VIE-2026-0009")
    let edit = maker.ready(try maker.revision("EDIT"))
    let old = try maker.revision("OLD")
    try await kept.put(maker.ready(old))
    let before = try await kept.store.identity()
    for durability in [Durability.durable, .repeatable] {
      await #expect(throws: Stop()) {
        try await kept.store.write(durability) { transaction in
          try transaction.adopt(maker.header(register, head: 9, schema: nil))
          try transaction.apply([maker.entry(1, made)], through: .test(1))
          try transaction.put(edit)
          try transaction.remove(old.summary.record)
          try transaction.give(7, of: NumberSeries(maker.office), in: 2026)
          try transaction.setAddress("elsewhere:1")
          _ = try transaction.index(limit: 9, words: { _ in "words" })
          throw Stop()
        }
      }
    }
    #expect(try await kept.store.identity() == before)
    #expect(try await kept.record(made) == nil)
    #expect(try await kept.pending(edit.ours) == nil)
    #expect(try await kept.pending(old) != nil)
    let office = maker.office
    #expect(
      try await kept.store.write(.durable) {
        try $0.highestNumber(of: NumberSeries(office), in: 2026)
      } == 0)
    #expect(try await kept.store.read { try $0.search(["words"], limit: 1) }.isEmpty)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func aTransactionSeesWhatItWrote(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let made = try maker.revision()
    let seen = try await kept.store.write(.durable) { transaction in
      try transaction.put(maker.ready(made))
      return (try transaction.record(made.summary.record)?.pending?.ours, try transaction.counts())
    }
    #expect(seen.0 == made && seen.1.ready == 1)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func recordsComeInTheOrderOfTheirCodesAndHeadsOfTheirIds(
    _ stores: ReplicaStoreMaker
  ) async throws {
    let kept = try await KeptReplica(stores)
    let made = try ["CC", "AA", "BB"].map { try kept.maker.revision($0) }
    for (index, revision) in made.enumerated() {
      try await kept.apply(kept.maker.entry(Int64(3 - index), revision))
    }
    try await kept.put(kept.maker.ready(try kept.maker.revision("AB")))
    func codes(_ kind: KindNumber?, limit: Int = .max) async throws -> [String] {
      try await kept.store.read { reader in
        var codes: [String] = []
        try reader.forEachRecord(of: kind) { stored in
          codes.append(try reader.summaries(of: [stored.id])[stored.id]?.code.text ?? "")
          return codes.count < limit
        }
        return codes
      }
    }
    #expect(try await codes(nil) == ["AA", "AB", "BB", "CC"])
    #expect(try await codes(RevisionMaker.kind) == ["AA", "AB", "BB", "CC"])
    #expect(try await codes(nil, limit: 2) == ["AA", "AB"])
    #expect(try await codes(KindNumber(99)).isEmpty)
    let revisions = try await kept.revisions()
    #expect(revisions.map(\.encoded) == made.map(\.encoded))
    #expect(revisions.allSatisfy { $0.filed != nil })
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func everyRevisionIsHandedOverOldestFirst(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let first = try kept.maker.revision("AA")
    let second = try kept.maker.next(first, name: "B", code: "BB")
    let third = try kept.maker.deletion(of: second)
    let other = try kept.maker.revision("CC")
    try await kept.put(kept.maker.ready(try kept.maker.revision("OWN")))
    for (position, revision) in [(1, first), (2, other), (3, second), (4, third)] {
      try await kept.apply(kept.maker.entry(Int64(position), revision))
    }
    let revisions = try await kept.revisions()
    #expect(revisions.map(\.encoded) == [first, second, third, other].map(\.encoded))
    #expect(revisions.map(\.position.number) == [1, 3, 4, 2])
    #expect(revisions.map(\.filed) == [nil, nil, third.summary, other.summary])
  }

  /// More than one statement takes, of every sort: new, known, known by an edit, deleted, twice.
  @Test(arguments: ReplicaStoreMaker.all)
  func aBatchOfEverySortIsAppliedAsOneByOne(_ stores: ReplicaStoreMaker) async throws {
    let (kept, plain) = (
      try await KeptReplica(stores), try await KeptReplica(ReplicaStoreMaker.all[0])
    )
    let old = try (0..<20).map { try kept.maker.revision("OLD-\($0)") }
    let own = try kept.maker.revision("OWN")
    var batch = try (0..<70).map { try kept.maker.revision("NEW-\($0)") }
    batch.insert(try kept.maker.next(old[3], name: "B", code: "MOVED"), at: 5)
    batch.insert(try kept.maker.deletion(of: old[4]), at: 40)
    batch.insert(try kept.maker.deletion(of: batch[2]), at: 41)
    batch.insert(batch[60], at: 62)
    batch.insert(old[5], at: 63)
    batch.insert(own, at: 64)
    batch.insert(try kept.maker.revision("GONE", nil), at: 20)
    let entries = batch.enumerated().map { kept.maker.entry(Int64($0.offset + 100), $0.element) }
    for replica in [kept, plain] {
      try await replica.put(kept.maker.ready(own))
      for (position, revision) in old.enumerated() {
        try await replica.apply(kept.maker.entry(Int64(position + 1), revision))
      }
    }
    for _ in 0..<2 {
      for entry in entries { try await plain.apply(entry) }
      try await kept.store.write(.repeatable) { try $0.apply(entries, through: .test(500)) }
      #expect(try await kept.revisions() == plain.revisions())
      let counts = try await kept.store.read { try $0.counts().records }
      #expect(try await plain.store.read { try $0.counts().records } == counts)
    }
    try await kept.store.checkIntegrity()
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func theCountOfRecordsIsOfLiveOnesThatTheRegisterHas(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let (one, two) = (try kept.maker.revision("AA"), try kept.maker.revision("BB"))
    try await kept.apply(kept.maker.entry(1, one), kept.maker.entry(2, two))
    try await kept.apply(kept.maker.entry(3, try kept.maker.deletion(of: two)))
    try await kept.put(kept.maker.ready(try kept.maker.revision("CC")))
    #expect(try await kept.store.read { try $0.counts().records } == 1)
    // All of one batch new, one of them deleted before it ever came here.
    try await kept.apply(
      kept.maker.entry(4, try kept.maker.revision("DD")),
      kept.maker.entry(5, try kept.maker.revision("GONE", nil)))
    #expect(try await kept.store.read { try $0.counts().records } == 2)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func aSoundStoreIsFoundSound(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    for entry in try kept.everyState() { try await kept.put(entry) }
    try await kept.store.checkIntegrity()
  }
}
