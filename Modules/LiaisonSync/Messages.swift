public import LiaisonModel

/// Where a replica stands in a server's log.
public struct Cursor: Hashable, Sendable {
  public let lineage: Lineage
  /// The last sequence that the replica has applied.
  public let sequence: Sequence

  public init(lineage: Lineage, sequence: Sequence) {
    self.lineage = lineage
    self.sequence = sequence
  }
}

/// The protocol that both sides must speak.
public enum SyncProtocol {
  public static let version: UInt32 = 1
}

/// Asks for what changed since a cursor.
public struct PullRequest: Hashable, Sendable {
  public let version: UInt32
  /// The register that the replica is of; nil for a clone.
  public let register: RegisterID?
  /// Nil before the first pull.
  public let cursor: Cursor?
  /// The version of the schema that the replica has; 0 where it has none.
  public let schemaVersion: UInt32
  /// Whether the stream stays open and delivers new changes as they are committed.
  public let follow: Bool

  public init(
    version: UInt32 = SyncProtocol.version, register: RegisterID?, cursor: Cursor?,
    schemaVersion: UInt32, follow: Bool
  ) {
    self.version = version
    self.register = register
    self.cursor = cursor
    self.schemaVersion = schemaVersion
    self.follow = follow
  }
}

/// Opens every pull.
public struct PullHeader: Hashable, Sendable {
  public let version: UInt32
  public let register: RegisterID
  /// The log's lineage, and its last sequence as the call began.
  public let head: Cursor
  public let schemaVersion: UInt32
  /// The schema, where the replica's is older.
  public let schema: Schema?
  public let limits: ServerLimits

  public init(
    version: UInt32 = SyncProtocol.version, register: RegisterID, head: Cursor,
    schemaVersion: UInt32, schema: Schema?, limits: ServerLimits
  ) {
    self.version = version
    self.register = register
    self.head = head
    self.schemaVersion = schemaVersion
    self.schema = schema
    self.limits = limits
  }
}

/// What a server takes in one message.
public struct ServerLimits: Hashable, Sendable {
  public let batchBytes: Int
  public let batchCount: Int
  public let revisionBytes: Int

  public init(
    batchBytes: Int = Limits.batchBytes, batchCount: Int = Limits.batchCount,
    revisionBytes: Int = Limits.revisionBytes
  ) {
    self.batchBytes = batchBytes
    self.batchCount = batchCount
    self.revisionBytes = revisionBytes
  }
}

/// An accepted revision with its place in the log.
public struct Change: Hashable, Sendable {
  public let sequence: Sequence
  public let revision: EncodedRevision
  public let summary: RevisionSummary

  public init(sequence: Sequence, revision: EncodedRevision, summary: RevisionSummary) {
    self.sequence = sequence
    self.revision = revision
    self.summary = summary
  }
}

/// The latest revision of each record that changed, in the order of the log.
public struct PullBatch: Hashable, Sendable {
  public let changes: [Change]
  /// The replica's cursor once it has applied this batch.
  public let through: Sequence
  /// About how many records are still to come.
  public let remaining: Int

  public init(changes: [Change], through: Sequence, remaining: Int) {
    self.changes = changes
    self.through = through
    self.remaining = remaining
  }
}

/// One message of a pull.
public enum PullMessage: Hashable, Sendable {
  case header(PullHeader)
  case batch(PullBatch)
}

/// One message of a pull as the server makes it: revisions are bytes that it does not decode.
public enum PullReply: Hashable, Sendable {
  case header(PullHeader)
  /// A stretch of the log, and about how many records are still to come after it.
  case batch(LogBatch, remaining: Int)
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

/// Edits that a server commits in one transaction.
public struct PushBatch: Hashable, Sendable {
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

/// What became of one edit; durable when it is sent.
public struct Verdict: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    case committed(Accepted)
    /// The same edit was pushed before.
    case alreadyCommitted(Accepted)
    /// The record's head is not the edit's base; nil where the register has no such record.
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
public struct Accepted: Hashable, Sendable {
  public let sequence: Sequence
  public let revision: RevisionID

  public init(sequence: Sequence, revision: RevisionID) {
    self.sequence = sequence
    self.revision = revision
  }
}

/// Why an edit may not enter the register as it is.
public struct Refusal: Error, Hashable, Sendable {
  public enum Code: Hashable, Sendable, CaseIterable {
    /// The bytes are not a canonical revision, or are too many.
    case malformed
    /// The schema's rules are not met.
    case invalid
    /// Another record has the code.
    case codeTaken
    /// A reference leads to no record, to one of another kind, or round in a circle.
    case reference
    /// The revision names another office than the caller.
    case office
  }

  public let code: Code
  /// For a person to read: names fields and rules, never values.
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }
}
