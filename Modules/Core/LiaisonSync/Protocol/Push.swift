public import LiaisonModel

/// Edits that a server commits together.
public struct PushRequest: Hashable, Sendable {
  public let version: UInt32
  public let register: RegisterID
  public let lineage: Lineage
  public let edits: [Edit]

  public init(
    version: UInt32 = SyncProtocol.version, register: RegisterID, lineage: Lineage, edits: [Edit]
  ) {
    self.version = version
    self.register = register
    self.lineage = lineage
    self.edits = edits
  }
}

/// A revision that an office wants appended. Its parent is the edit's base.
public struct Edit: Hashable, Sendable {
  public let id: EditID
  public let bytes: [UInt8]

  public init(id: EditID, bytes: [UInt8]) {
    self.id = id
    self.bytes = bytes
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
    /// The same edit was pushed before.
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
    /// The revision names another office than the caller, or takes a code of another one's numbers.
    case office
  }

  public let reason: Reason
  /// For a person to read: names fields and rules, never values.
  public let message: String

  public init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }
}
