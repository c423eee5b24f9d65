import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

/// A log that has lost entries, and offices that bring them back.
struct HealingTests {
  private func reoffer(_ server: ServerFixture, _ revisions: [Revision]) async throws -> [Verdict] {
    try await server.push(
      server.pushRequest(
        revisions.map {
          Edit(
            id: server.maker.newID(), bytes: try server.maker.coding.encode($0).bytes,
            isReoffer: true)
        }))
  }

  /// Vienna's fixture hands back what New York wrote.
  private func foreign(_ server: ServerFixture) throws -> Revision {
    let office = try #require(OfficeID("NYC"))
    return try server.maker.revision(
      TestRegister.area, "FTF", fields: [TestRegister.name: .text("N")], office: office)
  }

  @Test func anOfficeThatClaimsAHistoryGetsNothingOfAnothersAdmittedOutsideOfHealing() async throws
  {
    let server = try await ServerFixture()
    let foreign = try foreign(server)
    for verdict in try await reoffer(server, [foreign]) + server.push([foreign]) {
      guard case .refused(let refusal) = verdict.outcome else {
        Issue.record("\(verdict)")
        continue
      }
      #expect(refusal.reason == .office)
    }
    #expect(try await server.log.status().head.position == .zero)
    // Its own it may hand back.
    let verdicts = try await reoffer(server, [server.maker.area("OWN")])
    #expect(verdicts[0].outcome.committed != nil)
  }

  @Test func whileHealingIsOpenItIsAdmittedAndWhoHandedItBackIsNoted() async throws {
    let server = try await ServerFixture()
    try await server.log.setHealing(true)
    let (own, foreign) = (try server.maker.area("OWN"), try foreign(server))
    let next = try server.maker.area(
      "OWN", name: "B", record: own.record, parent: server.maker.id(of: own))
    let verdicts = try await reoffer(server, [own, next, foreign])
    #expect(verdicts.allSatisfy { $0.outcome.committed != nil })
    _ = try await server.push([server.maker.area("LATER")])
    let entries = try await server.log.latest(9, isHandedBack: false)
    #expect(entries.map { $0.handedBackBy?.text } == [nil, "VIE", "VIE", "VIE"])
    #expect(try await server.log.latest(2, isHandedBack: true).count == 2)
    try await server.log.setHealing(false)
    #expect(try await server.log.status().isHealing == false)
  }

  @Test func whatIsHandedBackTwiceIsThereOnce() async throws {
    let server = try await ServerFixture()
    let own = try server.maker.area("OWN")
    let next = try server.maker.area(
      "OWN", name: "B", record: own.record, parent: server.maker.id(of: own))
    _ = try await server.push([own])
    _ = try await server.push([next])
    let verdicts = try await reoffer(server, [own, next])
    for (verdict, position) in zip(verdicts, [1, 2] as [Int64]) {
      guard case .alreadyCommitted(let committed) = verdict.outcome else {
        Issue.record("\(verdict)")
        continue
      }
      #expect(committed.position.number == position)
    }
    #expect(try await server.log.status().head.position == LogPosition(2))
  }

  /// Vienna's merge of a side.
  private func merge(
    of side: Revision, over parent: Revision?, _ server: ServerFixture
  ) throws -> Revision {
    let own = try server.maker.area("ONE", name: "Merge")
    return Revision(
      record: side.record, kind: side.kind, parent: try parent.map { try server.maker.id(of: $0) },
      secondParent: try server.maker.id(of: side), state: own.state, origin: own.origin)
  }

  /// The log has lost what stands behind a merge, and another office handed the merge back.
  @Test func whatStandsBehindIsWantedUntilItIsBrought() async throws {
    let server = try await ServerFixture()
    let maker = server.maker
    let first = try maker.area("ONE")
    let side = try maker.area(
      "ONE", name: "Side", record: first.record, parent: maker.id(of: first))
    let merge = try merge(of: side, over: first, server)
    _ = try await server.push([first])
    #expect(try await reoffer(server, [merge])[0].outcome.committed != nil)
    let clone = PullRequest(register: nil, cursor: nil, schema: nil, follow: false)
    let wanted = WantedRevision(record: first.record, revision: try maker.id(of: side))
    #expect(try await header(server, clone).wanted == [wanted])
    let there = Committed(position: LogPosition(2), revision: try maker.id(of: merge))
    for _ in 1...2 {
      #expect(try await reoffer(server, [side])[0].outcome == .alreadyCommitted(there))
      #expect(try await header(server, clone).wanted.isEmpty)
      #expect(server.log.ancestors.keys.elementsEqual([wanted.revision]))
    }
  }

  /// What is handed back in one push is not wanted behind it.
  @Test func whatComesWithWhatWasMadeFromItIsNotWanted() async throws {
    let server = try await ServerFixture()
    let maker = server.maker
    let first = try maker.area("ONE")
    let next = try maker.area(
      "ONE", name: "Next", record: first.record, parent: maker.id(of: first))
    let side = try maker.area(
      "ONE", name: "Side", record: first.record, parent: maker.id(of: first))
    let merge = try merge(of: side, over: next, server)
    let bytes = try [first, next, merge].map { try maker.coding.encode($0).bytes }
    let edits = [
      Edit(id: maker.newID(), bytes: bytes[0], isReoffer: true),
      Edit(id: maker.newID(), bytes: bytes[1], isReoffer: true),
      Edit(
        id: maker.newID(), bytes: bytes[2], ancestors: [try maker.coding.encode(side).bytes],
        isReoffer: true),
    ]
    let verdicts = try await server.push(server.pushRequest(edits))
    #expect(verdicts.allSatisfy { $0.outcome.committed != nil })
    #expect(try await server.log.status().wanted.isEmpty)
  }

  /// Who has it may be another office, and healing may be closed: its name proves what it is.
  @Test func whatIsWantedIsTakenFromAnybody() async throws {
    let server = try await ServerFixture()
    let foreign = try foreign(server)
    let merge = try merge(of: foreign, over: nil, server)
    _ = try await reoffer(server, [merge])
    #expect(try await server.log.status().wanted.count == 1)
    let there = Committed(position: LogPosition(1), revision: try server.maker.id(of: merge))
    #expect(try await reoffer(server, [foreign])[0].outcome == .alreadyCommitted(there))
    #expect(try await server.log.status().wanted.isEmpty)
  }

  private func header(_ server: ServerFixture, _ request: PullRequest) async throws -> PullHeader {
    guard case .header(let header)? = try await server.pull(request).first else {
      throw Problem("no header")
    }
    return header
  }

  @Test func aPullGoesOnFromTheLastPlaceThatBothLogsHave() async throws {
    let server = try await ServerFixture()
    for code in ["ONE", "TWO", "THREE"] { _ = try await server.push([server.maker.area(code)]) }
    func request(_ cursor: Cursor, _ older: [Cursor]) -> PullRequest {
      PullRequest(
        register: server.register, cursor: cursor, schema: nil, follow: false, older: older)
    }
    let places = [server.log.cursor(at: 0), server.log.cursor(at: 2), Cursor.test(5)]
    let responses = try await server.pull(request(.test(7), places))
    #expect(try await header(server, request(.test(7), places)).shared == places[1])
    #expect(responses.count == 2, "the header, and what came after that place")
    let known = request(server.log.cursor(at: 3), places)
    #expect(try await header(server, known).shared == nil, "its own cursor is one of the log's")
    await #expect(throws: CallError.otherHistory) {
      try await server.pull(request(.test(7), [.test(1), .test(2)]))
    }
    let many = (0...SyncLimits.olderPlaces).map { Cursor.test(Int64($0)) }
    await #expect(throws: CallError.tooLarge) { try await server.pull(request(.test(7), many)) }
  }

  /// In the middle of a pull the replica has not had the ids of what it was to skip.
  @Test func aPullThatGoesOnInTheMiddleOfAnotherBringsAllIDs() async throws {
    let server = try await ServerFixture()
    let first = try server.maker.area("ONE")
    let next = try server.maker.area(
      "ONE", name: "B", record: first.record, parent: server.maker.id(of: first))
    for revision in [first, try server.maker.area("TWO"), next] {
      _ = try await server.push([revision])
    }
    func ids(until: Cursor?) async throws -> EditIDs? {
      let responses = try await server.pull(
        PullRequest(
          register: server.register, cursor: server.log.cursor(at: 2), schema: nil, follow: false,
          until: until))
      guard case .batch(let batch)? = responses.last else { throw Problem("no batch") }
      return batch.changes.last?.edits
    }
    let edits = try await server.log.history(of: first.record) { _ in [] }.map(\.edits?.edit)
    let (last, earlier) = (try #require(edits[0]), try #require(edits[1]))
    #expect(try await ids(until: nil) == EditIDs(last))
    #expect(try await ids(until: server.log.cursor(at: 3)) == EditIDs(last, absorbed: [earlier]))
  }

  @Test func editsThatTheLogHasAreNamedInTheHeader() async throws {
    let server = try await ServerFixture()
    let area = try server.maker.area("ONE")
    let (edit, absorbed, other): (EditID, EditID, EditID) = (
      server.maker.newID(), server.maker.newID(), server.maker.newID()
    )
    let bytes = try server.maker.coding.encode(area).bytes
    _ = try await server.push(
      server.pushRequest([Edit(id: edit, bytes: bytes, absorbed: [absorbed])]))
    let request = PullRequest(
      register: server.register, cursor: server.log.cursor(at: 1), schema: nil,
      follow: false, edits: [other, absorbed, edit])
    let known = try await header(server, request).known
    let committed = Committed(position: LogPosition(1), revision: try server.maker.id(of: area))
    #expect(Set(known) == Set([edit, absorbed].map { KnownEdit(edit: $0, committed: committed) }))
    let again = server.pushRequest([Edit(id: absorbed, bytes: bytes)])
    #expect(try await server.push(again)[0].outcome == .alreadyCommitted(committed))
    let many: [EditID] = (0...SyncLimits.askedEdits).map { _ in other }
    await #expect(throws: CallError.tooLarge) {
      try await server.pull(
        PullRequest(
          register: server.register, cursor: nil, schema: nil, follow: false, edits: many))
    }
  }
}

extension Verdict.Outcome {
  fileprivate var committed: Committed? {
    if case .committed(let committed) = self { committed } else { nil }
  }
}
