internal import LiaisonModel
internal import LiaisonSync

extension Replica {
  /// Records whose text has every word of `text`, or a word that begins with it, best first. Indexes
  /// first what is not yet; where that cannot be written, every text is read instead.
  /// - Parameters:
  ///   - limit: how many records it shows at most.
  ///   - progress: is told how many records have been indexed.
  public func search(
    _ text: String, limit: Int, progress: @Sendable (Progress) -> Void = { _ in }
  ) async throws -> SearchView {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    do {
      try await index(progress)
    } catch StoreError.io, StoreError.full {
      return try await read { try $0.view(try $0.matching(SearchWords(words)), limit) }
    }
    return try await read { snapshot in
      let found = try snapshot.reader.search(words, limit: limit + 1)
      return try snapshot.view(try found.compactMap { try snapshot.record($0) }, limit)
    }
  }

  /// A part at a time, so that others can write between two of them. A replica that has nothing new
  /// is only read.
  private func index(_ progress: (Progress) -> Void) async throws {
    var done = 0
    var total: Int?
    while try await store.read({ try !$0.unindexed(limit: 1).isEmpty }) {
      if total == nil { total = try await store.read { try $0.counts().unindexed } }
      let count = try await store.write(.repeatable) { [coding = environment.coding] transaction in
        let records = try transaction.unindexed(limit: SyncLimits.batchCount)
        for record in records {
          let state = try record.visible.map { try coding.decode($0.bytes).state }
          try transaction.index(record.id, text: state?.searchText)
        }
        return records.count
      }
      guard count > 0 else { return }
      // Whoever waits to write gets in between: SQLite's own waiting is not fair.
      try await environment.sleep(.milliseconds(Tuning.indexPauseMilliseconds))
      done += count
      progress(Progress(done: done, remaining: total.map { max(0, $0 - done) }))
    }
  }
}

/// What a search has found.
public struct SearchView: Sendable {
  public let records: [RecordView]
  /// Whether there are more than it shows.
  public let isCut: Bool
}

extension Snapshot {
  fileprivate func view(_ found: [Record], _ limit: Int) throws -> SearchView {
    let shown = Array(found.prefix(limit))
    let codes = try codes(of: shown.references)
    return SearchView(
      records: shown.map { RecordView($0, codes) }, isCut: found.count > limit)
  }

  /// The records in whose text words occur, found by reading all.
  fileprivate func matching(_ words: SearchWords) throws -> [Record] {
    var found: [Record] = []
    try reader.forEachRecord(of: nil) { stored in
      guard let record = try record(stored), let text = record.visible.state.searchText,
        words.occur(in: text)
      else { return }
      found.append(record)
    }
    return found
  }
}

extension RecordState {
  /// What a search finds the record by; nil for a deleted one.
  fileprivate var searchText: String? {
    guard !isDeleted else { return nil }
    let texts = fields.sorted { $0.key < $1.key }.map { $0.value.text { _ in "" } }
    return ([code.text] + texts).joined(separator: "\n")
  }
}
