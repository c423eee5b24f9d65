public import LiaisonModel

extension ReplicaTransaction {
  /// Puts an entry in the place of another of its record; nil if nothing is left of that. What a person
  /// wrote and the new entry was made from is kept.
  public func replace(
    _ before: OutboxEntry?, with entry: OutboxEntry?, of record: RecordID
  ) throws {
    guard let entry else { return try remove(record) }
    if let before, before.maker == .person, entry.ancestors.contains(before.ours.id) {
      try keep(before.ours.encoded, of: record)
      // It may have been amended on what was in flight, which nobody else has.
      if let base = before.base, try revision(base.id, of: record) == nil {
        try keep(base, of: record)
      }
    }
    try put(entry)
  }
}
