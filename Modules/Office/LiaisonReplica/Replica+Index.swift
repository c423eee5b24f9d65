internal import LiaisonModel
internal import LiaisonSync

// What records are found by. It is filed when somebody first asks for it, so that a clone stays fast.
extension Replica {
  /// Indexes what is not yet, a part at a time, so that others can write between two of them. A replica
  /// that has nothing new is only read.
  /// - Returns: whether all is indexed. It is not where nothing can be written now, where more comes
  ///   while this works, or where a record cannot be read: whoever needs that one is told so by it.
  func index(_ progress: @Sendable (Progress) -> Void) async throws -> Bool {
    do {
      return try await indexAll(progress)
    } catch StoreError.io, StoreError.full, StoreError.locked {
      return false
    } catch is CodingError {
      return false
    }
  }

  private func indexAll(_ progress: (Progress) -> Void) async throws -> Bool {
    var done = 0
    let total = try await store.read { try $0.isIndexed() ? 0 : $0.counts().unindexed }
    while done < total {
      let count = try await store.write(.repeatable) { [coding = environment.coding] transaction in
        try transaction.index(limit: Tuning.indexedAtOnce) { record in
          guard let bytes = record.visible?.bytes else { return IndexEntry(text: nil) }
          let state = try coding.decode(bytes).state
          return IndexEntry(text: state.searchText, references: state.references)
        }
      }
      guard count > 0 else { return true }
      // Whoever waits to write gets in between: SQLite's own waiting is not fair.
      try await environment.sleep(.milliseconds(Tuning.indexPauseMilliseconds))
      done += count
      // A part alone is done before anybody could read of it.
      guard total > Tuning.indexedAtOnce else { continue }
      progress(Progress(done: done, remaining: max(0, total - done)))
    }
    return try await store.read { try $0.isIndexed() }
  }
}

extension RecordState {
  /// What a search finds the record by; nil for a deleted one. What it refers to is no text of it.
  var searchText: String? {
    guard !isDeleted else { return nil }
    var text = code.text
    for (_, value) in fields.sorted(by: { $0.key < $1.key }) where !value.isReference {
      text += "\n"
      text += value.text { _ in "" }
    }
    return text
  }
}

extension FieldValue {
  fileprivate var isReference: Bool {
    switch self {
    case .one(let scalar): scalar.reference != nil
    case .set(let members): members.first?.reference != nil
    case .list(let elements): elements.first?.reference != nil
    }
  }
}
