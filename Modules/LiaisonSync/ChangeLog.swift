public import LiaisonModel

/// What a server keeps: the log of accepted changes, and who may write to it. A port.
///
/// Every store of it passes the same contract tests.
public protocol ChangeLog: Sendable {
  func status() async throws -> LogStatus

  /// The office of this id; nil where the register has none.
  func office(_ id: OfficeID) async throws -> Office?

  /// The latest revision of each record that changed after `sequence`, oldest first: at most
  /// `limit.count` of them, and past the first at most `limit.bytes`.
  func changes(after sequence: Sequence, limit: BatchLimit) async throws -> LogBatch

  /// How many records changed since `sequence`.
  func count(after sequence: Sequence) async throws -> Int

  /// Hands over each record's head, in the order of the records' ids.
  func forEachHead(_ body: @escaping @Sendable (EncodedRevision) throws -> Void) async throws

  /// Runs `body` in one transaction. It is durable when the call returns, and leaves nothing
  /// where `body` throws.
  func write<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result
}

/// What a log knows inside a transaction, and how it grows.
public protocol LogTransaction {
  var schema: Schema { get throws }
  /// What became of an edit that was accepted before.
  func accepted(_ edit: EditID) throws -> Accepted?
  func head(of record: RecordID) throws -> LogHead?
  /// The bytes of a record's head.
  func headBytes(of record: RecordID) throws -> [UInt8]?
  /// The live record that has this code.
  func holder(of code: Code) throws -> RecordID?
  /// Appends a revision to the log and makes it its record's head.
  func append(
    _ revision: EncodedRevision, _ summary: RevisionSummary, edit: EditID
  ) throws -> Sequence
}

/// A site with its own replica and its own identity.
public struct Office: Hashable, Sendable {
  public let id: OfficeID
  public let name: String

  public init(id: OfficeID, name: String) {
    self.id = id
    self.name = name
  }
}

public struct LogStatus: Hashable, Sendable {
  public let register: RegisterID
  /// The log's lineage and its last sequence.
  public let head: Cursor
  public let schema: Schema

  public init(register: RegisterID, head: Cursor, schema: Schema) {
    self.register = register
    self.head = head
    self.schema = schema
  }
}

/// A record's latest revision in the log.
public struct LogHead: Hashable, Sendable {
  public let revision: RevisionID
  public let kind: KindNumber
  public let isDeleted: Bool

  public init(revision: RevisionID, kind: KindNumber, isDeleted: Bool) {
    self.revision = revision
    self.kind = kind
    self.isDeleted = isDeleted
  }
}

public struct BatchLimit: Hashable, Sendable {
  public let count: Int
  public let bytes: Int

  public init(count: Int = Limits.batchCount, bytes: Int = Limits.batchBytes) {
    self.count = count
    self.bytes = bytes
  }
}

/// A stretch of the log, as bytes: a server does not decode what it forwards.
public struct LogBatch: Hashable, Sendable {
  public struct Item: Hashable, Sendable {
    public let sequence: Sequence
    public let bytes: [UInt8]

    public init(sequence: Sequence, bytes: [UInt8]) {
      self.sequence = sequence
      self.bytes = bytes
    }
  }

  public let items: [Item]
  /// Where a replica stands that has applied the batch.
  public let through: Sequence
  /// Whether the log held nothing after `through` when it was read.
  public let isLast: Bool

  public init(items: [Item], through: Sequence, isLast: Bool) {
    self.items = items
    self.through = through
    self.isLast = isLast
  }
}
