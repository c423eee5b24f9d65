public import LiaisonModel

/// What a batch of edits asks of the log: every fact that its ``CommitPlan`` may need.
public struct CommitQuestion: Hashable, Sendable {
  public var edits: Set<EditID> = []
  /// The records of the edits, and those that they refer to.
  public var records: Set<RecordID> = []
  /// Records of which it counts what they were.
  public var states: Set<RecordID> = []
  /// Records of which it counts who made them, if they are deleted or restored.
  public var makers: Set<RecordID> = []
  /// The codes that the edits take.
  public var codes: Set<RecordCode> = []
  /// What the records hold that is unique.
  public var keys: Set<UniqueKey> = []
  /// The offices whose numbers the edits take.
  public var offices: Set<OfficeID> = []
  /// The records from which a link may lead back into the batch: all that is reached from them.
  public var chains: Set<RecordID> = []
  /// The second parents of the edits, and what is handed back, with their records.
  public var revisions: [RevisionID: RecordID] = [:]
  /// What is handed back, with its records: the log may want it.
  public var wanted: [RevisionID: RecordID] = [:]

  public init() {}
}

/// What the log answered, at one moment.
public struct CommitFacts: Hashable, Sendable {
  /// The register's schema; nil if the store does not say.
  public var schema: SchemaMark?
  /// The edits that are in the log already.
  public var known: [EditID: FiledEdit] = [:]
  /// Where the revisions are in the log that it has, of those asked for: as entries, or behind the second
  /// parent of one, which is then named.
  public var revisions: [RevisionID: Committed] = [:]
  /// What stands on the revisions that the log wants, of those asked for.
  public var wanted: [RevisionID: Committed] = [:]
  /// The records that the log has, of those asked for.
  public var heads: [RecordID: LogHead] = [:]
  /// What the heads of those records are whose states were asked for.
  public var states: [RecordID: EncodedRevision] = [:]
  /// The first entries of those records whose makers were asked for.
  public var makers: [RecordID: EncodedRevision] = [:]
  /// Which live record has a code, of those asked for.
  public var holders: [RecordCode: RecordID] = [:]
  /// Which live record has what is unique, of that asked for.
  public var keyHolders: [UniqueKey: RecordID] = [:]
  /// The offices that the register has, of those asked for.
  public var offices: Set<OfficeID> = []
  /// What the acyclic fields of a record refer to, for every record that is reached from a chain.
  public var links: [RecordID: Links] = [:]
  /// Records that the log has not, and will have before its transaction ends: the caller's word.
  public var promised: [RecordID: KindNumber] = [:]

  public init() {}

  /// How many facts these are.
  public var count: Int {
    known.count + heads.count + holders.count + offices.count + revisions.count
      + links.values.reduce(0) { $0 + $1.targets.values.reduce(0) { $0 + $1.count } }
  }
}

/// What an edit became in the log.
public struct FiledEdit: Hashable, Sendable {
  public let committed: Committed
  public let record: RecordID

  public init(committed: Committed, record: RecordID) {
    self.committed = committed
    self.record = record
  }
}

/// A record's latest revision in the log.
public struct LogHead: Hashable, Sendable {
  public let revision: RevisionID
  public let kind: KindNumber
  public let code: RecordCode
  public let isDeleted: Bool

  public init(revision: RevisionID, kind: KindNumber, code: RecordCode, isDeleted: Bool) {
    self.revision = revision
    self.kind = kind
    self.code = code
    self.isDeleted = isDeleted
  }
}

/// What the acyclic fields of a record refer to: the steps that may lead in no circle.
public struct Links: Hashable, Sendable {
  /// In the order of the records' ids; no field without a target.
  public private(set) var targets: [FieldNumber: [RecordID]] = [:]

  public init() {}

  public init(_ targets: [FieldNumber: [RecordID]]) {
    for (field, records) in targets { self[field] = records }
  }

  public var isEmpty: Bool { targets.isEmpty }

  public subscript(field: FieldNumber) -> [RecordID] {
    get { targets[field] ?? [] }
    set { targets[field] = newValue.isEmpty ? nil : newValue }
  }
}

/// What comes with an edit, besides its revision and what that names.
public struct Provenance: Hashable, Sendable {
  /// Other edits that it has taken in; they are filed under its revision's position.
  public let absorbed: [EditID]
  /// What stands behind the revision's second parent, and is no entry.
  public let ancestors: [EncodedRevision]
  /// What those were made from, or the revision's second parent, and did not come: entries, unless a restored
  /// log has lost them.
  public let open: [RevisionID]

  /// - Returns: nil if it was made of nothing else.
  public init?(
    absorbed: [EditID] = [], ancestors: [EncodedRevision] = [], open: [RevisionID] = []
  ) {
    guard !absorbed.isEmpty || !ancestors.isEmpty || !open.isEmpty else { return nil }
    self.absorbed = absorbed
    self.ancestors = ancestors
    self.open = open
  }
}

/// What an accepted edit adds to the log.
public struct LogAddition: Hashable, Sendable {
  public let revision: FiledRevision
  /// From now on the record's acyclic fields refer to these; nil if its kind has no such field.
  public let links: Links?
  /// From now on the record alone holds these; nil if nothing of its kind is unique.
  public let keys: [UniqueKey]?
  /// Nil for most.
  public let provenance: Provenance?
  /// The office that handed the revision back; nil if its own office pushed it.
  public let handedBackBy: OfficeID?
  /// Whether it is known to be its record's first entry.
  public let isFirst: Bool
  /// Whether an office may ask for it by its edit's id: not if it is the first entry of an imported record,
  /// which nobody has in an outbox.
  public let hasEdit: Bool

  public init(
    _ revision: FiledRevision, links: Links?, keys: [UniqueKey]? = nil,
    provenance: Provenance? = nil,
    handedBackBy: OfficeID? = nil, isFirst: Bool = false, hasEdit: Bool = true
  ) {
    self.revision = revision
    self.links = links
    self.keys = keys
    self.provenance = provenance
    self.handedBackBy = handedBackBy
    self.isFirst = isFirst
    self.hasEdit = hasEdit
  }
}

/// What becomes of one edit.
public struct CommitDecision: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    case append(LogAddition)
    /// Nothing is appended, since the log has it: what comes with it is filed as far as that is missing.
    case file(Provenance, FiledEdit)
    /// Nothing is appended.
    case answer(Verdict.Outcome)
  }

  public let edit: EditID
  public let action: Action

  public init(edit: EditID, action: Action) {
    self.edit = edit
    self.action = action
  }
}
