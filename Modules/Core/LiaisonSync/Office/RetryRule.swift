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
      return try hasMoved(
        ours.state.references.union([entry.record]), since: refused.position)
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

  /// Whether one of these records, or one that acyclic fields lead to from them, came or changed after
  /// a position. Those that the edit names are all looked at; the way on from them has an end.
  private func hasMoved(_ named: Set<RecordID>, since position: LogPosition) throws -> Bool {
    let schema = try reader.identity().schema
    var known = named
    var layer = named
    while !layer.isEmpty {
      var next: Set<RecordID> = []
      for record in layer {
        guard let stored = try reader.record(record), let head = stored.head else { continue }
        if let moved = stored.position, moved > position { return true }
        guard known.count < named.count + Limits.members else { continue }
        let reached = links(of: try coding.decode(head.bytes), schema).subtracting(known)
        known.formUnion(reached)
        next.formUnion(reached)
      }
      layer = next
    }
    return false
  }

  /// What the fields refer to that may lead in no circle: the only way on that a rule looks at.
  private func links(of revision: Revision, _ schema: Schema?) -> Set<RecordID> {
    let fields = schema?.kind(revision.kind)?.fields.filter { $0.constraints.contains(.acyclic) }
    return (fields ?? []).reduce(into: []) { links, field in
      links.formUnion(revision.state.fields[field.number]?.references ?? [])
    }
  }
}
