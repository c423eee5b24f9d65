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
  /// - Parameter alongside: records that are not in the log yet but will be, when the transaction
  ///   ends.
  /// - Throws: only what the log throws.
  public func decide(
    _ candidate: Candidate, in log: any LogTransaction, alongside: Alongside = .nothing
  ) throws -> Verdict {
    Verdict(
      edit: candidate.edit,
      outcome: try obstacle(to: candidate, in: log, alongside: alongside)
        ?? append(candidate, to: log))
  }

  /// What stands against appending the edit now; nil where nothing does.
  func obstacle(
    to candidate: Candidate, in log: any LogTransaction, alongside: Alongside
  ) throws -> Verdict.Outcome? {
    if let accepted = try log.accepted(candidate.edit) { return .alreadyCommitted(accepted) }
    do {
      let revision = try candidate.content.get().revision
      guard revision.office == office else {
        throw Refusal(.office, "the revision names office \(revision.office), not \(office)")
      }
      let head = try log.head(of: revision.record)
      guard head?.revision == revision.parent else { return .stale(head: head?.revision) }
      try check(revision, head, log.schema)
      if !revision.state.isDeleted {
        try checkCode(of: revision, in: log)
        try References(log: log, alongside: alongside, coding: coding).check(revision)
      }
      return nil
    } catch let refusal as Refusal {
      return .refused(refusal)
    }
  }

  private func append(_ candidate: Candidate, to log: any LogTransaction) throws -> Verdict.Outcome
  {
    let content = try candidate.content.get()
    let sequence = try log.append(
      content.encoded, RevisionSummary(content.revision), edit: candidate.edit)
    return .committed(Accepted(sequence: sequence, revision: content.encoded.id))
  }

  private func check(_ revision: Revision, _ head: LogHead?, _ schema: Schema) throws {
    if let head, head.kind != revision.kind {
      throw Refusal(.invalid, "a record cannot change its kind")
    }
    if head == nil, revision.state.isDeleted {
      throw Refusal(.invalid, "a new record cannot be deleted")
    }
    if let problem = schema.problems(with: revision.state, of: revision.kind).first {
      throw Refusal(.invalid, problem.message)
    }
    for (what, text) in [("author", revision.author), ("note", revision.note)] {
      if let fault = TextRules.problem(withLine: text) {
        throw Refusal(.invalid, "the \(what) \(fault)")
      }
    }
  }

  private func checkCode(of revision: Revision, in log: any LogTransaction) throws {
    guard let holder = try log.holder(of: revision.state.code), holder != revision.record else {
      return
    }
    throw Refusal(.codeTaken, "another record has the code \(revision.state.code)")
  }
}
