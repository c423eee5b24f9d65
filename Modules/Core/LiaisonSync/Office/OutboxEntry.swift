public import LiaisonModel

/// An edit that is not accepted yet: a value with its whole life, and one transition for each event.
///
///     saved ──▶ ready ── sent ──▶ in flight ── committed ──▶ gone, or ready: the amendment on it
///                 ▲                   ├─ stale ──▶ ready
///                 │                   └─ refused ──▶ refused, code taken
///                 ├── retried ── refused, code taken
///                 └── rebased ── any but in flight ──▶ conflict, until saved as a resolution
///
/// A person may discard it anywhere: then it is gone, and whatever the register took of it comes back
/// with a pull. What was amended in flight takes the place of an edit that comes back, and is ready.
/// Every transition is pure. A store keeps what it returns, if the entry is still the one that it was
/// made from.
public struct OutboxEntry: Hashable, Sendable {
  /// What the edit waits for.
  public enum State: Hashable, Sendable {
    /// The next sync.
    case ready
    /// A verdict: it was sent, and no answer came. What was edited meanwhile waits on top of it.
    case inFlight(Amendment?)
    /// A person: it could not be merged with this head.
    case conflict(theirs: RevisionID)
    /// A person, or the code's coming free: another record has the code.
    case codeTaken(Refused)
    /// A person, or a change of what it depends on: the server refused it.
    case refused(Refused)
  }

  /// What a person edited on top of an edit in flight.
  public struct Amendment: Hashable, Sendable {
    public let edit: EditID
    public let revision: FiledRevision

    public init(edit: EditID, revision: FiledRevision) {
      self.edit = edit
      self.revision = revision
    }
  }

  /// What a server said of an edit, and where the replica stood when it heard it.
  public struct Refused: Hashable, Sendable {
    public let message: String
    public let position: LogPosition

    public init(message: String, position: LogPosition) {
      self.message = message
      self.position = position
    }
  }

  public let edit: EditID
  /// What the edit was made from; nil for a new record.
  public let base: EncodedRevision?
  public let ours: FiledRevision
  public let state: State

  public init(edit: EditID, base: EncodedRevision?, ours: FiledRevision, state: State) {
    self.edit = edit
    self.base = base
    self.ours = ours
    self.state = state
  }

  public var record: RecordID { ours.summary.record }

  public var amendment: Amendment? {
    switch state {
    case .inFlight(let amendment): amendment
    case .ready, .conflict, .codeTaken, .refused: nil
    }
  }

  /// What a person at this office last wrote.
  public var latest: FiledRevision { amendment?.revision ?? ours }

  public var isInFlight: Bool {
    switch state {
    case .inFlight: true
    case .ready, .conflict, .codeTaken, .refused: false
    }
  }

  /// Whether it waits for a person to settle a conflict.
  public var isConflict: Bool {
    switch state {
    case .conflict, .codeTaken: true
    case .ready, .inFlight, .refused: false
    }
  }
}

// A person's events.
extension OutboxEntry {
  /// A person saved an edit of a record, or a new record.
  ///
  /// An entry that is not in flight is replaced, one that is gets an amendment. If only the head has
  /// moved since the person read it, the edit keeps the base that it was made from, for the next
  /// rebase to merge.
  /// - Throws: ``StoreError/changed`` if another edit of this office came between, or the head that a
  ///   resolution settles has moved.
  public static func saved(
    _ edit: NewEdit, over stored: StoredRecord?
  ) throws(StoreError) -> OutboxEntry {
    guard edit.isTimely(over: stored) else { throw .changed }
    guard let pending = stored?.pending else {
      let isOnHead = stored?.head?.id == edit.seen
      return OutboxEntry(
        edit: edit.id, base: isOnHead ? stored?.head : edit.base, ours: edit.revision,
        state: .ready)
    }
    if pending.isInFlight {
      return pending.with(.inFlight(Amendment(edit: edit.id, revision: edit.revision)))
    }
    return OutboxEntry(
      edit: edit.id, base: edit.isResolution ? stored?.head : pending.base, ours: edit.revision,
      state: .ready)
  }

  /// A person asked, or what the edit depends on has changed: the next sync sends it again.
  public func retried() -> OutboxEntry {
    switch state {
    case .codeTaken, .refused: with(.ready)
    case .ready, .inFlight, .conflict: self
    }
  }
}

// A sync's events.
extension OutboxEntry {
  /// The record moved, and the edit was merged with its head, or could not be. One in flight stays
  /// as it was sent: its verdict decides.
  public func rebased(_ outcome: Rebase.Outcome, onto head: EncodedRevision) -> OutboxEntry {
    guard !isInFlight else { return self }
    return switch outcome {
    case .rebased(let revision, let edit):
      OutboxEntry(edit: edit, base: head, ours: revision, state: .ready)
    case .conflict: with(.conflict(theirs: head.id))
    }
  }

  /// The edit leaves, as these bytes. From here on only a verdict, or a person who discards it, ends
  /// it.
  /// - Returns: nil for one that may not be sent: it waits for a person, or was sent as other bytes.
  public func sent(as revision: FiledRevision) -> OutboxEntry? {
    switch state {
    case .ready: OutboxEntry(edit: edit, base: base, ours: revision, state: .inFlight(nil))
    case .inFlight: revision == ours ? self : nil
    case .conflict, .codeTaken, .refused: nil
    }
  }

  /// What a verdict leaves of an edit.
  public enum Settlement: Hashable, Sendable {
    /// The register has it; what was amended on it goes on.
    case accepted(Entry, next: OutboxEntry?)
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
    case .committed(let committed), .alreadyCommitted(let committed):
      guard committed.revision == ours.id, committed.position > .zero else {
        throw .peerFault(.otherRevisionCommitted)
      }
      let next = amendment.map {
        OutboxEntry(edit: $0.edit, base: ours.encoded, ours: $0.revision, state: .ready)
      }
      return .accepted(Entry(position: committed.position, revision: ours), next: next)
    case .stale: return waiting(.ready)
    case .refused(let refusal):
      let refused = Refused(message: refusal.message, position: position)
      return waiting(refusal.reason == .codeTaken ? .codeTaken(refused) : .refused(refused))
    }
  }

  /// The edit was not accepted; an amendment takes its place, on the same base.
  private func waiting(_ state: State) -> Settlement {
    guard let amendment else { return .waits(with(state)) }
    if base == nil, amendment.revision.summary.isDeleted { return .forgotten }
    return .waits(
      OutboxEntry(edit: amendment.edit, base: base, ours: amendment.revision, state: .ready))
  }

  private func with(_ state: State) -> OutboxEntry {
    OutboxEntry(edit: edit, base: base, ours: ours, state: state)
  }
}

/// An edit to put into the outbox.
public struct NewEdit: Hashable, Sendable {
  public let id: EditID
  public let revision: FiledRevision
  /// The revision that the person was looking at: the head, or the edit that is amended.
  public let seen: RevisionID?
  /// What the register said then; nil for a new record.
  public let base: EncodedRevision?
  /// Whether the edit settles a conflict: its base is then the head, and still the one that the
  /// person was looking at.
  public let isResolution: Bool

  public init(
    id: EditID, revision: FiledRevision, seen: RevisionID?, base: EncodedRevision?,
    isResolution: Bool = false
  ) {
    self.id = id
    self.revision = revision
    self.seen = seen
    self.base = base
    self.isResolution = isResolution
  }

  fileprivate func isTimely(over stored: StoredRecord?) -> Bool {
    if isResolution {
      guard stored?.head?.id == base?.id, stored?.pending?.isInFlight != true else { return false }
    }
    if stored?.visible?.id == seen { return true }
    // Made from a head, and only the head has moved.
    return stored?.pending == nil && base != nil && base?.id == seen
  }
}
