internal import LiaisonModel

/// Whether an edit that a server refused may be accepted by now, because something that it depends on
/// has changed here since: its record, a record that it refers to, or who has its code.
public struct RetryRule {
  private let reader: any ReplicaReader
  private let coding: any RevisionCoding

  public init(reader: any ReplicaReader, coding: any RevisionCoding) {
    self.reader = reader
    self.coding = coding
  }

  /// - Throws: what the reader or the coding throws.
  public func isDue(_ entry: OutboxEntry) throws -> Bool {
    let ours = try coding.decode(entry.ours.bytes)
    switch entry.state {
    case .ready, .inFlight, .conflict: return false
    case .codeTaken: return try holder(of: ours.state.code, besides: entry.record) == nil
    case .refused(let refused):
      var known: Set<RecordID> = []
      return try hasMoved(
        ours.state.references.union([entry.record]), since: refused.position, &known)
    }
  }

  /// The record that the register is known to have under a code.
  private func holder(of code: RecordCode, besides record: RecordID) throws -> RecordID? {
    try reader.records(code: code).first { stored in
      guard stored.id != record, let head = stored.head else { return false }
      let summary = try coding.summary(of: head.bytes)
      return summary.code == code && !summary.isDeleted
    }?.id
  }

  /// Whether one of these records, or one that is reached from them, came or changed after a position.
  private func hasMoved(
    _ records: Set<RecordID>, since position: LogPosition, _ known: inout Set<RecordID>
  ) throws -> Bool {
    var waiting = records
    while let record = waiting.popFirst(), known.count < Limits.members {
      guard known.insert(record).inserted, let stored = try reader.record(record) else { continue }
      if let moved = stored.position, moved > position { return true }
      guard let head = stored.head else { continue }
      waiting.formUnion(try coding.decode(head.bytes).state.references.subtracting(known))
    }
    return false
  }
}
