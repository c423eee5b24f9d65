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
/// An edit that the register turns out to have already is gone as well, wherever it stood.
///
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

  /// Who made ``ours``.
  public enum Maker: Hashable, Sendable {
    case person
    /// A merge of what a person wrote, which is the first of the ancestors.
    case merge
  }

  /// Names what a person did; stays through every merge.
  public let edit: EditID
  /// The edits that this one has taken in before they were sent, oldest first: the register files them
  /// with it.
  public let absorbed: [EditID]
  /// What the edit was made from; nil for a new record.
  public let base: EncodedRevision?
  public let ours: FiledRevision
  public let maker: Maker
  /// What persons wrote and ``ours`` was merged from or settles, latest first: of `ours` the second
  /// parent, of that its second parent, and so on, as far as the register has not accepted them.
  public let ancestors: [RevisionID]
  public let state: State

  public init(
    edit: EditID, absorbed: [EditID] = [], base: EncodedRevision?, ours: FiledRevision,
    maker: Maker = .person, ancestors: [RevisionID] = [], state: State
  ) {
    self.edit = edit
    self.absorbed = absorbed
    self.base = base
    self.ours = ours
    self.maker = maker
    self.ancestors = ancestors
    self.state = state
  }

  /// The ancestors of what is merged from this edit, or settles it.
  public var behind: [RevisionID] {
    switch maker {
    case .person: [ours.id] + ancestors
    case .merge: ancestors
    }
  }

  /// Every id that the register may have this edit under, or a part of it.
  public var edits: [EditID] { absorbed + [edit] + (amendment.map { [$0.edit] } ?? []) }

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
      edit: edit.id, absorbed: pending.absorbed + [pending.edit],
      base: edit.isResolution ? stored?.head : pending.base, ours: edit.revision,
      ancestors: edit.isResolution ? pending.behind : pending.ancestors, state: .ready)
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
  /// - Returns: nil if nothing is left of it that the head does not hold.
  public func rebased(_ outcome: Rebase.Outcome, onto head: EncodedRevision) -> OutboxEntry? {
    guard !isInFlight else { return self }
    return switch outcome {
    case .rebased(let revision):
      OutboxEntry(
        edit: edit, absorbed: absorbed, base: head, ours: revision, maker: .merge,
        ancestors: behind, state: .ready)
    case .nothingLeft: nil
    case .conflict: with(.conflict(theirs: head.id))
    }
  }

  /// The edit leaves, as these bytes. From here on only a verdict, or a person who discards it, ends
  /// it.
  /// - Returns: nil for one that may not be sent: it waits for a person, or was sent as other bytes.
  public func sent(as revision: FiledRevision) -> OutboxEntry? {
    switch state {
    case .ready:
      OutboxEntry(
        edit: edit, absorbed: absorbed, base: base, ours: revision, maker: maker,
        ancestors: ancestors, state: .inFlight(nil))
    case .inFlight: revision == ours ? self : nil
    case .conflict, .codeTaken, .refused: nil
    }
  }
}

extension OutboxEntry {
  func with(_ state: State) -> OutboxEntry {
    OutboxEntry(
      edit: edit, absorbed: absorbed, base: base, ours: ours, maker: maker, ancestors: ancestors,
      state: state)
  }
}
