public import LiaisonModel

/// What an office keeps: its copy of the register, its outbox and its conflicts. A port.
///
/// Every method is one transaction: durable when it returns, and gone where it throws.
public protocol ReplicaStore: Sendable {
  func identity() async throws -> ReplicaIdentity

  // MARK: Sync

  /// Takes over what a pull's header says: register and lineage at the first pull, the head, and
  /// the schema where it is newer.
  func adopt(_ header: PullHeader) async throws

  /// Applies a batch and its cursor. A change that was applied before is harmless.
  func apply(_ batch: PullBatch) async throws

  /// Offers each outbox edit whose record has moved away from its base to `decide`, and stores
  /// what that returns. Edits in flight wait: their verdict must be known first.
  func rebase(
    _ decide: @escaping @Sendable (OutboxEntry, EncodedRevision) throws -> Rebase.Outcome
  ) async throws -> Rebase.Report

  /// The places of the outbox's edits that may be pushed: new records first, then by age.
  func sendable() async throws -> [Int64]

  /// The edits at these places, in their order, until `limit` is reached: at least the first one.
  /// Those that are gone by now, or wait for a person, are left out.
  func entries(at positions: [Int64], limit: BatchLimit) async throws -> [OutboxEntry]

  /// Marks edits as in flight, with the bytes that will be sent. From here on only a verdict, or
  /// a person who discards the edit, ends it.
  /// - Returns: those that may be sent; one that a person edited or discarded in the meantime is
  ///   not among them.
  func markInFlight(_ edits: [EditID: EncodedRevision]) async throws -> Set<EditID>

  /// Files the verdicts of one batch.
  /// - Returns: how many amendments now stand in the place of their edits, to be pushed.
  func settle(_ verdicts: [Verdict]) async throws -> Int

  // MARK: The office's work

  /// How many live records the register has, as far as the replica knows. Reads them all.
  func recordCount() async throws -> Int

  func outboxCounts() async throws -> OutboxCounts

  /// The record of this id.
  func record(_ id: RecordID) async throws -> StoredRecord?

  /// The records that have this code, here or in an edit: more than one where a code is taken.
  func records(code: Code) async throws -> [StoredRecord]

  /// The records whose head or edit has this id in its bytes: all that refer to it, and itself.
  func records(mentioning record: RecordID) async throws -> [StoredRecord]

  /// Hands over every record of a kind, or of all, in the order of their codes, one at a time and
  /// as they stood together at one moment; with it the codes of any records that `body` asks for.
  func forEachRecord(
    of kind: KindNumber?,
    _ body:
      @escaping @Sendable (
        StoredRecord, _ codes: (Set<RecordID>) throws -> [RecordID: Code]
      ) throws -> Void
  ) async throws

  /// Hands over the register's head of each record, in the order of the records' ids.
  func forEachHead(_ body: @escaping @Sendable (EncodedRevision) throws -> Void) async throws

  /// Hands over each record that has something in the outbox, in its order, like `forEachRecord`.
  func forEachPending(
    _ body:
      @escaping @Sendable (
        StoredRecord, _ codes: (Set<RecordID>) throws -> [RecordID: Code]
      ) throws -> Void
  ) async throws

  /// The codes of these records.
  func codes(of records: Set<RecordID>) async throws -> [RecordID: Code]

  /// The next number for an office's codes of a year: above all that were ever given here, and
  /// all that the replica has seen.
  func nextNumber(prefix: String) async throws -> Int

  /// Puts an edit into the outbox. A record's edit that is not in flight is replaced, one that is
  /// gets an amendment. Where the register has moved on since the person read it, the edit keeps
  /// the base that it was made from, for the next rebase to merge.
  /// - Throws: ``StoreError`` `.changed` where another edit of this office came between, or the
  ///   head that a resolution settles has moved.
  func save(_ edit: NewEdit) async throws

  /// Takes a record's edit out of the outbox.
  /// - Parameters:
  ///   - latest: the revision that a person saw of it.
  ///   - isUnsent: only where it is not in flight.
  /// - Returns: false where there was none.
  /// - Throws: ``StoreError`` `.changed` where it is another one by now, or has been sent.
  func discard(_ record: RecordID, latest: RevisionID, isUnsent: Bool) async throws -> Bool

  /// The earlier revisions of a record that this replica has seen, latest first, without its head.
  func history(of record: RecordID) async throws -> [EncodedRevision]

  /// Indexes up to `limit` records whose text has changed since they were indexed.
  /// - Parameter text: the text of a record; nil for one that is not to be found.
  /// - Returns: how many there were.
  func index(
    limit: Int, text: @escaping @Sendable (StoredRecord) throws -> String?
  ) async throws -> Int

  /// The records that match an FTS5 query, best first.
  func search(_ query: String, limit: Int) async throws -> [StoredRecord]
}

/// Which register a replica is of, whose it is, and where it stands.
public struct ReplicaIdentity: Hashable, Sendable {
  public let office: OfficeID
  public let address: String
  /// Nil before the first pull.
  public let register: RegisterID?
  public let cursor: Cursor?
  /// The register's last change when its last pull began; nil where that is not known.
  public let head: Sequence?
  public let schema: Schema?

  public init(
    office: OfficeID, address: String, register: RegisterID?, cursor: Cursor?,
    head: Sequence? = nil, schema: Schema?
  ) {
    self.office = office
    self.address = address
    self.register = register
    self.cursor = cursor
    self.head = head
    self.schema = schema
  }
}

/// How many edits there are, by what they wait for.
public struct OutboxCounts: Hashable, Sendable {
  public var ready = 0
  public var inFlight = 0
  /// Of both kinds.
  public var conflicts = 0
  /// Of the kind *code taken* alone.
  public var codeTaken = 0
  public var refused = 0
  public init() {}
}

/// An edit that is not accepted yet.
public struct OutboxEntry: Hashable, Sendable {
  /// What the edit waits for.
  public enum Status: Hashable, Sendable {
    /// The next sync.
    case ready
    /// A verdict: it was sent, and no answer came.
    case inFlight
    /// A person: the record moved, and the two could not be merged.
    case conflict
    /// A person: another record has the code.
    case codeTaken(reason: String)
    /// A person, or better luck at the next sync: the server refused it.
    case refused(reason: String)

    public var isConflict: Bool {
      switch self {
      case .conflict, .codeTaken: true
      case .ready, .inFlight, .refused: false
      }
    }
  }

  public let position: Int64
  public let record: RecordID
  public let edit: EditID
  /// What the edit was made from; nil for a new record.
  public let base: EncodedRevision?
  public let ours: EncodedRevision
  /// What was edited on top of `ours` while that was in flight.
  public let amendment: EncodedRevision?
  public let status: Status

  public init(
    position: Int64, record: RecordID, edit: EditID, base: EncodedRevision?,
    ours: EncodedRevision, amendment: EncodedRevision?, status: Status
  ) {
    self.position = position
    self.record = record
    self.edit = edit
    self.base = base
    self.ours = ours
    self.amendment = amendment
    self.status = status
  }

  /// What a person at this office last wrote.
  public var latest: EncodedRevision { amendment ?? ours }
}

/// A record as a replica holds it: what the register says, and what waits in the outbox.
public struct StoredRecord: Hashable, Sendable {
  public let id: RecordID
  public let kind: KindNumber
  /// The register's revision; nil for a record that was never accepted.
  public let head: EncodedRevision?
  /// The head's place in the log.
  public let sequence: Sequence?
  public let pending: OutboxEntry?

  public init(
    id: RecordID, kind: KindNumber, head: EncodedRevision?, sequence: Sequence?,
    pending: OutboxEntry?
  ) {
    self.id = id
    self.kind = kind
    self.head = head
    self.sequence = sequence
    self.pending = pending
  }

  /// What a person at this office sees: the office's own edit where there is one.
  public var visible: EncodedRevision? { pending?.latest ?? head }
}

/// An edit to put into the outbox.
public struct NewEdit: Hashable, Sendable {
  public let id: EditID
  public let summary: RevisionSummary
  public let revision: EncodedRevision
  /// The revision that the person was looking at: the head, or the edit that is amended.
  public let basis: RevisionID?
  /// What the register said then; nil for a new record.
  public let base: EncodedRevision?
  /// Whether the edit settles a conflict: its base is then the head, and still the one that the
  /// person was looking at.
  public let isResolution: Bool

  public init(
    id: EditID, summary: RevisionSummary, revision: EncodedRevision, basis: RevisionID?,
    base: EncodedRevision?, isResolution: Bool = false
  ) {
    self.id = id
    self.summary = summary
    self.revision = revision
    self.basis = basis
    self.base = base
    self.isResolution = isResolution
  }
}
