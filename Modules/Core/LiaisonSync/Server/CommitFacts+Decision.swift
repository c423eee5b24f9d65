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
  func filing(of item: CommitItem) -> CommitDecision.Action? {
    guard item.mayBeThere else { return nil }
    let come = item.provenance?.ancestors ?? []
    if let holder = wanted[item.filed.id] {
      let found = Provenance(
        ancestors: [item.filed.encoded] + come,
        open: (item.provenance?.open ?? []) + [item.parent].compactMap(\.self))
      return file(found, of: item, at: holder)
    }
    guard let committed = revisions[item.filed.id] else { return nil }
    if let known = known[item.edit], known.committed != committed { return nil }
    let ids = (item.provenance?.absorbed ?? []) + (known[item.edit] == nil ? [item.edit] : [])
    let rest = Provenance(absorbed: ids, ancestors: come, open: item.provenance?.open ?? [])
    return file(rest, of: item, at: committed)
  }

  private func file(
    _ provenance: Provenance?, of item: CommitItem, at committed: Committed
  ) -> CommitDecision.Action {
    guard let missing = provenance?.missing(self) else {
      return .answer(.alreadyCommitted(committed))
    }
    return .file(missing, FiledEdit(committed: committed, record: item.record))
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

extension Provenance {
  /// The same, with nothing open that the log has.
  func missing(_ facts: CommitFacts) -> Provenance? {
    Provenance(
      absorbed: absorbed, ancestors: ancestors, open: open.filter { facts.revisions[$0] == nil })
  }
}
