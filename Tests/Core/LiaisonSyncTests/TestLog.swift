import LiaisonModel
import LiaisonSync
import TestSupport

/// A log in memory to which revisions are pushed by one office.
struct TestLog {
  let log: MemoryChangeLog
  private let maker: AreaMaker
  private let rule: CommitRule

  init(_ maker: AreaMaker) throws {
    self.maker = maker
    let schema = try TestRegister.schema()
    log = MemoryChangeLog(register: maker.newID(), schema: schema)
    rule = CommitRule(office: maker.office, schema: schema)
  }

  func push(
    _ candidates: [CommitRule.Candidate], by rule: CommitRule? = nil
  ) async throws -> [Verdict.Outcome] {
    let plan = (rule ?? self.rule).plan(candidates)
    let verdicts = try await log.commit(plan.question) { plan.decide($0) }
    return plan.arranged(verdicts).map(\.outcome)
  }

  func push(_ revisions: [Revision]) async throws -> [Verdict.Outcome] {
    try await push(revisions.map { try maker.candidate($0) })
  }

  func head() async throws -> Int64 { try await log.status().head.position.number }
}

extension Verdict.Outcome {
  var committed: Committed? { if case .committed(let committed) = self { committed } else { nil } }
  var refusal: Refusal.Reason? {
    if case .refused(let refusal) = self { refusal.reason } else { nil }
  }
  var isStale: Bool { if case .stale = self { true } else { false } }
}
