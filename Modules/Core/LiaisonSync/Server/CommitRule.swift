public import LiaisonModel

/// Whether edits may be appended: the only thing that a server decides. It never merges.
///
/// Its two halves stand on either side of the log: ``plan(_:)`` reads the edits and says what must be
/// known of the log, ``CommitPlan/decide(_:)`` answers from that alone. Both cost what the edits and
/// their references are in number, not what the log holds.
public struct CommitRule: Sendable {
  let office: OfficeID
  let schema: Schema
  let isImport: Bool

  /// - Parameters:
  ///   - office: the office that pushes.
  ///   - isImport: whether the edits are those of an import: it brings the numbers of all offices, and
  ///     the log may refer to records that it has only promised.
  public init(office: OfficeID, schema: Schema, isImport: Bool = false) {
    self.office = office
    self.schema = schema
    self.isImport = isImport
  }

  /// An edit that has been read, before its transaction starts.
  public struct Candidate: Sendable {
    public let edit: EditID
    /// The name of its bytes, also if these cannot be read; nil if it came without.
    public let revision: RevisionID?
    public let content: Result<Content, Refusal>

    public struct Content: Sendable {
      public let filed: FiledRevision
      public let revision: Revision

      public init(filed: FiledRevision, revision: Revision) {
        self.filed = filed
        self.revision = revision
      }
    }

    public init(edit: EditID, revision: RevisionID?, content: Result<Content, Refusal>) {
      self.edit = edit
      self.revision = revision
      self.content = content
    }

    /// Reads an edit as it came from an office.
    public init(_ edit: Edit, coding: any RevisionCoding) {
      let name = coding.id(of: edit.bytes)
      self.init(
        edit: edit.id, revision: name,
        content: Result {
          let revision = try coding.decode(edit.bytes)
          let encoded = EncodedRevision(id: name, bytes: edit.bytes)
          return Content(
            filed: FiledRevision(encoded, RevisionSummary(revision)), revision: revision)
        }.mapError { Refusal(.malformed, "\($0)") })
    }
  }

  /// Everything that can be said of a batch without the log.
  public func plan(_ batch: [Candidate]) -> CommitPlan {
    var seen: Set<EditID> = []
    var references = 0
    let fields = Dictionary(schema.kinds.map { ($0.number, ReferenceField.all(of: $0)) }) {
      first, _ in first
    }
    let items = batch.map { candidate -> CommitPlan.Entry in
      guard seen.insert(candidate.edit).inserted else {
        return .repeated(candidate.edit)
      }
      switch candidate.content {
      case .failure(let refusal):
        return .refused(candidate.edit, candidate.revision, refusal)
      case .success(let content):
        let item = CommitItem(
          edit: candidate.edit, content, fields[content.revision.kind] ?? [],
          mayTakeAnyNumber: isImport)
        references += item.references.reduce(0) { $0 + $1.targets.count }
        if let refusal = refusal(content.revision, references) {
          return .refused(candidate.edit, candidate.revision, refusal)
        }
        return .item(item, fault: fault(in: content.revision))
      }
    }
    return CommitPlan(items, isImport: isImport)
  }

  /// What no state of the log can mend, whatever the revision's base.
  private func refusal(_ revision: Revision, _ references: Int) -> Refusal? {
    guard revision.office == office else {
      return Refusal(.office, "the revision names office \(revision.office), not \(office)")
    }
    guard references <= SyncLimits.batchReferences else {
      return Refusal(
        .invalid, "the batch has more than \(SyncLimits.batchReferences) references before it ends")
    }
    return nil
  }

  /// What the schema has against the revision.
  private func fault(in revision: Revision) -> Refusal? {
    if let problem = schema.problems(with: revision.state, of: revision.kind).first {
      return Refusal(.invalid, problem.message)
    }
    if let fault = TextRules.problem(withWord: revision.author) {
      return Refusal(.invalid, "the author \(fault)")
    }
    return TextRules.problem(withLine: revision.note).map { Refusal(.invalid, "the note \($0)") }
  }
}

/// What of a field counts when a revision is decided: where its references lead.
struct ReferenceField: Sendable {
  let number: FieldNumber
  let name: String
  let target: KindNumber
  let isAcyclic: Bool

  /// In the order of the kind's fields.
  static func all(of kind: Kind) -> [ReferenceField] {
    kind.fields.compactMap { field in
      field.target.map {
        ReferenceField(
          number: field.number, name: field.name, target: $0,
          isAcyclic: field.constraints.contains(.acyclic))
      }
    }
  }
}

/// What of a revision counts when it is decided.
struct CommitItem: Sendable {
  /// What one of its fields refers to.
  struct References: Sendable {
    let field: ReferenceField
    /// In the order of the records' ids.
    let targets: [RecordID]
  }

  let edit: EditID
  let filed: FiledRevision
  let parent: RevisionID?
  /// Those of its kind, with a value or without.
  let referenceFields: [ReferenceField]
  /// In the order of the kind's fields; none without a target.
  let references: [References]
  /// What its acyclic fields refer to; nil if its kind has none.
  let links: Links?
  /// Whose numbers the code is one of, if another office's; nil also if the caller may take those.
  let otherNumbers: OfficeID?

  var record: RecordID { filed.summary.record }
  var kind: KindNumber { filed.summary.kind }
  /// The code that the record takes for itself; nil if it is deleted.
  var code: RecordCode? { filed.summary.isDeleted ? nil : filed.summary.code }

  init(
    edit: EditID, _ content: CommitRule.Candidate.Content, _ referenceFields: [ReferenceField],
    mayTakeAnyNumber: Bool
  ) {
    self.edit = edit
    filed = content.filed
    parent = content.revision.parent
    let numbers = content.filed.summary.isDeleted ? nil : content.filed.summary.code.numberedBy
    otherNumbers = numbers == content.revision.office || mayTakeAnyNumber ? nil : numbers
    var references: [References] = []
    var links = Links()
    let fields = content.revision.state.fields
    for field in referenceFields {
      let targets = fields[field.number]?.sortedReferences ?? []
      if !targets.isEmpty { references.append(References(field: field, targets: targets)) }
      if field.isAcyclic { links[field.number] = targets }
    }
    self.referenceFields = referenceFields
    self.references = references
    self.links = referenceFields.contains(where: \.isAcyclic) ? links : nil
  }

  /// - Returns: nothing if the item has no such field that refers to records.
  func name(of field: FieldNumber) -> String {
    referenceFields.first { $0.number == field }?.name ?? ""
  }
}
