public import LiaisonModel

/// What an office keeps: its copy of the register, its outbox and its conflicts. A port.
///
/// Every store of it passes the same contract tests. It keeps values and decides nothing: the rules
/// are ``OutboxEntry`` and ``Rebase``.
public protocol ReplicaStore: Sendable {
  func identity() async throws -> ReplicaIdentity

  /// Runs `body` on the store as it stands at one moment.
  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any ReplicaReader) throws -> Result
  ) async throws -> Result

  /// Runs `body` in one transaction: gone if it throws, and otherwise as durable as asked for when
  /// the call returns.
  func write<Result: Sendable>(
    _ durability: Durability,
    _ body: @escaping @Sendable (any ReplicaTransaction) throws -> Result
  ) async throws -> Result

  /// Reads every page of the store.
  /// - Throws: ``StoreError/damaged(_:)`` if one is not what it should be.
  func checkIntegrity() async throws
}

/// What a commit survives.
public enum Durability: Hashable, Sendable {
  /// A power cut: for whatever a person or a server was told.
  case durable
  /// A killed process; a power cut may take it back as a whole: for what can be pulled again.
  case repeatable
}

/// A replica at one moment.
public protocol ReplicaReader {
  func identity() throws -> ReplicaIdentity

  func counts() throws -> ReplicaCounts

  func record(_ id: RecordID) throws -> StoredRecord?

  /// The records that have this code, in the register or in an edit, in the order in which they
  /// came here: more than one if the code is taken or was handed on. Deleted ones are among them.
  func records(code: RecordCode) throws -> [StoredRecord]

  /// The codes, of live records and of edits, that begin with a text, in their order: the first ones, and
  /// if there are more than `limit`, the last of all at the end. So what these have in common, all have.
  func codes(beginning text: String, limit: Int) throws -> [RecordCode]

  /// Hands over records that may refer to this one, and maybe itself, until the body returns false: all
  /// that do are among them, as this office sees them. In the order of ``forEachRecord(of:_:)``; cheap
  /// as far as they are indexed.
  func forEachRecord(
    referringTo record: RecordID, _ body: (StoredRecord) throws -> Bool
  ) throws

  /// Hands over every record of a kind, or of all, until the body returns false. In the order of their
  /// kinds and the register's codes; a record that the register has not is in its place by the code of
  /// its edit.
  func forEachRecord(of kind: KindNumber?, _ body: (StoredRecord) throws -> Bool) throws

  /// Hands over every revision of the register that is kept, a record's one after the other, oldest
  /// first, in the order of the records' ids. The last of a record is its head.
  func forEachRevision(_ body: (KeptRevision) throws -> Void) throws

  /// Hands over the same revisions in the order of the log, latest first, until the body returns false.
  func forEachRevisionFromLatest(_ body: (KeptRevision) throws -> Bool) throws

  /// Where each edit of the outbox stands, oldest first.
  func outbox() throws -> [OutboxStanding]

  /// Every id that the register may have an edit of the outbox under (see ``OutboxEntry/edits``).
  func edits() throws -> [EditID]

  /// A revision of this name that the replica has: a head, an earlier one, or what was kept as the
  /// ancestor of an edit.
  func revision(_ name: RevisionID, of record: RecordID) throws -> EncodedRevision?

  /// What these records are found by, as this office sees them; none for one that it has not.
  func summaries(of records: Set<RecordID>) throws -> [RecordID: RevisionSummary]

  /// The earlier revisions of a record that this replica has seen, latest first, without its head.
  func history(of record: RecordID) throws -> [EncodedRevision]

  /// What was kept of a record as the ancestor of an edit, latest first.
  func ancestors(of record: RecordID) throws -> [EncodedRevision]

  /// The records that have every one of these words, or a word that begins with it, best first, as
  /// far as they are indexed. Case and accents do not count; a word without a letter or digit asks
  /// for nothing, and nothing asked for finds nothing.
  func search(_ words: [String], limit: Int) throws -> [StoredRecord]

  /// What persons did here, latest first.
  func steps() throws -> [RememberedStep]

  /// The older places of the log that are remembered, in their order: see ``Waypoints``.
  func waypoints() throws -> [Cursor]

  /// What the server has lost and the replica has not handed back yet, in the order in which it came.
  func lost() throws -> [LostRevision]

  /// About how many records an index lacks, because they are new or have another state than when they were
  /// indexed; 0 if it lacks none.
  func unindexed(_ index: RecordIndex) throws -> Int
}

/// A replica inside one transaction.
public protocol ReplicaTransaction: ReplicaReader {
  /// Takes over what a pull's header says: the register at the first pull, the head, and the schema if
  /// it has one.
  func adopt(_ header: PullHeader) throws

  /// Takes over what became the register's schema.
  func adopt(_ schema: FiledSchema) throws

  /// Makes entries their records' heads, or history if a later head is there; the cursor is then
  /// `through`, unless it is further on already. An entry that was applied before is harmless. Edits of
  /// these records stay in the outbox as they are.
  func apply(_ entries: [Entry], through: Cursor) throws

  /// Puts an edit into the outbox, in the place of its record's earlier one and as old as that.
  func put(_ entry: OutboxEntry) throws

  /// Keeps what a person wrote and stands behind an edit: it is no head, and may never be one.
  func keep(_ ancestor: EncodedRevision, of record: RecordID) throws

  /// Takes a record's edit out of the outbox, and the record with it if the register has none.
  func remove(_ record: RecordID) throws

  /// The highest number of a series in a year: given here, or in any code that the replica has seen
  /// (see ``RecordCode/number(of:in:)``).
  func highestNumber(of series: NumberSeries, in year: Int) throws -> Int

  /// Remembers a number that was given to a record.
  func give(_ number: Int, of series: NumberSeries, in year: Int) throws

  /// It was let in: says which of its office's replicas it is, counted from 1.
  func setNumber(_ number: Int) throws

  func setAddress(_ address: String) throws

  /// - Parameter author: nil if nobody is named any more.
  func setAuthor(_ author: String?) throws

  /// Remembers what a person is about to do, with the record's edit as it is now; the latest
  /// ``Tuning/undoSteps``.
  func remember(_ step: UndoStep) throws

  func forget(step number: Int64) throws

  /// Remembers these places, and no others.
  func setWaypoints(_ places: [Cursor]) throws

  /// Goes back to a place that is remembered. What was applied behind it is void: each record is what it
  /// was there, and what came since is kept as lost. The outbox stays.
  /// - Parameter summary: reads what a record is found by. What it throws ends the transaction.
  func rewind(to place: Cursor, summary: ([UInt8]) throws -> RevisionSummary) throws

  /// These are lost no more.
  func forget(lost revisions: [RevisionID]) throws

  /// Files what words find the next records by that the index lacks, in the order in which they came here.
  /// - Parameters:
  ///   - limit: how many records at most.
  ///   - text: the words of a record; nil for one that none finds. What it throws ends the transaction.
  /// - Returns: how many there were.
  func index(limit: Int, words text: (StoredRecord) throws -> String?) throws -> Int

  /// Files what the next records refer to that the index lacks, likewise.
  func index(limit: Int, links references: (StoredRecord) throws -> Set<RecordID>) throws -> Int
}

/// What records are found by: derived from them, and filed when somebody asks for it.
public enum RecordIndex: CaseIterable, Hashable, Sendable {
  /// The words of their texts.
  case words
  /// What they refer to.
  case links
}

/// How much a replica holds.
public struct ReplicaCounts: Hashable, Sendable {
  /// Live records of the register, as far as the replica knows.
  public var records = 0
  /// Edits, by what they wait for.
  public var ready = 0
  public var inFlight = 0
  public var conflicts = 0
  public var codeTaken = 0
  public var refused = 0

  public init() {}

  /// Edits that wait for a person to settle a conflict, of both kinds.
  public var unsettled: Int { conflicts + codeTaken }
  public var pending: Int { ready + inFlight + conflicts + codeTaken + refused }
}

/// A record as a replica holds it: what the register says, and what waits in the outbox.
public struct StoredRecord: Hashable, Sendable {
  public let id: RecordID
  public let kind: KindNumber
  /// The register's revision; nil for a record that was never accepted.
  public let head: EncodedRevision?
  /// The head's place in the log.
  public let position: LogPosition?
  public let pending: OutboxEntry?

  public init(
    id: RecordID, kind: KindNumber, head: EncodedRevision?, position: LogPosition?,
    pending: OutboxEntry?
  ) {
    self.id = id
    self.kind = kind
    self.head = head
    self.position = position
    self.pending = pending
  }

  /// What a person at this office sees: the office's own edit if there is one.
  public var visible: EncodedRevision? { pending?.latest.encoded ?? head }
}
