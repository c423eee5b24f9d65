import LiaisonFolder
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import TestSupport

/// A kind of change log that keeps to the contract. The next one is a case, and a branch of ``make(in:_:)``.
enum LogMaker: String, CaseIterable, Sendable {
  case memory
  case sqlite

  /// Makes an empty log, and says how it is opened: each time anew if it can be.
  func make(
    in scratch: Scratch, _ maker: AreaMaker
  ) throws -> @Sendable () throws -> any ChangeLog {
    let schema = try TestRegister.schema()
    let register: RegisterID = maker.newID()
    switch self {
    case .memory:
      let log = MemoryChangeLog(
        register: register, schema: schema, hashing: maker.coding)
      return { log }
    case .sqlite:
      let directory = DataDirectory(scratch.folder("hq"), role: .server)
      try SQLiteChangeLog.create(
        directory, register: register, schema: schema, coding: maker.coding)
      return { try SQLiteChangeLog(directory, coding: maker.coding) }
    }
  }
}

extension ChangeLog {
  /// Appends revisions without asking the rule.
  func append(
    _ revisions: [Revision], _ maker: AreaMaker, links: Links? = nil
  ) async throws -> [Verdict] {
    let decisions = try revisions.map { revision in
      CommitDecision(
        edit: maker.newID(),
        action: .append(LogAddition(try maker.coding.encode(revision), links: links)))
    }
    return try await commit(CommitQuestion()) { _ in decisions }
  }

  func facts(for question: CommitQuestion) async throws -> CommitFacts {
    try await transaction { try $0.facts(for: question) }
  }

  /// Pushes revisions as an office does.
  func push(_ revisions: [Revision], _ maker: AreaMaker) async throws -> [Verdict.Outcome] {
    let rule = CommitRule(office: maker.office, schema: try TestRegister.schema())
    let plan = rule.plan(try revisions.map { try maker.candidate($0) })
    return plan.arranged(try await commit(plan.question) { plan.decide($0) }).map(\.outcome)
  }
}

extension Verdict.Outcome {
  var committed: Committed? { if case .committed(let committed) = self { committed } else { nil } }
}
