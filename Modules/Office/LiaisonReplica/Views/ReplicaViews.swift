public import LiaisonModel
internal import LiaisonSync

/// Where a replica stands, and what waits in it. Its JSON is a contract.
public struct StatusView: Hashable, Sendable, Encodable {
  public let office: String
  /// What the office may do, as the server said last.
  public let role: String?
  public let address: String
  public let register: String?
  public let position: Int64?
  /// The register's last change when it was last heard of.
  public let head: Int64?
  public let records: Int
  /// Records that wait for a person to settle a conflict.
  public let conflicts: Int
  public let refused: Int
  /// What is in the outbox, oldest first.
  public let pending: [RecordView]
  /// What the server has lost and takes back when healing is open, latest first.
  public let lost: [LogItem]

  /// Whether the replica is known to lack changes of the register.
  public var isIncomplete: Bool { (position ?? 0) < (head ?? 0) }

  init(
    _ identity: ReplicaIdentity, _ counts: ReplicaCounts, _ pending: [RecordView], lost: [LogItem]
  ) {
    office = identity.office.text
    role = identity.role?.rawValue
    address = identity.address
    register = identity.register?.description
    position = identity.cursor?.position.number
    head = identity.head?.position.number
    records = counts.records
    conflicts = counts.unsettled
    refused = counts.refused
    self.pending = pending
    self.lost = lost
  }
}

/// The register's schema, or one kind of it.
public struct SchemaView: Hashable, Sendable {
  public let schema: Schema
  /// The kind that was asked for; nil for all.
  public let kind: Kind?

  public var kinds: [Kind] { kind.map { [$0] } ?? schema.kinds }
}

/// A record with the conflict that it is in.
public struct ShowView: Hashable, Sendable {
  public let record: RecordView
  /// What a person reads for each field of the kind, in its order.
  public let labels: [String]
  public let conflict: ConflictView?
}

/// What was deleted: a record whose deletion waits for the next sync, or one that was never sent.
public enum Deletion: Hashable, Sendable {
  case pending(RecordView)
  case forgotten(RecordView)
}

/// An edit that was taken back.
public struct Discard: Hashable, Sendable {
  /// The record, as it was with the edit.
  public let record: RecordView
  /// Whether it was sent already: it may come back with the next sync.
  public let wasSent: Bool
  /// The records that refer to it, if the register has no such record: they will be refused.
  public let referring: [RecordCode]
}

/// How far a long use case is.
public struct Progress: Hashable, Sendable {
  public let done: Int
  /// How many are still to come; nil if that is not known.
  public let remaining: Int?

  public init(done: Int, remaining: Int?) {
    self.done = done
    self.remaining = remaining
  }
}
