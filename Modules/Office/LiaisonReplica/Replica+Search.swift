internal import LiaisonModel
internal import LiaisonSync

extension Replica {
  /// Records whose text has every word of `text`, or a word that begins with it, best first. Indexes
  /// first what is not yet.
  /// - Parameter progress: is told how many records have been indexed.
  public func search(
    _ text: String, limit: Int, progress: @Sendable (Progress) -> Void = { _ in }
  ) async throws -> [RecordView] {
    try await index(progress)
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    return try await read { snapshot in
      let records = try snapshot.reader.search(words, limit: limit)
        .compactMap { try snapshot.record($0) }
      let codes = try snapshot.codes(of: records.references)
      return records.map { RecordView($0, codes) }
    }
  }

  /// A part at a time, so that others can write between two of them. A replica that has nothing new
  /// is only read.
  private func index(_ progress: (Progress) -> Void) async throws {
    var total = 0
    while try await store.read({ try !$0.unindexed(limit: 1).isEmpty }) {
      let count = try await store.write(.repeatable) { [coding = environment.coding] transaction in
        let records = try transaction.unindexed(limit: SyncLimits.batchCount)
        for record in records {
          let state = try record.visible.map { try coding.decode($0.bytes).state }
          try transaction.index(record.id, text: state?.searchText)
        }
        return records.count
      }
      guard count > 0 else { return }
      total += count
      progress(Progress(done: total, remaining: nil))
    }
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
