public import LiaisonModel

/// What a replica had applied and the server has lost since: it is handed back, or waits until it may be.
public struct LostRevision: Hashable, Sendable {
  public let record: RecordID
  public let revision: EncodedRevision
  /// What the record was at the last place that both logs share; nil if it was not there yet.
  public let shared: RevisionID?
  /// What the log had it under; nil if that is not known.
  public let edits: EditIDs?

  public init(
    record: RecordID, revision: EncodedRevision, shared: RevisionID?, edits: EditIDs? = nil
  ) {
    self.record = record
    self.revision = revision
    self.shared = shared
    self.edits = edits
  }

  /// What a verdict makes of it.
  public enum Fate: Hashable, Sendable {
    /// The log has it again.
    case found(at: LogPosition)
    /// The register has its edit, or what was made of it, as another revision: what that holds decides.
    case isElsewhere(Committed)
    /// It is another office's, and healing is closed.
    case waits
    /// The record has moved on, or the register does not take it as it was: it is merged like an edit.
    case isEdit(OutboxEntry.State)
  }

  /// - Parameter position: where the replica stands.
  /// - Throws: ``CallError/peerFault(_:)`` for a verdict on another revision.
  public func fate(
    after outcome: Verdict.Outcome, at position: LogPosition
  ) throws(CallError) -> Fate {
    switch outcome {
    case .committed(let committed):
      guard committed.revision == revision.id, committed.position > .zero else {
        throw .peerFault(.otherRevisionCommitted)
      }
      return .found(at: committed.position)
    case .alreadyCommitted(let committed):
      guard committed.position > .zero else { throw .peerFault(.otherRevisionCommitted) }
      return committed.revision == revision.id
        ? .found(at: committed.position) : .isElsewhere(committed)
    case .stale: return .isEdit(.ready)
    case .refused(let refusal):
      let refused = OutboxEntry.Refused(message: refusal.message, position: position)
      return switch refusal.reason {
      case .office: .waits
      case .codeTaken: .isEdit(.codeTaken(refused))
      case .malformed, .invalid, .reference, .role: .isEdit(.refused(refused))
      }
    }
  }
}

extension OutboxEntry {
  /// Makes an edit of a revision that was lost, and that its record has moved on from.
  /// - Parameters:
  ///   - lost: the record's last one.
  ///   - ids: those of the edits that are handed back.
  ///   - base: what the record was at the last place that both logs share.
  ///   - chain: the lost revision, and what stands behind its second parent.
  ///   - origin: who hands it back, if another office wrote it.
  public static func handingBack(
    _ lost: FiledRevision, _ ids: EditIDs, base: EncodedRevision?, chain: [RevisionID],
    origin: Origin?, state: State, coding: any RevisionCoding
  ) throws -> OutboxEntry {
    let revision = try coding.decode(lost.bytes)
    if origin == nil, revision.parent == base?.id {
      return OutboxEntry(
        edit: ids.edit, absorbed: ids.absorbed, base: base, ours: lost,
        ancestors: Array(chain.dropFirst()), state: state)
    }
    // Its own parent may be lost as well: it stands behind what is made of it.
    let again = Revision(
      record: revision.record, kind: revision.kind, parent: base?.id, secondParent: lost.id,
      state: revision.state, origin: origin ?? revision.origin)
    return OutboxEntry(
      edit: ids.edit, absorbed: ids.absorbed, base: base, ours: try coding.encode(again),
      maker: .merge, ancestors: chain, state: state)
  }

  /// Brings this edit, which was made from a revision that was lost, onto what both logs share. It holds
  /// what that said; its id is another, since it is no longer only what the person did. Of one that has
  /// ancestors of its own, it stands behind the new one as it was: it names what was lost.
  /// - Parameter ids: the new one, and those of the edits that are handed back.
  public func handingBack(
    on base: EncodedRevision?, chain: [RevisionID], _ ids: EditIDs
  ) -> OutboxEntry {
    OutboxEntry(
      edit: ids.edit, absorbed: ids.absorbed + edits, base: base, ours: latest,
      ancestors: ancestors.isEmpty ? chain : [latest.id] + ancestors, state: .ready)
  }
}
