internal import LiaisonModel

// What is decided from the facts alone.

extension CommitFacts {
  /// A code of the form OFFICE-YEAR-… belongs to that office: nobody else gives it to a record.
  func fault(inNumberOf item: CommitItem) -> Refusal? {
    guard let office = item.otherNumbers, offices.contains(office), let code = item.code,
      heads[item.record]?.code != code
    else { return nil }
    return Refusal(.office, "the code \(code) is one of office \(office)'s numbers")
  }

  /// What is handed back or was sent before, and is in the log already, or is what the log wants: whoever
  /// brought it may not have had what stands behind it, or have known its edit's id.
  /// - Returns: what comes with it, and where it is; nil if it is not there.
  func filing(of item: CommitItem) -> Filing? {
    guard item.mayBeThere else { return nil }
    let ids = (item.provenance?.absorbed ?? []) + (known[item.edit] == nil ? [item.edit] : [])
    let come = item.provenance?.ancestors ?? []
    let open = item.provenance?.open ?? []
    if let holder = wanted[item.filed.id] {
      return Filing(
        item, at: holder,
        Provenance(
          absorbed: ids, ancestors: [item.filed.encoded] + come,
          open: open + [item.parent].compactMap(\.self)))
    }
    guard let committed = revisions[item.filed.id] else { return nil }
    let isOther = known[item.edit].map { $0.committed != committed } ?? false
    return Filing(
      item, at: committed,
      Provenance(absorbed: isOther ? [] : ids, ancestors: come, open: open))
  }

  /// The log as it is once the item is in it.
  mutating func append(_ item: CommitItem) {
    let old = heads[item.record]
    if let code = old?.code, holders[code] == item.record { holders[code] = nil }
    if let code = item.code { holders[code] = item.record }
    if let unique = item.unique {
      // A new record held nothing before.
      if item.parent != nil {
        for (key, holder) in keyHolders where holder == item.record { keyHolders[key] = nil }
      }
      for unique in unique { keyHolders[unique.key] = item.record }
    }
    heads[item.record] = LogHead(
      revision: item.filed.id, kind: item.kind, code: item.filed.summary.code,
      isDeleted: item.code == nil)
    if let new = item.links { links[item.record] = new }
    promised[item.record] = nil
  }
}

/// What comes with something that the log has.
struct Filing {
  let edit: EditID
  let filed: FiledEdit
  let provenance: Provenance?

  init(_ item: CommitItem, at committed: Committed, _ provenance: Provenance?) {
    edit = item.edit
    filed = FiledEdit(committed: committed, record: item.record)
    self.provenance = provenance
  }

  /// Without what comes with it.
  var bare: Filing { Filing(edit: edit, filed: filed, provenance: nil) }

  private init(edit: EditID, filed: FiledEdit, provenance: Provenance?) {
    (self.edit, self.filed, self.provenance) = (edit, filed, provenance)
  }

  /// - Parameter come: what comes in the same batch.
  func decision(_ facts: CommitFacts, beside come: Set<RevisionID>) -> CommitDecision {
    let missing = provenance?.missing(facts, beside: come)
    let answer = CommitDecision.Action.answer(.alreadyCommitted(filed.committed))
    return CommitDecision(edit: edit, action: missing.map { .file($0, filed) } ?? answer)
  }
}

extension Provenance {
  /// The same, with nothing open that the log has, or gets with the same batch.
  func missing(_ facts: CommitFacts, beside come: Set<RevisionID>) -> Provenance? {
    Provenance(
      absorbed: absorbed, ancestors: ancestors,
      open: open.filter { facts.revisions[$0] == nil && !come.contains($0) })
  }
}

extension CommitQuestion {
  /// What must be known to tell whether the log has an item already, or wants it.
  mutating func ask(about item: CommitItem) {
    if item.mayBeThere { revisions[item.filed.id] = item.record }
    for open in item.provenance?.open ?? [] { revisions[open] = item.record }
    guard item.isReoffer else { return }
    wanted[item.filed.id] = item.record
    if let parent = item.parent { revisions[parent] = item.record }
  }
}
