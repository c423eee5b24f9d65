public import LiaisonModel
public import LiaisonSync

/// Brings records into a register from JSON lines, `{"kind", "code", "fields"}`; references are
/// codes, and may name a record that comes later. All of a file is imported, or nothing.
public struct Importer: Sendable {
  private let schema: Schema
  private let coding: any RevisionCoding
  private let origin: Origin
  private let newID: @Sendable () -> UUIDv7

  /// - Parameters:
  ///   - origin: who writes the imported revisions.
  ///   - newID: names each record and each edit.
  public init(
    schema: Schema, coding: any RevisionCoding, origin: Origin,
    newID: @escaping @Sendable () -> UUIDv7
  ) {
    self.schema = schema
    self.coding = coding
    self.origin = origin
    self.newID = newID
  }

  /// Appends every line in one transaction. Takes memory for some lines, and for the references that
  /// are still to be met, not for all that is read.
  /// - Parameter progress: is told how many records are in, and about how many remain.
  /// - Returns: how many records were imported.
  /// - Throws: ``ImportError`` for a line that cannot be imported, ``StoreError`` if the log fails.
  public func run(
    _ input: ImportInput, into log: any ChangeLog,
    progress: @escaping @Sendable (_ count: Int, _ remaining: Int?) -> Void = { _, _ in }
  ) async throws -> Int {
    try await log.transaction { transaction in
      var lines = try LineReader(input)
      var promises = Promises(newID: newID)
      var count = 0
      while let some = try ImportLines(next: &lines) {
        try append(some, to: transaction, &promises)
        count += some.lines.count
        progress(count, lines.remaining)
      }
      try promises.checkKept()
      return count
    }
  }

  /// Commits some lines as a push commits its edits.
  private func append(
    _ some: ImportLines, to log: any LogTransaction, _ promises: inout Promises
  ) throws {
    var question = CommitQuestion()
    for line in some.lines { question.codes.formUnion(line.references(schema)) }
    var known = try log.facts(for: question).holders
    var candidates: [CommitRule.Candidate] = []
    var records: [RecordID: KindNumber] = [:]
    for line in some.lines {
      let revision = try revision(of: line, known, &promises)
      records[revision.record] = revision.kind
      // Of two lines with one code the second is refused; until then the first has it.
      if known[revision.state.code] == nil { known[revision.state.code] = revision.record }
      candidates.append(try candidate(revision, line))
    }
    let plan = CommitRule(office: origin.office, schema: schema, mayTakeAnyNumber: true).plan(
      candidates)
    var facts = try log.facts(for: plan.question)
    // All of them come, or none: each line is judged as if the others were there.
    facts.promised = promises.kinds(of: plan.question.records).merging(records) { first, _ in first
    }
    let verdicts = plan.arranged(try log.append(plan.decide(facts)))
    for (line, verdict) in zip(some.lines, verdicts) {
      switch verdict.outcome {
      case .committed: break
      case .refused(let refusal): throw ImportError(line: line.number, refusal.message)
      case .alreadyCommitted, .stale:
        throw ImportError(line: line.number, "the record is in the register already")
      }
    }
  }

  private func revision(
    of line: ImportLine, _ known: [RecordCode: RecordID], _ promises: inout Promises
  ) throws -> Revision {
    guard let kind = schema.kind(named: line.kind) else {
      throw ImportError(line: line.number, "the register has no kind '\(line.kind)'")
    }
    guard let code = RecordCode(line.code) else {
      throw ImportError(line: line.number, "'\(line.code)' is not a code")
    }
    var fields: Fields = [:]
    for (name, value) in line.fields {
      guard let field = kind.field(named: name) else {
        throw ImportError(line: line.number, "\(kind.name) has no field '\(name)'")
      }
      do {
        fields[field.number] = try field.type.value(from: value.input(for: field.type)) { named in
          known[named] ?? promises.record(named, of: field, line: line.number)
        }
      } catch let problem as Problem {
        throw ImportError(line: line.number, "field '\(name)' \(problem.message)")
      }
    }
    return Revision(
      record: try promises.keep(code, kind), kind: kind.number, parent: nil,
      state: RecordState(code: code, fields: fields), origin: origin)
  }

  private func candidate(_ revision: Revision, _ line: ImportLine) throws -> CommitRule.Candidate {
    do {
      let filed = try coding.encode(revision)
      return CommitRule.Candidate(
        edit: EditID(newID()), revision: filed.id,
        content: .success(.init(filed: filed, revision: revision)))
    } catch {
      throw ImportError(line: line.number, "\(error)")
    }
  }
}

/// Why nothing was imported.
public struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  public let line: Int
  public let message: String

  public init(line: Int, _ message: String) {
    self.line = line
    self.message = message
  }

  public var description: String { "line \(line): \(message); nothing was imported" }
}
