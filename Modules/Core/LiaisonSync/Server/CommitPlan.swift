internal import LiaisonModel

/// A batch that has been read: what it asks of the log, and what becomes of it once that is known.
public struct CommitPlan: Sendable {
  /// What the schema has against a revision; counts only if its base is the head.
  enum Fault: Sendable {
    case certain(Refusal)
    /// If the record was not so before.
    case sinceParent(Revision, Refusal)
  }

  enum Entry: Sendable {
    case item(CommitItem, fault: Fault?)
    /// - Parameter revision: the name of its bytes.
    case refused(EditID, _ revision: RevisionID?, Refusal)
    /// Another office's, handed back though healing is closed.
    case offered(CommitItem, Refusal)
    /// The edit's id stands earlier in the batch.
    case repeated(EditID)
  }

  private let entries: [Entry]
  private let rule: CommitRule
  /// What ``decide(_:)`` must be told.
  public let question: CommitQuestion

  init(_ entries: [Entry], _ rule: CommitRule) {
    self.entries = entries
    self.rule = rule
    var question = CommitQuestion()
    for entry in entries {
      switch entry {
      case .refused(let edit, _, _): question.edits.insert(edit)
      case .offered(let item, _):
        question.edits.insert(item.edit)
        question.ask(about: item)
      case .repeated: break
      case .item(let item, let fault):
        question.edits.insert(item.edit)
        question.records.insert(item.record)
        if let second = item.secondParent { question.revisions[second] = item.record }
        question.ask(about: item)
        switch fault {
        case .certain?: continue
        case .sinceParent?: question.states.insert(item.record)
        case nil: break
        }
        for references in item.references { question.records.formUnion(references.targets) }
        if let code = item.code { question.codes.insert(code) }
        if rule.bindsToOwn(item) { question.makers.insert(item.record) }
        question.keys.formUnion(item.unique?.map(\.key) ?? [])
        if let office = item.otherNumbers { question.offices.insert(office) }
      }
    }
    question.chains = Self.chains(entries, isImport: rule.isImport)
    self.question = question
  }

  /// What the batch links to, if the log may have a way from there back into the batch. To a record that
  /// the log has not it has none: it refers to nothing else but what an import promised.
  private static func chains(_ entries: [Entry], isImport: Bool) -> Set<RecordID> {
    var chains: Set<RecordID> = []
    var mayLeadBack = isImport
    for case .item(let item, let fault) in entries {
      if case .certain? = fault { continue }
      guard let links = item.links, !links.isEmpty else { continue }
      mayLeadBack = mayLeadBack || item.parent != nil
      chains.formUnion(links.targets.values.joined())
    }
    return mayLeadBack ? chains : []
  }

  /// Decides the whole batch: what is appended, in an order in which no two records hold one code at
  /// any moment, and then what is answered. An edit whose id is repeated has one decision.
  ///
  /// Records that the batch makes may refer to each other in any order, and an edit may take a code
  /// that another gives up: all that can stand together are appended together.
  public func decide(_ facts: CommitFacts) -> [CommitDecision] {
    var answers: [(edit: EditID, outcome: Verdict.Outcome)] = []
    var filed: [Filing] = []
    var waiting: [CommitItem] = []
    var bases = Bases(facts, isImport: rule.isImport)
    for entry in entries {
      switch entry {
      case .repeated: continue
      case .refused(let edit, let revision, let refusal):
        // What is another office's is none of this one's.
        let known = facts.known[edit].map(\.committed)
          .flatMap { $0.revision == revision ? Verdict.Outcome.alreadyCommitted($0) : nil }
        answers.append((edit, (refusal.reason == .office ? nil : known) ?? .refused(refusal)))
      case .offered(let item, let refusal):
        // Nothing is admitted by it: what the log wants is proven by its name.
        let known = facts.known[item.edit].flatMap { $0.record == item.record ? $0 : nil }
        if let filing = facts.filing(of: item) {
          filed.append(facts.wanted[item.filed.id] == nil ? filing.bare : filing)
        } else {
          answers.append(
            (item.edit, known.map { .alreadyCommitted($0.committed) } ?? .refused(refusal)))
        }
      case .item(let item, let fault):
        let known = facts.known[item.edit].map { filed -> Verdict.Outcome in
          filed.record == item.record
            ? .alreadyCommitted(filed.committed)
            : .refused(Refusal(.malformed, "the register has another edit of the same id"))
        }
        if let filing = facts.filing(of: item) {
          filed.append(filing)
        } else if let outcome = known ?? bases.fault(of: item) {
          answers.append((item.edit, outcome))
        } else if let fault = objection(to: item, fault, facts) {
          answers.append((item.edit, .refused(fault)))
        } else {
          bases.add(item)
          waiting.append(item)
        }
      }
    }
    let (appended, left) = Self.settle(waiting, facts)
    let come = Set(
      appended.map(\.filed.id)
        + appended.flatMap { $0.provenance?.ancestors.map(\.id) ?? [] }
        + filed.flatMap { $0.provenance?.ancestors.map(\.id) ?? [] })
    return appended.map {
      CommitDecision(edit: $0.edit, action: .append($0.addition(facts, beside: come)))
    } + filed.map { $0.decision(facts, beside: come) }
      + (answers + left).map { CommitDecision(edit: $0.edit, action: .answer($0.outcome)) }
  }

  /// Why an item whose base is the head, or an edit before it, is not taken; nil if it is.
  private func objection(
    to item: CommitItem, _ fault: Fault?, _ facts: CommitFacts
  ) -> Refusal? {
    refusal(fault, of: item, facts) ?? facts.fault(inNumberOf: item) ?? rule.fault(of: item, facts)
  }

  /// What the schema has against an item whose base is the head, or an edit before it.
  private func refusal(
    _ fault: Fault?, of item: CommitItem, _ facts: CommitFacts
  ) -> Refusal? {
    switch fault {
    case nil: return nil
    case .certain(let refusal)?: return refusal
    case .sinceParent(let revision, let refusal)?:
      let head = facts.states[item.record].flatMap { $0.id == item.parent ? $0.bytes : nil }
      guard let bytes = head ?? bytes(of: item.parent), let before = try? rule.read(bytes).state
      else {
        return refusal
      }
      return rule.refusal(of: revision, since: before)
    }
  }

  /// What an edit of this batch made.
  private func bytes(of revision: RevisionID?) -> [UInt8]? {
    for case .item(let item, _) in entries where item.filed.id == revision {
      return item.filed.bytes
    }
    return nil
  }

  /// The verdicts in the order of the batch's edits.
  /// - Parameter verdicts: one for each decision, in any order.
  public func arranged(_ verdicts: [Verdict]) -> [Verdict] {
    let outcomes = Dictionary(verdicts.map { ($0.edit, $0.outcome) }) { first, _ in first }
    return entries.map { entry in
      switch entry {
      case .repeated(let edit):
        Verdict(
          edit: edit,
          outcome: .refused(Refusal(.malformed, "the batch has another edit of the same id")))
      case .refused(let edit, _, let refusal):
        Verdict(edit: edit, outcome: outcomes[edit] ?? .refused(refusal))
      case .offered(let item, let refusal):
        Verdict(edit: item.edit, outcome: outcomes[item.edit] ?? .refused(refusal))
      case .item(let item, _):
        Verdict(edit: item.edit, outcome: outcomes[item.edit] ?? .stale(head: nil))
      }
    }
  }

  /// Goes through those that wait for each other until a pass appends nothing: each that is appended
  /// may be what another waits for.
  private static func settle(
    _ items: [CommitItem], _ facts: CommitFacts
  ) -> (appended: [CommitItem], left: [(EditID, Verdict.Outcome)]) {
    var facts = facts
    var appended: [CommitItem] = []
    var left = items
    var outcomes: [(EditID, Verdict.Outcome)] = []
    for _ in 0..<Tuning.commitPasses where !left.isEmpty {
      var pass = CommitPass(left, facts)
      let group = pass.run()
      for item in group { facts.append(item) }
      appended += group
      left = pass.left
      outcomes = pass.outcomes
      guard pass.isWorthAnother else { break }
    }
    return (appended, outcomes)
  }
}

/// What the edits of a batch may be based on: the heads, and the edits before them.
private struct Bases {
  private let facts: CommitFacts
  private var earlier: [RevisionID: CommitItem] = [:]

  /// Whether a record may come that is deleted already.
  private let isImport: Bool

  init(_ facts: CommitFacts, isImport: Bool) {
    self.facts = facts
    self.isImport = isImport
  }

  mutating func add(_ item: CommitItem) { earlier[item.filed.id] = item }

  /// What stands against the item's base; nil if nothing does.
  func fault(of item: CommitItem) -> Verdict.Outcome? {
    let head = facts.heads[item.record]
    let base = item.parent.flatMap { earlier[$0] }
    guard head?.revision == item.parent || base?.record == item.record else {
      return .stale(head: head?.revision)
    }
    let kind = base?.kind ?? head?.kind
    if let kind, kind != item.kind {
      return .refused(Refusal(.invalid, "a record cannot change its kind"))
    }
    // One that another office has brought behind its own is as new to the record as before.
    if let second = item.secondParent,
      facts.revisions[second]?.revision == second || earlier[second] != nil
    {
      return .refused(Refusal(.invalid, "the second parent is behind the parent already"))
    }
    if item.parent == nil, item.code == nil, !isImport {
      return .refused(Refusal(.invalid, "a new record cannot be deleted"))
    }
    return nil
  }
}
