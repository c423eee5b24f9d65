public import LiaisonModel
internal import LiaisonSync

/// What of an export cannot be imported as it is.
public struct ExportLoss: Hashable, Sendable {
  public enum Cause: Hashable, Sendable {
    /// The field refers to a record that is deleted, or not here.
    case deadReference
    /// This schema does not know the field, or this version its value: it is left out, but of a full export.
    case unknownField
    /// Only a newer version can read the record, or a part of it.
    case unreadable
    /// Another record of the export has the code.
    case codeTaken
  }

  public let code: RecordCode
  /// Nil if it is about the record as a whole.
  public let field: String?
  public let cause: Cause
}

extension Replica {
  /// Hands over the records of a kind, or of all, in the order of their kinds and codes, each as a line of
  /// a file that import reads: as this office sees them.
  /// - Parameters:
  ///   - isFull: also deleted ones and what this version does not know, and with ids, by which they also refer
  ///     to each other: an import then makes the same records.
  ///   - body: is handed each line, with what is lost of its record.
  public func export(
    _ kind: String? = nil, isFull: Bool = false,
    _ body: @escaping @Sendable (ExportLine, [ExportLoss], Progress) throws -> Void
  ) async throws {
    try await read { snapshot in
      let kind = try kind.map { try snapshot.kind(named: $0) }
      let total = kind == nil ? try snapshot.reader.counts().records : nil
      var done = 0
      var cache = CodeCache(snapshot)
      try snapshot.reader.forEachRecord(of: kind?.number) { stored in
        guard let record = try snapshot.record(stored), isFull || !record.isDeleted else {
          return true
        }
        done += 1
        let progress = Progress(done: done, remaining: total.map { max(0, $0 - done) })
        var codes = try cache.codes(of: record.visible.state.references)
        codes.isExact = isFull
        let losses = record.losses(codes, isFull: isFull)
        let line = try ExportLine(record, codes, isFull: isFull, coding: snapshot.coding)
        try body(line, losses, progress)
        return true
      }
    }
  }
}

extension Record {
  fileprivate var isCodeTaken: Bool {
    if case .codeTaken? = pending?.state { true } else { false }
  }

  fileprivate func losses(_ codes: Codes, isFull: Bool) -> [ExportLoss] {
    var losses: [ExportLoss] = []
    if !isReadable || !isFull && !visible.state.unknown.isEmpty {
      losses.append(ExportLoss(code: code, field: nil, cause: .unreadable))
    }
    if isCodeTaken { losses.append(ExportLoss(code: code, field: nil, cause: .codeTaken)) }
    for (number, value) in visible.state.fields.sorted(by: { $0.key < $1.key }) {
      let name = kind.name(of: number)
      if kind.field(number) == nil || value.isOpaque {
        if !isFull { losses.append(ExportLoss(code: code, field: name, cause: .unknownField)) }
        continue
      }
      let isDead = value.references.contains { target in
        guard codes.known[target] != nil else { return true }
        return !isFull && codes.isDeleted(target)
      }
      if isDead { losses.append(ExportLoss(code: code, field: name, cause: .deadReference)) }
    }
    return losses
  }
}
