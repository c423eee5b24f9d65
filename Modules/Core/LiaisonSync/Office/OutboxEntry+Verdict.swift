public import LiaisonModel

// What the register says of an edit: by a verdict, or because it has it already.
extension OutboxEntry {
  /// What a verdict leaves of an edit.
  public enum Settlement: Hashable, Sendable {
    /// The register has it; what was amended on it goes on.
    case accepted(Entry, next: OutboxEntry?)
    /// The register has had it, as another revision, which a pull brings.
    case known(next: OutboxEntry?)
    /// It stays, or its amendment takes its place.
    case waits(OutboxEntry)
    /// A new record that was deleted on its way, and has not arrived.
    case forgotten
  }

  /// The server's verdict is in.
  /// - Parameter position: where the replica stands.
  /// - Throws: ``CallError/peerFault(_:)`` for a verdict that this edit cannot have.
  public func settled(
    by outcome: Verdict.Outcome, at position: LogPosition
  ) throws(CallError) -> Settlement {
    guard isInFlight else { throw .peerFault(.verdictOnUnsentEdit) }
    switch outcome {
    case .committed(let committed):
      guard committed.revision == ours.id, committed.position > .zero else {
        throw .peerFault(.otherRevisionCommitted)
      }
      return .accepted(entry(at: committed.position), next: next)
    case .alreadyCommitted(let committed):
      guard committed.position > .zero else { throw .peerFault(.otherRevisionCommitted) }
      // A copy of this replica may have sent it first, merged with another head.
      guard committed.revision == ours.id else { return .known(next: next) }
      return .accepted(entry(at: committed.position), next: next)
    case .stale: return waiting(.ready)
    case .refused(let refusal):
      let refused = Refused(message: refusal.message, position: position)
      return waiting(refusal.reason == .codeTaken ? .codeTaken(refused) : .refused(refused))
    }
  }

  private func entry(at position: LogPosition) -> Entry {
    Entry(position: position, revision: ours, edits: EditIDs(edit, absorbed: absorbed))
  }

  /// What was amended on the edit, once the register has that. A merge sees what the person changed.
  private var next: OutboxEntry? {
    amendment.map {
      OutboxEntry(edit: $0.edit, base: ours.encoded, ours: $0.revision, state: .ready)
    }
  }

  /// The edit was not accepted; an amendment takes its place, on the same base.
  private func waiting(_ state: State) -> Settlement {
    guard let amendment else { return .waits(with(state)) }
    if base == nil, amendment.revision.summary.isDeleted { return .forgotten }
    return .waits(
      OutboxEntry(
        edit: amendment.edit, absorbed: absorbed + [edit], base: base, ours: amendment.revision,
        ancestors: ancestors, state: .ready))
  }
}

extension OutboxEntry {
  /// What is left of an edit that the register has already, as a whole or in part.
  public enum Remainder: Hashable, Sendable {
    /// The register has none of it.
    case untouched
    /// The register has all of it.
    case none
    /// The register has what was amended.
    case some(OutboxEntry)
    /// The register has made this revision of an edit that it has taken in before it was sent; so many of
    /// those are left. See ``OutboxEntry/goingOn(from:accepted:absorbed:)``.
    case goesOn(from: EditID, accepted: EncodedRevision, absorbed: [EditID])
  }

  /// The register names edits that it has: this replica was restored from a backup or copied, or was cut
  /// off before it wrote down what had become of them. Whatever was merged would apply them twice.
  /// - Parameters:
  ///   - known: the edits that the register has, with the revisions that they became.
  ///   - revision: one of them, if this replica has it.
  public func without(
    _ known: [EditID: RevisionID], revision: (RevisionID) throws -> EncodedRevision?
  ) rethrows -> Remainder {
    if let amendment, known[amendment.edit] != nil { return .none }
    if known[edit] != nil { return next.map { .some($0) } ?? .none }
    // What was amended before it was sent: the person went on from there.
    guard !isInFlight, let last = absorbed.last(where: { known[$0] != nil }),
      let name = known[last], let accepted = try revision(name)
    else { return .untouched }
    return .goesOn(
      from: last, accepted: accepted, absorbed: Array(absorbed.drop { $0 != last }.dropFirst()))
  }

  /// The edit, once the register has one that it has taken in. A merge sees what the person changed in that
  /// one as it was here; what others had changed by then is no change of the person's.
  /// - Parameters:
  ///   - seen: the one that was taken in, as the person saw it: see ``Rebase/start(of:seen:parent:)``; nil if
  ///     that is not remembered any more.
  ///   - accepted: what the register has made of it.
  ///   - absorbed: what the edit has taken in since.
  public func goingOn(
    from seen: EncodedRevision?, accepted: EncodedRevision, absorbed: [EditID]
  ) -> OutboxEntry {
    OutboxEntry(
      edit: edit, absorbed: absorbed, base: seen ?? base ?? accepted, ours: ours, maker: maker,
      ancestors: ancestors, state: isConflict ? .ready : state)
  }
}
