internal import LiaisonModel
internal import LiaisonSync

// What records are found by. It is filed when somebody first asks for it, so that a clone stays fast.
extension Replica {
  /// Indexes what is not yet, a part at a time, so that others can write between two of them. A replica
  /// that has nothing new is only read.
  /// - Returns: whether all is indexed. It is not where nothing can be written now, where more comes
  ///   while this works, or where a record cannot be read: whoever needs that one is told so by it.
  func index(_ index: RecordIndex, _ progress: @Sendable (Progress) -> Void) async throws -> Bool {
    do {
      return try await indexAll(index, progress)
    } catch StoreError.io, StoreError.full, StoreError.locked {
      return false
    } catch is CodingError {
      return false
    }
  }

  private func indexAll(
    _ index: RecordIndex, _ progress: (Progress) -> Void
  ) async throws -> Bool {
    var done = 0
    let total = try await store.read { try $0.unindexed(index) }
    while done < total {
      let count = try await store.write(.repeatable) { [coding = environment.coding] transaction in
        switch index {
        case .words:
          try transaction.index(
            limit: Tuning.indexedAtOnce,
            words: { try $0.visible.flatMap { try coding.words(of: $0) } })
        case .links:
          try transaction.index(
            limit: Tuning.indexedAtOnce,
            links: {
              try $0.visible.map { try coding.look(at: $0).revision.state.references } ?? []
            })
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
    return try await store.read { try $0.unindexed(index) } == 0
  }
}

extension RevisionCoding {
  /// What only a newer version can read has no words.
  fileprivate func words(of encoded: EncodedRevision) throws -> String? {
    do {
      return try searchText(of: encoded.bytes)
    } catch let error as CodingError {
      guard isUnreadable(encoded) else { throw error }
      return nil
    }
  }
}
