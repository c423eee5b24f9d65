import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// The rule on one edit after another, and on what a batch holds for itself.
struct CommitRuleTests {
  private let log: TestLog
  private let maker: AreaMaker

  init() throws {
    maker = try AreaMaker()
    log = try TestLog(maker)
  }

  private func refusal(_ revision: Revision) async throws -> Refusal.Reason? {
    try await log.push([revision])[0].refusal
  }

  @Test func anEditOnTheHeadIsCommittedAndPushingItAgainIsHarmless() async throws {
    let edit: EditID = maker.newID()
    let revision = try maker.area("FTF")
    let committed = Committed(position: LogPosition(1), revision: try maker.id(of: revision))
    let candidate = try maker.candidate(revision, edit: edit)
    #expect(try await log.push([candidate]) == [.committed(committed)])
    #expect(try await log.push([candidate]) == [.alreadyCommitted(committed)])
    #expect(try await log.head() == 1)
  }

  @Test func whatIsKnownIsSaidToBeKnownEvenIfItCannotBeReadAnyMore() async throws {
    let edit: EditID = maker.newID()
    let area = try maker.area("FTF")
    let first = try await log.push([maker.candidate(area, edit: edit)])
    func broken(_ revision: RevisionID?, _ reason: Refusal.Reason) -> CommitRule.Candidate {
      CommitRule.Candidate(
        edit: edit, revision: revision, content: .failure(Refusal(reason, "x")))
    }
    let again = try await log.push([broken(maker.id(of: area), .malformed)])
    #expect(again == first[0].committed.map { [.alreadyCommitted($0)] })
    // Of another's edit nobody is told where it is.
    let others = [broken(try maker.id(of: area), .office), broken(nil, .malformed)]
    for other in others { #expect(try await log.push([other])[0].refusal != nil) }
  }

  @Test func anIDStandsForOneEditOfOneRecord() async throws {
    let edit: EditID = maker.newID()
    _ = try await log.push([maker.candidate(maker.area("FTF"), edit: edit)])
    let other = try await log.push([maker.candidate(maker.area("NEXUS"), edit: edit)])
    #expect(other[0].refusal == .malformed)
    #expect(try await log.head() == 1)
  }

  @Test func anEditOfAnythingButTheHeadIsStale() async throws {
    let first = try maker.area("FTF")
    let id = try maker.id(of: first)
    let second = try maker.area("FTF", name: "B", record: first.record, parent: id)
    #expect(try await log.push([second]) == [.stale(head: nil)])
    _ = try await log.push([first])
    #expect(try await log.push([maker.area("FTF", record: first.record)]) == [.stale(head: id)])
  }

  @Test func whatBreaksARuleIsRefusedWithItsReason() async throws {
    let first = try maker.area("FTF")
    _ = try await log.push([first])
    let id = try maker.id(of: first)
    let name: Fields = [TestRegister.name: .text("N")]
    let table: [(Revision, Refusal.Reason)] = [
      (
        try maker.revision(
          TestRegister.area, "NEXUS", fields: name, office: OfficeID("NYC")), .office
      ),
      (try maker.revision(TestRegister.area, "NEXUS", fields: [:]), .invalid),
      (try maker.area("NEXUS", name: "a\0b"), .invalid),
      (try maker.revision(TestRegister.area, "NEXUS", fields: name, author: "a\nb"), .invalid),
      (try maker.revision(TestRegister.area, "NEXUS", fields: name, author: ""), .invalid),
      (try maker.revision(TestRegister.area, "NEXUS", fields: name, note: "a\nb"), .invalid),
      (try maker.revision(KindNumber(99), "NEXUS", fields: name), .invalid),
      (try maker.area("FTF"), .codeTaken),
      (try maker.area("NEXUS", partOf: maker.newID()), .reference),
      (try maker.goal("SDG-1", aligned: [first.record]), .reference),
      (try maker.goal("FTF", record: first.record, parent: id), .invalid),
      (try maker.revision(TestRegister.area, "NEXUS"), .invalid),
    ]
    for (revision, reason) in table {
      #expect(try await refusal(revision) == reason)
    }
    let broken = CommitRule.Candidate(
      edit: maker.newID(), revision: nil, content: .failure(Refusal(.malformed, "x")))
    #expect(try await log.push([broken])[0].refusal == .malformed)
    #expect(try await log.head() == 1)
  }

  @Test func anOfficesNumbersAreItsOwn() async throws {
    let other = try #require(OfficeID("NYC"))
    try await log.log.add(Office(id: other, name: "New York"))
    let (code, own) = ("\(other)-2026-0001", "\(maker.office)-2026-0001")
    #expect(try await refusal(maker.area(code)) == .office)
    // The form alone takes nobody's numbers, and the office's own are its to give.
    for code in ["\(other)-2026", "UN-2030-AGENDA", own] {
      #expect(try await refusal(maker.area(code)) == nil)
    }
    // Who imports brings every number; from then on any office may edit the record.
    let imports = CommitRule(
      office: maker.office, schema: try TestRegister.schema(), isImport: true)
    let first = try maker.area(code)
    let imported = try await log.push([maker.candidate(first)], by: imports)
    #expect(imported[0].committed != nil)
    let named = try maker.area(code, name: "B", record: first.record, parent: maker.id(of: first))
    #expect(try await refusal(named) == nil)
    let renamed = try maker.area(
      "\(other)-2026-0002", record: first.record, parent: maker.id(of: named))
    #expect(try await refusal(renamed) == .office)
    #expect(try await refusal(maker.deletion(of: named)) == nil)
  }

  @Test func aStaleEditIsStaleBeforeItIsInvalid() async throws {
    let first = try maker.area("FTF")
    _ = try await log.push([first])
    let wrong = try maker.revision(TestRegister.area, "FTF", record: first.record, fields: [:])
    #expect(try await log.push([wrong]) == [.stale(head: try maker.id(of: first))])
  }

  @Test func aChainThatLeadsBackIsRefusedHoweverLongItIs() async throws {
    let root = try maker.area("ROOT-1")
    var row = [root]
    for number in 2...1500 {
      row.append(try maker.area("ROOT-\(number)", partOf: row[number - 2].record))
    }
    #expect(try await log.push(row).allSatisfy { $0.committed != nil })
    let circle = try maker.area(
      "ROOT-1", record: root.record, parent: maker.id(of: root), partOf: row[1499].record)
    #expect(try await refusal(circle) == .reference)
    let itself: RecordID = maker.newID()
    #expect(try await refusal(maker.area("SELF", record: itself, partOf: itself)) == .reference)
    let leaf = try maker.area("LEAF", partOf: row[1499].record)
    #expect(try await refusal(leaf) == nil)
  }

  @Test func aFieldThatMayLeadInACircleMay() async throws {
    let (one, other) = (try maker.goal("SDG-1"), try maker.goal("SDG-2"))
    _ = try await log.push([one, other])
    for (goal, target) in [(one, other), (other, one)] {
      let edit = try maker.goal(
        goal.state.code.text, record: goal.record, parent: maker.id(of: goal),
        aligned: [target.record, goal.record])
      #expect(try await refusal(edit) == nil)
    }
  }

  @Test func aCircleThroughASetIsFoundAndDifferentFieldsMakeNone() async throws {
    let (one, other) = (try maker.area("ONE"), try maker.area("TWO"))
    _ = try await log.push([one, other])
    let edit = try maker.area(
      "ONE", record: one.record, parent: maker.id(of: one), after: [other.record])
    _ = try await log.push([edit])
    let partOf = try maker.area(
      "TWO", record: other.record, parent: maker.id(of: other), partOf: one.record)
    #expect(try await refusal(partOf) == nil, "part of is another way than after")
    let back = try maker.area(
      "TWO", record: other.record, parent: maker.id(of: partOf), after: [one.record])
    #expect(try await refusal(back) == .reference)
  }

  @Test func aDeletedRecordsCodeIsFreeAndTheRecordCanStillBeReferredTo() async throws {
    let first = try maker.area("FTF")
    _ = try await log.push([first])
    _ = try await log.push([maker.deletion(of: first)])
    #expect(try await refusal(maker.area("FTF", partOf: first.record)) == nil)
  }

  @Test func theSecondEditOfOneIdIsMalformed() async throws {
    let edit: EditID = maker.newID()
    let outcomes = try await log.push([
      maker.candidate(maker.area("ONE"), edit: edit),
      maker.candidate(maker.area("TWO"), edit: edit),
    ])
    #expect(outcomes[0].committed != nil && outcomes[1].refusal == .malformed)
  }

  @Test func editsThatGoPastTheReferencesOfABatchAreRefused() async throws {
    let targets: [RecordID] = (0..<1000).map { _ in maker.newID() }
    let goals = try (0...100).map { try maker.goal("SDG-\($0)", aligned: Set(targets)) }
    let plan = CommitRule(office: maker.office, schema: try TestRegister.schema()).plan(
      try goals.map { try maker.candidate($0) })
    let decisions = plan.decide(CommitFacts())
    let reasons = decisions.compactMap { decision -> Refusal.Reason? in
      if case .answer(let outcome) = decision.action { outcome.refusal } else { nil }
    }
    #expect(reasons.count { $0 == .invalid } == 1)
    #expect(reasons.count { $0 == .reference } == 100)
  }
}
