import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

struct PushTests {
  @Test func verdictsComeInTheOrderOfTheEdits() async throws {
    let server = try await ServerFixture()
    let maker = server.maker
    let record: RecordID = maker.newID()
    let edits = try [
      // It must come after the one that makes its target, and in the answer before it.
      maker.goal("SDG-1", aligned: [record]), maker.area("NEXUS", name: ""),
      maker.goal("SDG-2", record: record),
      maker.area("FTF", record: nil, parent: maker.id(of: maker.area("X-1"))),
    ].map { try maker.edit($0) }
    let verdicts = try await server.push(server.pushRequest(edits))
    #expect(verdicts.map(\.edit) == edits.map(\.id))
    #expect(verdicts.map { name($0.outcome) } == ["committed", "refused", "committed", "stale"])
  }

  @Test func pushingAgainIsHarmless() async throws {
    let server = try await ServerFixture()
    let request = server.pushRequest([try server.maker.edit(server.maker.area("FTF"))])
    let first = try await server.push(request)
    let again = try await server.push(request)
    #expect(first.map { name($0.outcome) } == ["committed"])
    #expect(again.map { name($0.outcome) } == ["already committed"])
    #expect(try await server.log.status().head.position == LogPosition(1))
  }

  @Test func bytesThatAreNoRevisionAreMalformedAndSpoilNothing() async throws {
    let server = try await ServerFixture()
    let edits = [
      Edit(id: server.maker.newID(), bytes: [1, 2, 3]),
      try server.maker.edit(server.maker.area("FTF")),
    ]
    let verdicts = try await server.push(server.pushRequest(edits))
    #expect(verdicts.map { name($0.outcome) } == ["refused", "committed"])
  }

  @Test func anEditOfAnotherOfficeIsRefused() async throws {
    let server = try await ServerFixture()
    let other = try AreaMaker("NYC", seed: 6)
    let area = try other.area("FTF")
    _ = try server.maker.coding.encode(area)
    let verdicts = try await server.push([area])
    #expect(verdicts.map { name($0.outcome) } == ["refused"])
  }

  @Test func aRequestThatMayNotBeMadeFailsAsAWhole() async throws {
    let server = try await ServerFixture(limit: BatchLimit(count: 2))
    let edits = try (0..<3).map { try server.maker.edit(server.maker.area("AREA-\($0)")) }
    let table: [(PushRequest, CallError)] = [
      (server.pushRequest(edits), .tooLarge),
      (server.pushRequest([edits[0]], version: 9), .otherProtocol),
      (server.pushRequest([edits[0]], register: server.maker.newID()), .otherRegister),
      (server.pushRequest([edits[0]], cursor: .test(0)), .otherHistory),
    ]
    for (request, error) in table {
      await #expect(throws: error) { try await server.push(request) }
    }
    #expect(try await server.log.status().head.position == .zero)
  }

  @Test func whatTheLogIsAskedGrowsWithTheEditsAndTheirReferences() async throws {
    var facts: [Int] = []
    for size in [100, 200, 400] {
      let server = try await ServerFixture()
      let maker = server.maker
      let targets: [RecordID] = (0..<50).map { _ in maker.newID() }
      _ = try await server.push(
        targets.enumerated().map { try maker.goal("SDG-\($0)", record: $1) })
      let before = server.log.work
      let verdicts = try await server.push(
        (0..<size).map { try maker.goal("NEW-\($0)", aligned: Set(targets)) })
      #expect(verdicts.allSatisfy { name($0.outcome) == "committed" })
      #expect(server.log.work.commits == before.commits + 1)
      facts.append(server.log.work.facts - before.facts)
    }
    // The fifty targets, once, however many edits refer to them.
    #expect(facts == [50, 50, 50])
  }

  private func name(_ outcome: Verdict.Outcome) -> String {
    switch outcome {
    case .committed: "committed"
    case .alreadyCommitted: "already committed"
    case .stale: "stale"
    case .refused: "refused"
    }
  }
}
