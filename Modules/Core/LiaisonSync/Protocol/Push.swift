public import LiaisonModel

/// Edits that a server commits together.
public struct PushRequest: Hashable, Sendable {
  public let version: UInt32
  public let register: RegisterID
  /// Where the caller stands in the log.
  public let cursor: Cursor
  public let edits: [Edit]

  public init(
    version: UInt32 = SyncProtocol.version, register: RegisterID, cursor: Cursor, edits: [Edit]
  ) {
    self.version = version
    self.register = register
    self.cursor = cursor
    self.edits = edits
  }
}

/// A revision that an office wants appended. Its parent is the edit's base.
public struct Edit: Hashable, Sendable {
  public let id: EditID
  public let bytes: [UInt8]
  /// Edits that this one has taken in before they were sent: the register files them with it.
  public let absorbed: [EditID]
  /// The bytes of what stands behind the revision's second parent: that first, then its own second
  /// parent, and so on, as far as the register has not accepted them.
  public let ancestors: [[UInt8]]
  /// Whether the register has had the revision and lost it: the caller hands it back as it was.
  public let isReoffer: Bool
  /// Whether the caller has sent it before and had no answer: the register may have the revision.
  public let wasSent: Bool

  public init(
    id: EditID, bytes: [UInt8], absorbed: [EditID] = [], ancestors: [[UInt8]] = [],
    isReoffer: Bool = false, wasSent: Bool = false
  ) {
    self.id = id
    self.bytes = bytes
    self.absorbed = absorbed
    self.ancestors = ancestors
    self.isReoffer = isReoffer
    self.wasSent = wasSent
  }
}

/// The verdicts on one ``PushRequest``, one for each edit, in its order.
public struct PushResponse: Hashable, Sendable {
  public let verdicts: [Verdict]
  public init(verdicts: [Verdict]) { self.verdicts = verdicts }
}

/// What became of one edit; durable when it is sent.
public struct Verdict: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    case committed(Committed)
    /// The edit was pushed before, maybe merged with another head, or taken in by another edit.
    case alreadyCommitted(Committed)
    /// The record's head is not the edit's base; nil if the register has no such record.
    case stale(head: RevisionID?)
    case refused(Refusal)
  }

  public let edit: EditID
  public let outcome: Outcome

  public init(edit: EditID, outcome: Outcome) {
    self.edit = edit
    self.outcome = outcome
  }
}

/// An edit's place in the log.
public struct Committed: Hashable, Sendable {
  public let position: LogPosition
  public let revision: RevisionID

  public init(position: LogPosition, revision: RevisionID) {
    self.position = position
    self.revision = revision
  }
}

/// Why an edit may not enter the register as it is.
public struct Refusal: Error, Hashable, Sendable {
  public enum Reason: Hashable, Sendable, CaseIterable {
    /// The bytes are not a canonical revision, or are too many.
    case malformed
    /// The schema's rules are not met.
    case invalid
    /// Another record has the code.
    case codeTaken
    /// A reference leads to no record, to one of another kind, or round in a circle.
    case reference
    /// The revision names another office than the caller, and healing is closed; or it takes a code of
    /// another one's numbers.
    case office
    /// The office's role does not allow it.
    case role
  }

  public let reason: Reason
  /// For a person to read: names fields and rules, never values.
  public let message: String

  public init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }
}
