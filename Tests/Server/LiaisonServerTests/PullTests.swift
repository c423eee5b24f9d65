import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

struct PullTests {
  private func opening(_ responses: [PullResponse]) -> PullHeader? {
    if case .header(let header) = responses.first { header } else { nil }
  }

  private func batches(_ responses: [PullResponse]) -> [PullBatch] {
    responses.compactMap { if case .batch(let batch) = $0 { batch } else { nil } }
  }

  @Test func aPullWithNothingNewIsOneHeader() async throws {
    let server = try await ServerFixture()
    _ = try await server.push([server.maker.area("FTF")])
    let responses = try await server.pull(server.request(after: 1, register: server.register))
    #expect(responses.count == 1)
    let header = try #require(opening(responses))
    #expect(header.schema == nil)
    #expect(header.register == nil && header.head == nil, "what the request said is not repeated")
  }

  @Test func aCloneIsToldWhichRegisterItIsAndWhereItEnds() async throws {
    let server = try await ServerFixture()
    _ = try await server.push([server.maker.area("FTF")])
    let header = try opening(await server.pull(server.request(schema: nil)))
    #expect(header?.register == server.register && header?.head == server.log.cursor(at: 1))
  }

  @Test func aServerSpeaksTheNewestProtocolThatTheCallerSpeaks() async throws {
    let server = try await ServerFixture(protocols: 2...4)
    for (versions, chosen) in [(1...2, 2), (3...9, 4), (2...3, 3)]
      as [(ClosedRange<UInt32>, UInt32)]
    {
      let header = try opening(await server.pull(server.request(versions: versions)))
      #expect(header?.version == chosen)
    }
    for versions in [1...1, 5...7] as [ClosedRange<UInt32>] {
      await #expect(throws: CallError.otherProtocol) {
        _ = try await server.pull(server.request(versions: versions))
      }
    }
    // Two versions behind, it is told; nothing of its push is looked at.
    await #expect(throws: CallError.otherProtocol) {
      _ = try await server.push(server.pushRequest([], version: 1))
    }
    #expect(try await server.push(server.pushRequest([], version: 3)).isEmpty)
  }

  @Test func aReplicaWithAnOlderSchemaIsSentTheNewOne() async throws {
    let server = try await ServerFixture()
    let header = try opening(await server.pull(server.request(schema: nil)))
    #expect(try header?.schema?.schema == TestRegister.schema())
  }

  @Test func whatRemainsIsCountedDownToNothing() async throws {
    let server = try await ServerFixture(limit: BatchLimit(count: 10))
    for part in 0..<3 {
      _ = try await server.push(
        (0..<9).map { try server.maker.area("AREA-\(part)\($0)") })
    }
    let responses = try await server.pull(server.request())
    #expect(opening(responses)?.limits.batch == BatchLimit(count: 10))
    #expect(batches(responses).map(\.changes.count) == [10, 10, 7])
    #expect(batches(responses).map(\.remaining) == [17, 7, 0])
    #expect(batches(responses).map(\.through.position.number) == [10, 20, 27])
  }

  @Test func batchesGrowWithWhatHasBeenRead() async throws {
    let server = try await ServerFixture()
    let name = String(repeating: "A", count: 900)
    for part in 0..<3 {
      _ = try await server.push(
        (0..<900).map { try server.maker.area("AREA-\(part)-\($0)", name: name) })
    }
    let sizes = try await batches(server.pull(server.request())).map { batch in
      batch.changes.reduce(0) { $0 + $1.bytes.count }
    }
    let (first, last) = (try #require(sizes.first), try #require(sizes.dropLast().last))
    #expect(first <= 30 * 1024 && first > 24 * 1024)
    #expect(last > 4 * first && sizes.allSatisfy { $0 <= SyncLimits.batchBytes })
  }

  @Test func whoMayNotGoOnIsToldWhy() async throws {
    let server = try await ServerFixture()
    let other: RegisterID = server.maker.newID()
    let table: [(PullRequest, CallError)] = [
      (server.request(versions: 2...3), .otherProtocol),
      (server.request(register: other), .otherRegister),
      (server.request(cursor: .test(0)), .otherHistory),
      (server.request(after: 1), .otherHistory),
    ]
    for (request, error) in table {
      await #expect(throws: error) { try await server.pull(request) }
    }
  }

  @Test func onlyAnOfficeOfTheRegisterIsAnswered() async throws {
    let server = try await ServerFixture()
    for office in [nil, OfficeID("NYC")] {
      await #expect(throws: CallError.unknownOffice) {
        _ = try await server.service.endpoint(for: office)
      }
    }
  }

  @Test func anOfficeHasSoManyCallsAtOnceAsItsHeaderSays() async throws {
    let server = try await ServerFixture(officeCalls: 2)
    let newYork = try #require(OfficeID("NYC"))
    try await server.log.add(Office(id: newYork, name: "New York"))
    #expect(try opening(await server.pull(server.request()))?.limits.officeCalls == 2)
    var calls = [try await server.endpoint(), try await server.endpoint()]
    await #expect(throws: CallError.tooManyCalls) { _ = try await server.endpoint() }
    _ = try await server.service.endpoint(for: newYork)
    // A call that has ended makes room for the next one, and only for one.
    calls.removeLast()
    calls.append(try await server.endpoint())
    await #expect(throws: CallError.tooManyCalls) { _ = try await server.endpoint() }
  }

  @Test func aStoreThatFailsIsUnavailableAndOnlyTheServerIsToldWhy() async throws {
    let reasons = Collected<StoreError>()
    let service = SyncService(log: BrokenLog(), coding: NotedCoding(), report: { reasons.add($0) })
    await #expect(throws: CallError.storeUnavailable) {
      _ = try await service.endpoint(for: OfficeID("VIE"))
    }
    #expect(reasons.all == [.full])
  }

  @Test func whatTheReceiverThrowsEndsThePull() async throws {
    struct Stop: Error {}
    let server = try await ServerFixture()
    let endpoint = try await server.endpoint()
    await #expect(throws: Stop.self) {
      try await endpoint.pull(server.request()) { _ in throw Stop() }
    }
  }

  @Test func verifyingNamesAHeadWhoseBytesAreOthers() async throws {
    let server = try await ServerFixture()
    let area = try server.maker.area("FTF")
    _ = try await server.push([area])
    let digest = try server.maker.id(of: area).short
    #expect(
      try await server.service.verify() == Verification(records: 1, digest: digest))
    let wrong = FiledRevision(
      EncodedRevision(id: try server.maker.id(of: area), bytes: [1]),
      RevisionSummary(try server.maker.area("NEXUS")))
    let decision = CommitDecision(
      edit: server.maker.newID(), action: .append(LogAddition(wrong, links: nil)))
    _ = try await server.log.commit(CommitQuestion()) { _ in [decision] }
    await #expect(
      throws: StoreError.damaged("the bytes of revision \(digest) do not match its name")
    ) {
      try await server.service.verify()
    }
  }
}
