public import LiaisonModel

/// A part of a register that is read, or put into another store, as a whole: all that a store keeps, and nothing
/// of how it does.
public enum RegisterPart: Hashable, Sendable {
  /// Always one, and first.
  case register(Register)
  /// Those that became the register's after the one that it was made with, in the order of the log.
  case schemas([Schema])
  /// In the order of the log.
  case entries([Entry])
  /// In the order of their edits.
  case absorbed([Absorbed])
  /// In the order of their names.
  case ancestors([Ancestor])
  /// In the order of their records and names.
  case wanted([Wanted])
  /// In the order of their records.
  case heads([Head])
  /// In the order of their records and fields.
  case links([Link])
  /// In the order of their records and keys.
  case keys([Key])
  /// In the order of their ids.
  case offices([Office])
  /// In the order of their offices and numbers.
  case replicas([EnrolledReplica])
  /// Oldest first.
  case invitations([IssuedInvitation])
  /// In the order of their replicas.
  case sightings([Sighting])
  /// Oldest first.
  case audit([AuditEntry])

  /// Whether a part is large enough, so that the next row begins another: a part is in memory as a whole, and is put
  /// somewhere with one statement.
  public static func isFull(rows: Int, bytes: Int) -> Bool {
    rows >= Self.rows || bytes >= Self.bytes
  }

  /// Short rows of a part.
  public static let rows = 1000
  /// Bytes that long rows may have together before the last of them.
  public static let bytes = 1 << 20
}

extension RegisterPart {
  /// What there is once.
  public struct Register: Hashable, Sendable {
    public let id: RegisterID
    /// Where the log ends.
    public let head: Cursor
    public var isHealing: Bool
    /// A number of what the roster is: see ``ReplicaRoster/generation()``.
    public var generation: Int
    /// The schema that is the register's, encoded, and since which position; zero for the one that it was made
    /// with.
    public let schema: [UInt8]
    public let schemaPosition: LogPosition
    /// Nil if the register has no authority.
    public let standing: Standing?

    public init(
      id: RegisterID, head: Cursor, isHealing: Bool, generation: Int, schema: [UInt8],
      schemaPosition: LogPosition, standing: Standing?
    ) {
      self.id = id
      self.head = head
      self.isHealing = isHealing
      self.generation = generation
      self.schema = schema
      self.schemaPosition = schemaPosition
      self.standing = standing
    }
  }

  /// A schema in the log, encoded.
  public struct Schema: Hashable, Sendable {
    public let cursor: Cursor
    public let bytes: [UInt8]

    public init(cursor: Cursor, bytes: [UInt8]) {
      self.cursor = cursor
      self.bytes = bytes
    }
  }

  /// An accepted revision in the log.
  public struct Entry: Hashable, Sendable {
    public let cursor: Cursor
    /// Where the record's entry before this one is.
    public let before: LogPosition?
    public let record: RecordID
    public let revision: EncodedRevision
    /// Nil for the first entry of an imported record.
    public let edit: EditID?
    public let handedBackBy: OfficeID?

    public init(
      cursor: Cursor, before: LogPosition?, record: RecordID, revision: EncodedRevision,
      edit: EditID?, handedBackBy: OfficeID?
    ) {
      self.cursor = cursor
      self.before = before
      self.record = record
      self.revision = revision
      self.edit = edit
      self.handedBackBy = handedBackBy
    }
  }

  /// An edit that the one at a position has taken in.
  public struct Absorbed: Hashable, Sendable {
    public let edit: EditID
    public let position: LogPosition

    public init(edit: EditID, position: LogPosition) {
      self.edit = edit
      self.position = position
    }
  }

  /// What came with the entry at a position and stands behind it.
  public struct Ancestor: Hashable, Sendable {
    public let record: RecordID
    public let revision: EncodedRevision
    public let position: LogPosition

    public init(record: RecordID, revision: EncodedRevision, position: LogPosition) {
      self.record = record
      self.revision = revision
      self.position = position
    }
  }

  /// What the entry at a position stands on and is not here.
  public struct Wanted: Hashable, Sendable {
    public let record: RecordID
    public let revision: RevisionID
    public let position: LogPosition

    public init(record: RecordID, revision: RevisionID, position: LogPosition) {
      self.record = record
      self.revision = revision
      self.position = position
    }
  }

  /// A record, and where its last entry is.
  public struct Head: Hashable, Sendable {
    public let summary: RevisionSummary
    public let revision: RevisionID
    public let position: LogPosition

    public init(summary: RevisionSummary, revision: RevisionID, position: LogPosition) {
      self.summary = summary
      self.revision = revision
      self.position = position
    }
  }

  /// What an acyclic field of a head refers to.
  public struct Link: Hashable, Sendable {
    public let record: RecordID
    public let field: FieldNumber
    public let targets: [RecordID]

    public init(record: RecordID, field: FieldNumber, targets: [RecordID]) {
      self.record = record
      self.field = field
      self.targets = targets
    }
  }

  /// What a head holds that no other may.
  public struct Key: Hashable, Sendable {
    public let record: RecordID
    public let key: [UInt8]

    public init(record: RecordID, key: [UInt8]) {
      self.record = record
      self.key = key
    }
  }

  /// What was last seen of a replica.
  public struct Sighting: Hashable, Sendable {
    public let replica: ReplicaID
    public let seen: ReplicaSighting

    public init(replica: ReplicaID, seen: ReplicaSighting) {
      self.replica = replica
      self.seen = seen
    }
  }
}
