public import LiaisonModel

/// Whether an edit may be appended: the only thing that a server decides. It never merges.
public struct CommitRule: Sendable {
  private let office: OfficeID
  private let coding: any RevisionCoding

  /// - Parameter office: the office that pushes.
  public init(office: OfficeID, coding: any RevisionCoding) {
    self.office = office
    self.coding = coding
  }

  /// An edit that has been read before its transaction starts.
  public struct Candidate: Sendable {
    public let edit: EditID
    public let content: Result<Content, Refusal>

    public struct Content: Sendable {
      public let encoded: EncodedRevision
      public let revision: Revision

      public init(encoded: EncodedRevision, revision: Revision) {
        self.encoded = encoded
        self.revision = revision
      }
    }

    public init(edit: EditID, content: Result<Content, Refusal>) {
      self.edit = edit
      self.content = content
    }
  }

  /// Appends the edit, or says why not.
  /// - Throws: only what the log throws.
  public func decide(_ candidate: Candidate, in log: any LogTransaction) throws -> Verdict {
    if let accepted = try log.accepted(candidate.edit) {
      return Verdict(edit: candidate.edit, outcome: .alreadyCommitted(accepted))
    }
    do {
      let content = try candidate.content.get()
      let outcome = try outcome(of: content, edit: candidate.edit, in: log)
      return Verdict(edit: candidate.edit, outcome: outcome)
    } catch let refusal as Refusal {
      return Verdict(edit: candidate.edit, outcome: .refused(refusal))
    }
  }

  private func outcome(
    of content: Candidate.Content, edit: EditID, in log: any LogTransaction
  ) throws -> Verdict.Outcome {
    let revision = content.revision
    guard revision.office == office else {
      throw Refusal(.office, "the revision names office \(revision.office), not \(office)")
    }
    let head = try log.head(of: revision.record)
    guard head?.revision == revision.parent else { return .stale(head: head?.revision) }
    if let head, head.kind != revision.kind {
      throw Refusal(.invalid, "a record cannot change its kind")
    }
    let schema = try log.schema
    if let problem = schema.problems(with: revision.state, of: revision.kind).first {
      throw Refusal(.invalid, problem.message)
    }
    if let fault = TextRules.problem(withLine: revision.author) {
      throw Refusal(.invalid, "the author \(fault)")
    }
    if let fault = TextRules.problem(withLine: revision.note) {
      throw Refusal(.invalid, "the note \(fault)")
    }
    if !revision.state.isDeleted {
      try checkCode(of: revision, in: log)
      try checkReferences(of: revision, schema, in: log)
    }
    let sequence = try log.append(content.encoded, RevisionSummary(revision), edit: edit)
    return .committed(Accepted(sequence: sequence, revision: content.encoded.id))
  }

  private func checkCode(of revision: Revision, in log: any LogTransaction) throws {
    guard let holder = try log.holder(of: revision.state.code), holder != revision.record else {
      return
    }
    throw Refusal(.codeTaken, "another record has the code \(revision.state.code)")
  }

  private func checkReferences(
    of revision: Revision, _ schema: Schema, in log: any LogTransaction
  ) throws {
    guard let kind = schema.kind(revision.kind) else { return }
    for field in kind.fields {
      let target: KindNumber
      switch field.type {
      case .reference(let kind), .references(let kind): target = kind
      default: continue
      }
      for record in revision.state.fields[field.number]?.references.sorted() ?? [] {
        let head = record == revision.record ? nil : try log.head(of: record)
        guard head?.kind == target || (record == revision.record && revision.kind == target) else {
          throw Refusal(
            .reference, "field '\(field.name)' refers to a record that is not in the register")
        }
      }
      if field.constraints.contains(.acyclic) {
        try checkChain(of: revision, through: field, in: log)
      }
    }
  }

  /// Follows a field from record to record and refuses one that leads back.
  private func checkChain(
    of revision: Revision, through field: Field, in log: any LogTransaction
  ) throws {
    var next = revision.state.fields[field.number]?.references.first
    var steps = 0
    while let record = next {
      guard record != revision.record else {
        throw Refusal(.reference, "field '\(field.name)' leads back to its own record")
      }
      steps += 1
      guard steps <= Limits.chain else {
        throw Refusal(.reference, "field '\(field.name)' is a chain of over \(Limits.chain)")
      }
      next = try log.headBytes(of: record).map(coding.decode)?
        .state.fields[field.number]?.references.first
    }
  }
}
