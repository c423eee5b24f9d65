public import LiaisonModel

/// What a server keeps: the log of accepted changes, and who may write to it. A port.
///
/// Every store of it passes the same contract tests. When a position is visible, all below it are.
public protocol ChangeLog: Sendable {
  func status() async throws -> LogStatus

  /// How many live records there are.
  func recordCount() async throws -> Int

  /// The office of this id; nil if the register has none.
  func office(_ id: OfficeID) async throws -> Office?

  /// All offices, in the order of their ids.
  func offices() async throws -> [Office]

  /// - Throws: ``StoreError/exists(_:)`` if the register has an office of this id.
  func add(_ office: Office) async throws

  /// The latest revision of each record that changed after `position`, oldest first, as one batch;
  /// its `remaining` is exact.
  func changes(after position: LogPosition, limit: BatchLimit) async throws -> PullBatch

  /// Hands over each record's head, in the order of the records' ids.
  func forEachHead(_ body: @escaping @Sendable (EncodedRevision) throws -> Void) async throws

  /// Loads the facts that a batch asks for, lets the rule decide, and appends what it decided, in
  /// one transaction. What it returns is durable, and nothing remains where `decide` throws.
  ///
  /// Batches of several callers may share a commit; each is decided on the facts that the ones before
  /// it left. `decide` may run again.
  /// - Returns: one verdict for each decision, in their order.
  func commit(
    _ question: CommitQuestion,
    decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict]

  /// Reads every page of the store.
  /// - Throws: ``StoreError/damaged(_:)`` if one is not what it should be.
  func checkIntegrity() async throws
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
  /// The log's lineage and its last position.
  public let head: Cursor
  public let schema: Schema

  public init(register: RegisterID, head: Cursor, schema: Schema) {
    self.register = register
    self.head = head
    self.schema = schema
  }
}
