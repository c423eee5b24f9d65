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
    guard try await index(.words, progress) else {
      return try await read { try $0.view(try $0.matching(SearchWords(words)), limit) }
    }
    return try await read { snapshot in
      let found = try snapshot.reader.search(words, limit: limit + 1)
      return try snapshot.view(try found.compactMap { try snapshot.record($0) }, limit)
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
      else { return true }
      found.append(record)
      return true
    }
    return found
  }
}
