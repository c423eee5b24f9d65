import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// Laws of the rule over random batches in a small register, where edits meet all the time.
struct CommitRuleLawTests {
  /// What a register must be at every moment, checked in the plainest way.
  private struct Register {
    var revisions: [RecordID: Revision] = [:]
    var names: [RecordID: RevisionID] = [:]

    /// Takes one more revision.
    /// - Returns: what is wrong with it here.
    mutating func append(_ revision: Revision, _ id: RevisionID) -> String? {
      if names[revision.record] != revision.parent { return "it is not based on the head" }
      let other = revisions.values.contains {
        $0.record != revision.record && !$0.state.isDeleted && !revision.state.isDeleted
          && $0.state.code == revision.state.code
      }
      if other { return "another record has its code" }
      if let old = revisions[revision.record], old.kind != revision.kind { return "its kind" }
      revisions[revision.record] = revision
      names[revision.record] = id
      return nil
    }

    /// What is wrong once a batch is in.
    var fault: String? {
      for revision in revisions.values {
        for target in revision.state.references {
          guard let other = revisions[target] else { return "a reference leads to no record" }
          guard other.kind == revision.kind else { return "a reference leads to another kind" }
        }
        for field in [TestRegister.parent, TestRegister.after]
        where revision.kind == TestRegister.area && leadsBack(revision.record, field) {
          return "a field leads back"
        }
      }
      return nil
    }

    private func leadsBack(_ record: RecordID, _ field: FieldNumber) -> Bool {
      var seen: Set<RecordID> = []
      var open = Array(revisions[record]?.state.fields[field]?.references ?? [])
      while let next = open.popLast() {
        if next == record { return true }
        guard seen.insert(next).inserted else { continue }
        open += revisions[next]?.state.fields[field]?.references ?? []
      }
      return false
    }
  }

  /// One history: batches of random edits of eight records with six codes.
  private final class History {
    let maker: AreaMaker
    let log: MemoryChangeLog
    let rule: CommitRule
    let records: [RecordID]
    var random: Seeded
    var register = Register()
    var committed = 0

    init(seed: UInt64) throws {
      maker = try AreaMaker(seed: seed)
      let schema = try TestRegister.schema()
      log = MemoryChangeLog(register: maker.newID(), schema: schema)
      rule = CommitRule(office: maker.office, schema: schema)
      random = Seeded(seed &* 31)
      let maker = maker
      records = (0..<8).map { _ in maker.newID() }
    }

    func edit(after batch: [Revision]) throws -> Revision {
      let record = random.pick(records)
      let earlier = batch.last { $0.record == record }
      var parent = register.names[record]
      if let earlier, !random.once(in: 3) { parent = try maker.id(of: earlier) }
      let code = "CODE-\(random.pick([1, 2, 3, 4, 5, 6]))"
      if random.once(in: 6) {
        let kind = register.revisions[record]?.kind ?? TestRegister.area
        return try maker.revision(kind, code, record: record, parent: parent)
      }
      let isGoal = record == records[7] && !random.once(in: 10)
      var targets: Set<RecordID> = []
      while random.once(in: 2) { targets.insert(random.pick(records)) }
      if isGoal { return try maker.goal(code, record: record, parent: parent, aligned: targets) }
      return try maker.area(
        code, name: "N\(random.next() % 1000)", record: record, parent: parent,
        partOf: random.once(in: 3) ? random.pick(records) : nil, after: targets)
    }

    /// Pushes one random batch, and checks each law.
    func step(_ seed: UInt64) async throws {
      var batch: [Revision] = []
      for _ in 0..<Int.random(in: 1...9, using: &random) { batch.append(try edit(after: batch)) }
      let candidates = try batch.map { try maker.candidate($0) }
      let plan = rule.plan(candidates)
      let facts = try await log.transaction { try $0.facts(for: plan.question) }
      let decisions = plan.decide(facts)
      #expect(decisions == plan.decide(facts), "seed \(seed): the same facts, the same decisions")
      for decision in decisions {
        guard case .append(let addition) = decision.action else { continue }
        let filed = addition.revision
        let fault = register.append(try maker.coding.decode(filed.bytes), filed.id)
        #expect(fault == nil, "seed \(seed)")
        committed += 1
      }
      #expect(register.fault == nil, "seed \(seed)")
      let verdicts = plan.arranged(try await log.transaction { try $0.append(decisions) })
      #expect(verdicts.map(\.edit) == candidates.map(\.edit), "seed \(seed)")
      try await checkThatNoneWasLeft(candidates, verdicts, seed)
    }

    /// What was not committed cannot be committed now either, but for what only a circle kept out.
    private func checkThatNoneWasLeft(
      _ candidates: [CommitRule.Candidate], _ verdicts: [Verdict], _ seed: UInt64
    ) async throws {
      for (candidate, verdict) in zip(candidates, verdicts) {
        let plan = rule.plan([candidate])
        let facts = try await log.transaction { try $0.facts(for: plan.question) }
        let action = try #require(plan.decide(facts).first?.action)
        switch (verdict.outcome, action) {
        case (.committed(let committed), _):
          #expect(action == .answer(.alreadyCommitted(committed)), "seed \(seed)")
        case (.refused(let refusal), .append) where refusal.reason == .reference:
          #expect(refusal.message.contains("leads back") || candidates.count > 1, "seed \(seed)")
        case (_, .append): Issue.record("seed \(seed): it could have been committed: \(verdict)")
        case (_, .answer), (_, .file): break
        }
      }
    }
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func aRegisterIsWholeAtEveryMoment(_ seed: UInt64) async throws {
    let history = try History(seed: seed)
    for _ in 0..<12 { try await history.step(seed) }
    #expect(history.committed > 5, "the batches are not all refused")
  }
}
