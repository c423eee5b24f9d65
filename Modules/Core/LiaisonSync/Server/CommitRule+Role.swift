internal import LiaisonModel

// What a contributor may not do with what others made.
extension CommitRule {
  /// Whether it may count who made the record.
  func bindsToOwn(_ item: CommitItem) -> Bool {
    role == .contributor && item.parent != nil && !item.isReoffer && !isImport
  }

  /// - Returns: why an item whose base is the head is not taken; nil if it is.
  func fault(of item: CommitItem, _ facts: CommitFacts) -> Refusal? {
    guard bindsToOwn(item), let head = facts.heads[item.record],
      head.isDeleted != item.filed.summary.isDeleted
    else { return nil }
    // A record that the log has not is the batch's own.
    guard let first = facts.makers[item.record] else { return nil }
    guard (try? read(first.bytes).office) != office else { return nil }
    return Refusal(
      .role,
      "a contributor \(head.isDeleted ? "restores" : "deletes") only what its own office made")
  }
}
