import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport
import Testing

/// What a search finds, whether it may write its index or not.
struct SearchTests {
  @Test func aSearchFindsWordsAndWhatBeginsWithThem() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO"])
    try await vienna.edit("ONE", "notes=Expert meeting in Vienna")
    #expect(
      try await vienna.replica.search("meet vienna", limit: 9).records.map(\.code.text) == ["ONE"])
    #expect(try await vienna.replica.search("meeting berlin", limit: 9).records.isEmpty)
    try await vienna.edit("TWO", "notes=Meeting")
    #expect(try await vienna.replica.search("meeting", limit: 9).records.count == 2)
    let cut = try await vienna.replica.search("meeting", limit: 1)
    #expect(cut.records.count == 1 && cut.isCut)
    #expect(try await !vienna.replica.search("meeting", limit: 2).isCut)
    _ = try await vienna.replica.delete("TWO")
    #expect(try await vienna.replica.search("meeting", limit: 9).records.count == 1)
  }

  @Test func aSearchOfWhatIsIndexedWritesNothing() async throws {
    let vienna = try await TestOffice(topics: ["ONE"])
    let counting = CountingStore(vienna.store)
    let replica = Replica(store: counting, environment: .seeded(3, coding: PlainCoding()))
    _ = try await replica.search("one", limit: 1)
    let writes = counting.writes
    #expect(writes == 1)
    _ = try await replica.search("one", limit: 1)
    #expect(counting.writes == writes)
  }

  @Test func whereNothingCanBeWrittenASearchFindsTheSame() async throws {
    let vienna = try await TestOffice(topics: ["ONE", "TWO", "THREE"])
    try await vienna.edit("ONE", "notes=Señal of Foreign-fighters", "tags=x")
    try await vienna.edit("TWO", "notes=fight")
    _ = try await vienna.replica.delete("THREE")
    let readOnly = CountingStore(vienna.store, refusing: .io("read only"))
    let reader = Replica(store: readOnly, environment: .seeded(3, coding: PlainCoding()))
    let asked = [
      "fight", "SENAL for", "foreign-fig", "fight absent", "ighters", "three", "", "-", "of señ",
    ]
    func found(_ replica: Replica) async throws -> [[String]] {
      var found: [[String]] = []
      for words in asked {
        found.append(try await replica.search(words, limit: 5).records.map(\.code.text).sorted())
      }
      return found
    }
    let unindexed = try await found(reader)
    #expect(unindexed[0] == ["ONE", "TWO"] && unindexed[4].isEmpty)
    #expect(try await found(vienna.replica) == unindexed)
  }

  @Test(arguments: [(5, [], []), (10_200, [10_000, 10_200], [200, 0])] as [(Int, [Int], [Int?])])
  func progressTellsHowManyRemainIfThereAreMany(
    _ count: Int, _ done: [Int], _ remaining: [Int?]
  ) async throws {
    let server = try TestServer(topics: (0..<count).map { "TOPIC-\($0)" }, batch: BatchLimit())
    let vienna = try await TestOffice("VIE", at: server)
    let told = Collected<Progress>()
    _ = try await vienna.replica.search("x", limit: 5) { told.add($0) }
    #expect(told.all.map(\.done) == done && told.all.map(\.remaining) == remaining)
  }
}
