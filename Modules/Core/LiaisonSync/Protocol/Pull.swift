public import LiaisonModel

/// The protocol that both sides must speak: a number that grows with what an older one would not understand.
public enum SyncProtocol {
  /// The newest that this version speaks.
  public static let version: UInt32 = 1
  /// All that it speaks.
  public static let spoken = version...version

  /// The newest that two sides speak; nil if they have none in common.
  public static func common(_ one: ClosedRange<UInt32>, _ other: ClosedRange<UInt32>) -> UInt32? {
    let newest = min(one.upperBound, other.upperBound)
    return newest >= max(one.lowerBound, other.lowerBound) ? newest : nil
  }
}

/// A place in a log, and the name of all that the log holds up to there: two logs that have a cursor in
/// common hold the same up to it.
public struct Cursor: Hashable, Sendable {
  public let position: LogPosition
  public let prefix: LogPrefix

  public init(position: LogPosition, prefix: LogPrefix) {
    self.position = position
    self.prefix = prefix
  }
}

/// Asks for what changed since a cursor.
public struct PullRequest: Hashable, Sendable {
  /// The protocols that the caller speaks.
  public let versions: ClosedRange<UInt32>
  /// The register that the replica is of; nil for a clone.
  public let register: RegisterID?
  /// Up to where the replica has applied the log; nil before the first pull.
  public let cursor: Cursor?
  /// The schema that the replica has; nil if it has none.
  public let schema: SchemaMark?
  /// Whether the stream stays open and delivers new changes as they are committed.
  public let follow: Bool
  /// Every id that the register may have an edit of the caller's outbox under.
  public let edits: [EditID]
  /// Places where the replica stood before; empty unless the log did not know the cursor.
  public let older: [Cursor]
  /// Where the log ended for the pull that broke, if the replica is in the middle of one: it holds not all
  /// up to its cursor, since of a record that changed again by then only the later change was to come.
  public let until: Cursor?
  /// What the replica says of itself; nil if it says nothing.
  public let report: ReplicaReport?

  public init(
    versions: ClosedRange<UInt32> = SyncProtocol.spoken, register: RegisterID?, cursor: Cursor?,
    schema: SchemaMark?, follow: Bool, edits: [EditID] = [], older: [Cursor] = [],
    until: Cursor? = nil, report: ReplicaReport? = nil
  ) {
    self.versions = versions
    self.register = register
    self.cursor = cursor
    self.schema = schema
    self.follow = follow
    self.edits = edits
    self.older = older
    self.until = until
    self.report = report
  }
}

/// One message of a pull: the header first, then batches.
public enum PullResponse: Hashable, Sendable {
  case header(PullHeader)
  case batch(PullBatch)
}

/// Opens every pull.
public struct PullHeader: Hashable, Sendable {
  /// The protocol that both speak from here on: the newest that they have in common.
  public let version: UInt32
  /// Nil if it is the one that the request names.
  public let register: RegisterID?
  /// Where the log ended as the call began; nil if that is the request's cursor.
  public let head: Cursor?
  /// The register's schema; nil if the replica has it.
  public let schema: FiledSchema?
  public let limits: ServerLimits
  /// Those of the request's edits that the log has.
  public let known: [KnownEdit]
  /// The last place that both logs have, from where the pull goes on; nil if that is the cursor.
  public let shared: Cursor?
  /// What ancestors and merges were made from and the register lacks: at most ``SyncLimits/wanted``.
  public let wanted: [WantedRevision]

  /// What the calling office may do; nil if the server does not say.
  public let role: Role?

  public init(
    version: UInt32 = SyncProtocol.version, register: RegisterID?, head: Cursor?,
    schema: FiledSchema?, limits: ServerLimits, known: [KnownEdit] = [],
    shared: Cursor? = nil, wanted: [WantedRevision] = [], role: Role? = nil
  ) {
    self.role = role
    self.version = version
    self.register = register
    self.head = head
    self.schema = schema
    self.limits = limits
    self.known = known
    self.shared = shared
    self.wanted = wanted
  }
}

/// A revision that a restored register has lost, and whoever handed back what stands on it did not have. Who
/// has it offers it.
public struct WantedRevision: Hashable, Sendable {
  public let record: RecordID
  public let revision: RevisionID

  public init(record: RecordID, revision: RevisionID) {
    self.record = record
    self.revision = revision
  }
}

/// An edit that a log has, and what it became there.
public struct KnownEdit: Hashable, Sendable {
  public let edit: EditID
  public let committed: Committed

  public init(edit: EditID, committed: Committed) {
    self.edit = edit
    self.committed = committed
  }
}

/// What a server takes in one message, and of one office.
public struct ServerLimits: Hashable, Sendable {
  public let batch: BatchLimit
  /// Calls that it answers at once.
  public let officeCalls: Int

  public init(
    batch: BatchLimit = BatchLimit(), officeCalls: Int = SyncLimits.officeCalls
  ) {
    self.batch = batch
    self.officeCalls = officeCalls
  }
}

/// What one batch holds at most; a single revision may always travel alone.
public struct BatchLimit: Hashable, Sendable {
  /// Changes or edits.
  public let count: Int
  /// Bytes of revisions.
  public let bytes: Int

  public init(count: Int = SyncLimits.batchCount, bytes: Int = SyncLimits.batchBytes) {
    self.count = count
    self.bytes = bytes
  }

  /// What both sides take.
  public func narrowed(to other: BatchLimit) -> BatchLimit {
    BatchLimit(count: min(count, other.count), bytes: min(bytes, other.bytes))
  }
}

/// The latest revision of each record that changed, in the order of the log.
public struct PullBatch: Hashable, Sendable {
  public let changes: [Change]
  /// The register's schema, if it became that since the batch before this; it counts before the changes.
  public let schema: FiledSchema?
  /// The replica's cursor once it has applied this batch. A batch without changes is a heartbeat, or
  /// moves the cursor on.
  public let through: Cursor
  /// About how many records are still to come; 0 says that the log held nothing after `through`.
  public let remaining: Int

  public init(
    changes: [Change], schema: FiledSchema? = nil, through: Cursor, remaining: Int
  ) {
    self.changes = changes
    self.schema = schema
    self.through = through
    self.remaining = remaining
  }
}

/// A revision with its place in the log, as the bytes that its office pushed: a server does not
/// decode what it forwards.
public struct Change: Hashable, Sendable {
  public let position: LogPosition
  public let bytes: [UInt8]
  /// What the revision is filed under, and what its record's revisions are since the replica has seen it last,
  /// which do not come; nil for what is no entry.
  public let edits: EditIDs?

  public init(position: LogPosition, bytes: [UInt8], edits: EditIDs? = nil) {
    self.position = position
    self.bytes = bytes
    self.edits = edits
  }
}
