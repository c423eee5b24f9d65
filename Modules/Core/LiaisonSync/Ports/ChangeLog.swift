public import LiaisonModel

/// What a server keeps: the log of accepted changes, and who may write to it. A port.
///
/// Every store of it passes the same contract tests. When a position is visible, all below it are.
/// Each call throws ``StoreError`` if the store fails, and then has changed nothing.
public protocol ChangeLog: Sendable {
  /// - Parameter places: of which ``LogStatus/shared`` is the last that this log has.
  func status(among places: [Cursor]) async throws -> LogStatus

  /// Whether a place is one of this log's.
  func has(_ place: Cursor) async throws -> Bool

  /// How many records have changed after `position`; cheap for few of them.
  func count(after position: LogPosition) async throws -> RecordCount

  /// The office of this id; nil if the register has none.
  func office(_ id: OfficeID) async throws -> Office?

  /// All offices, in the order of their ids.
  func offices() async throws -> [Office]

  /// - Throws: ``StoreError/exists(_:)`` if the register has an office of this id.
  func add(_ office: Office) async throws

  /// The latest revision of each record that changed after `position`, oldest first, as one batch.
  /// - Parameter since: what each change's ``Change/edits`` go back to: `position`, or one before it.
  func changes(
    after position: LogPosition, since: LogPosition, limit: BatchLimit
  ) async throws -> LogBatch

  /// Hands over every entry, a record's one after the other, oldest first, in the order of the records'
  /// ids. The last of a record is its head.
  func forEachRevision(_ body: @escaping @Sendable (KeptRevision) throws -> Void) async throws

  /// Opens or closes healing: see ``LogStatus/isHealing``.
  func setHealing(_ isHealing: Bool) async throws

  /// Those of some edits that the log has, also as part of another edit.
  func committed(_ edits: Set<EditID>) async throws -> [EditID: FiledEdit]

  /// A record's entries, latest first, and what stands behind them, which has position 0.
  /// - Parameter parents: reads the names of the revisions that one was made from.
  func history(
    of record: RecordID, parents: @escaping @Sendable ([UInt8]) throws -> [RevisionID]
  ) async throws -> [Change]

  /// The latest entries, latest first.
  /// - Parameter isHandedBack: only those that an office has handed back.
  func latest(_ limit: Int, isHandedBack: Bool) async throws -> [LoggedRevision]

  /// The schemas that became the register's after the one that it was made with, oldest first.
  func schemas() async throws -> [LoggedSchema]

  /// Hands over the name of every entry with its cursor, in the order of the log.
  func forEachEntry(_ body: @escaping @Sendable (RevisionID, Cursor) throws -> Void) async throws

  /// Loads the facts that a batch asks for, lets the rule decide, and appends what it decided, in
  /// one transaction. What it returns is durable, and nothing remains if `decide` throws.
  ///
  /// Batches of several callers may share a commit; each is decided on the facts that the ones before
  /// it left. `decide` may run again.
  /// - Returns: one verdict for each decision, in their order.
  func commit(
    _ question: CommitQuestion,
    decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict]

  /// Lets `body` commit as many batches as it likes: all of them become durable, or none. Nobody
  /// else commits meanwhile, and `body` may block its thread.
  func transaction<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result

  /// Reads every page of the store.
  /// - Throws: ``StoreError/damaged(_:)`` if one is not what it should be.
  func checkIntegrity() async throws
}

extension ChangeLog {
  public func has(_ place: Cursor) async throws -> Bool {
    try await status(among: [place]).shared == place
  }

  public func status() async throws -> LogStatus { try await status(among: []) }

  public func changes(after position: LogPosition, limit: BatchLimit) async throws -> LogBatch {
    try await changes(after: position, since: position, limit: limit)
  }
}

/// A change log inside one transaction, which sees what it has appended.
public protocol LogTransaction {
  func facts(for question: CommitQuestion) throws -> CommitFacts

  /// Appends what was decided, in its order.
  /// - Returns: one verdict for each decision, in their order.
  func append(_ decisions: [CommitDecision]) throws -> [Verdict]

  func schema() throws -> FiledSchema

  /// Makes this the register's schema from the next position on.
  /// - Returns: the log's end.
  @discardableResult
  func append(_ schema: FiledSchema) throws -> Cursor

  /// Files anew what a head refers to, or holds that is unique; nil leaves it as it is filed.
  /// - Throws: ``StoreError/exists(_:)`` if another record holds what is unique.
  func file(_ record: RecordID, links: Links?, keys: [UniqueKey]?) throws

  /// Hands over the heads of a kind's records, in the order of their ids.
  func forEachHead(of kind: KindNumber, _ body: (EncodedRevision) throws -> Void) throws
}

/// An entry as a person looks at it.
public struct LoggedRevision: Hashable, Sendable {
  public let position: LogPosition
  public let revision: EncodedRevision
  /// The office that handed it back after the log had lost it.
  public let handedBackBy: OfficeID?

  public init(position: LogPosition, revision: EncodedRevision, handedBackBy: OfficeID?) {
    self.position = position
    self.revision = revision
    self.handedBackBy = handedBackBy
  }
}

/// How many records there are.
public struct RecordCount: Hashable, Sendable {
  public let all: Int
  /// Those that are not deleted.
  public let live: Int

  public init(all: Int, live: Int) {
    self.all = all
    self.live = live
  }
}

/// Some changes of a log, in its order.
public struct LogBatch: Hashable, Sendable {
  public let changes: [Change]
  /// The last schema that became the register's since the place that was asked for, as far as is told.
  public let schema: FiledSchema?
  /// Up to where the log is told with this batch.
  public let through: Cursor
  /// Whether the log held nothing after `through`.
  public let isLast: Bool

  public init(
    changes: [Change], schema: FiledSchema? = nil, through: Cursor, isLast: Bool
  ) {
    self.changes = changes
    self.schema = schema
    self.through = through
    self.isLast = isLast
  }
}

/// A site with its own replica and its own identity.
public struct Office: Hashable, Sendable {
  public let id: OfficeID
  public var name: String
  public var role: Role
  /// Whether its replicas may call no more.
  public var isDisabled: Bool

  public init(id: OfficeID, name: String, role: Role = .registrar, isDisabled: Bool = false) {
    self.id = id
    self.name = name
    self.role = role
    self.isDisabled = isDisabled
  }
}

public struct LogStatus: Hashable, Sendable {
  public let register: RegisterID
  /// Where the log ends.
  public let head: Cursor
  public let filedSchema: FiledSchema
  /// Whether offices may hand back what other offices wrote, because the log has lost entries.
  public let isHealing: Bool
  /// Whether it copies another log, and may be behind it.
  public let isStandby: Bool
  /// Where the register has gone, for whom this is how it was then; nil if it is here.
  public let movedTo: String?
  /// The last of the places that were asked for which is one of this log's; nil if none is.
  public let shared: Cursor?
  /// What ancestors and merges were made from and is not here: ``SyncLimits/wanted`` at most.
  public let wanted: [WantedRevision]

  public init(
    register: RegisterID, head: Cursor, schema: FiledSchema, isHealing: Bool = false,
    isStandby: Bool = false, movedTo: String? = nil, shared: Cursor? = nil,
    wanted: [WantedRevision] = []
  ) {
    self.register = register
    self.head = head
    filedSchema = schema
    self.isHealing = isHealing
    self.isStandby = isStandby
    self.movedTo = movedTo
    self.shared = shared
    self.wanted = wanted
  }

  public var schema: Schema { filedSchema.schema }

  /// - Throws: ``StoreError/moved(to:)`` if the register is no longer here.
  public func checkHere() throws(StoreError) {
    if let movedTo { throw .moved(to: movedTo) }
  }

  /// Whether it copies a log that may have this place, and is not as far: that it lacks it tells nothing.
  public func isBehind(_ place: Cursor) -> Bool { isStandby && place.position > head.position }
}
