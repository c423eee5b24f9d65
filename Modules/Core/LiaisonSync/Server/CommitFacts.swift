public import LiaisonModel

/// What a batch of edits asks of the log: every fact that its ``CommitPlan`` may need.
public struct CommitQuestion: Hashable, Sendable {
  public var edits: Set<EditID> = []
  /// The records of the edits, and those that they refer to.
  public var records: Set<RecordID> = []
  /// The codes that the edits take.
  public var codes: Set<RecordCode> = []
  /// The offices whose numbers the edits take.
  public var offices: Set<OfficeID> = []
  /// The records from which a link may lead back into the batch: all that is reached from them.
  public var chains: Set<RecordID> = []

  public init() {}
}

/// What the log answered, at one moment.
public struct CommitFacts: Hashable, Sendable {
  /// The edits that are in the log already.
  public var known: [EditID: Committed] = [:]
  /// The records that the log has, of those asked for.
  public var heads: [RecordID: LogHead] = [:]
  /// Which live record has a code, of those asked for.
  public var holders: [RecordCode: RecordID] = [:]
  /// The offices that the register has, of those asked for.
  public var offices: Set<OfficeID> = []
  /// What the acyclic fields of a record refer to, for every record that is reached from a chain.
  public var links: [RecordID: Links] = [:]
  /// Records that the log has not, and will have before its transaction ends: the caller's word.
  public var promised: [RecordID: KindNumber] = [:]

  public init() {}

  /// How many facts these are.
  public var count: Int {
    known.count + heads.count + holders.count + offices.count
      + links.values.reduce(0) { $0 + $1.targets.values.reduce(0) { $0 + $1.count } }
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

/// What becomes of one edit.
public struct CommitDecision: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    /// Append the revision. From now on its record's acyclic fields refer to these; nil if its kind
    /// has no such field.
    case append(FiledRevision, links: Links?)
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
