public import LiaisonModel
public import LiaisonSync

extension ChangeLog {
  /// Appends revisions without asking the rule.
  public func append(
    _ revisions: [Revision], _ maker: AreaMaker, links: Links? = nil
  ) async throws -> [Verdict] {
    let decisions = try revisions.map { revision in
      CommitDecision(
        edit: maker.newID(),
        action: .append(LogAddition(try maker.coding.encode(revision), links: links)))
    }
    return try await commit(CommitQuestion()) { _ in decisions }
  }

  public func facts(for question: CommitQuestion) async throws -> CommitFacts {
    try await transaction { try $0.facts(for: question) }
  }

  /// Pushes revisions as an office does.
  public func push(_ revisions: [Revision], _ maker: AreaMaker) async throws -> [Verdict.Outcome] {
    let rule = CommitRule(office: maker.office, schema: try TestRegister.schema())
    let plan = rule.plan(try revisions.map { try maker.candidate($0) })
    return plan.arranged(try await commit(plan.question) { plan.decide($0) }).map(\.outcome)
  }
}

extension Verdict.Outcome {
  public var committed: Committed? {
    if case .committed(let committed) = self { committed } else { nil }
  }
}
