import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What the rule asks for and answers grows with edits and references, and with nothing else.
struct CommitRuleCostTests {
  private let maker: AreaMaker

  init() throws { maker = try AreaMaker(seed: 10) }

  /// Goals that all refer to each other in a ring of `references` neighbours.
  private func plan(_ count: Int, references: Int) throws -> CommitPlan {
    let ids: [RecordID] = (0..<count).map { _ in maker.newID() }
    let candidates = try ids.enumerated().map { number, id in
      let targets = (1...references).map { ids[(number + $0) % count] }
      return try maker.candidate(
        maker.goal("SDG-\(number)", record: id, aligned: Set(targets)))
    }
    return CommitRule(office: maker.office, schema: try TestRegister.schema()).plan(candidates)
  }

  @Test(arguments: [100, 200, 400, 1000])
  func aBatchAsksForEachEditRecordAndCodeOnce(_ count: Int) throws {
    let question = try plan(count, references: 90).question
    #expect(question.edits.count == count)
    #expect(question.records.count == count)
    #expect(question.codes.count == count)
    #expect(question.chains.isEmpty)
  }

  @Test func onlyWhatTheLogHasOrWasPromisedCanLeadBackIntoABatch() throws {
    let (log, other): (RecordID, RecordID) = (maker.newID(), maker.newID())
    let new = try maker.area("NEW", partOf: log, after: [other])
    let head = try maker.area("OLD")
    let edited = try maker.area(
      "OLD", record: head.record, parent: maker.id(of: head), partOf: other)
    func chains(_ revisions: [Revision], isImport: Bool = false) throws -> Set<RecordID> {
      let schema = try TestRegister.schema()
      return CommitRule(office: maker.office, schema: schema, isImport: isImport)
        .plan(try revisions.map { try maker.candidate($0) }).question.chains
    }
    #expect(try chains([new]) == [])
    #expect(try chains([new, edited]) == [log, other])
    #expect(try chains([new], isImport: true) == [log, other])
    let unlinked = try maker.area("OLD", record: head.record, parent: maker.id(of: head))
    #expect(try chains([new, unlinked]) == [])
  }

  @Test func fourHundredEditsOfAHundredAndFiftyReferencesStandTogether() throws {
    let plan = try plan(400, references: 150)
    let clock = ContinuousClock()
    var decisions: [CommitDecision] = []
    let time = clock.measure { decisions = plan.decide(CommitFacts()) }
    print("400 edits of 150 references were decided in \(time)")
    let appended = decisions.count { if case .append = $0.action { true } else { false } }
    #expect(appended == 400)
  }

  @Test func oneThatFallsTakesARingOfSixtyThousandReferencesWithIt() throws {
    let ids: [RecordID] = (0..<400).map { _ in maker.newID() }
    var candidates = try ids.enumerated().map { number, id in
      let targets = (1...150).map { ids[(number + $0) % 400] }
      return try maker.candidate(maker.goal("SDG-\(number)", record: id, aligned: Set(targets)))
    }
    candidates[200] = try maker.candidate(
      maker.goal("SDG-200", record: ids[200], aligned: [maker.newID()]))
    let plan = CommitRule(office: maker.office, schema: try TestRegister.schema()).plan(candidates)
    let clock = ContinuousClock()
    var decisions: [CommitDecision] = []
    let time = clock.measure { decisions = plan.decide(CommitFacts()) }
    print("400 edits of 150 references fell in \(time)")
    #expect(decisions.allSatisfy { if case .answer = $0.action { true } else { false } })
  }
}
