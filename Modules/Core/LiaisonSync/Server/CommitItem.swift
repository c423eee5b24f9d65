internal import LiaisonModel

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

/// What of a revision counts when it is decided. An object, since every step of the decision hands it on, and
/// to copy all that it refers to would take longer than the decision.
final class CommitItem: Sendable {
  /// What one of its fields refers to.
  struct References: Sendable {
    let field: ReferenceField
    /// In the order of the records' ids.
    let targets: [RecordID]
  }

  let edit: EditID
  let filed: FiledRevision
  let parent: RevisionID?
  let secondParent: RevisionID?
  let provenance: Provenance?
  /// Whether the log may have the revision: it is handed back, or was sent before.
  let mayBeThere: Bool
  let isReoffer: Bool
  let isImported: Bool
  let handedBackBy: OfficeID?
  /// Those of its kind, with a value or without.
  let referenceFields: [ReferenceField]
  /// In the order of the kind's fields; none without a target.
  let references: [References]
  /// What its acyclic fields refer to; nil if its kind has none.
  let links: Links?
  /// Whose numbers the code is one of, if another office's; nil also if the caller may take those.
  let otherNumbers: OfficeID?
  /// The rules of its kind about what is unique, with what it has of that; nil if its kind has none.
  let unique: [Unique]?

  struct Unique: Sendable {
    let key: UniqueKey
    /// The names of its fields.
    let names: String
  }

  var record: RecordID { filed.summary.record }
  var kind: KindNumber { filed.summary.kind }
  /// What the log has of it once it is accepted.
  /// - Parameter come: what comes in the same batch.
  func addition(_ facts: CommitFacts, beside come: Set<RevisionID>) -> LogAddition {
    LogAddition(
      filed, links: links, keys: unique?.map(\.key),
      provenance: provenance?.missing(facts, beside: come),
      handedBackBy: handedBackBy,
      isFirst: parent == nil, hasEdit: parent != nil || !isImported)
  }
  /// The code that the record takes for itself; nil if it is deleted.
  var code: RecordCode? { filed.summary.isDeleted ? nil : filed.summary.code }

  init(
    edit: EditID, _ content: CommitRule.Candidate.Content, _ referenceFields: [ReferenceField],
    _ kind: Kind?, by office: OfficeID, isImported: Bool
  ) {
    self.edit = edit
    filed = content.filed
    parent = content.revision.parent
    secondParent = content.revision.secondParent
    provenance = content.provenance
    mayBeThere = content.isReoffer || content.wasSent
    isReoffer = content.isReoffer
    self.isImported = isImported
    handedBackBy = content.isReoffer || content.revision.office != office ? office : nil
    let numbers = content.filed.summary.isDeleted ? nil : content.filed.summary.code.numberedBy
    otherNumbers = numbers == content.revision.office || isImported ? nil : numbers
    var references: [References] = []
    var links = Links()
    let fields = content.revision.state.fields
    for field in referenceFields {
      let targets = fields[field.number]?.sortedReferences ?? []
      if !targets.isEmpty { references.append(References(field: field, targets: targets)) }
      if field.isAcyclic { links[field.number] = targets }
    }
    self.referenceFields = referenceFields
    unique =
      kind?.unique.isEmpty ?? true
      ? nil
      : kind?.unique.compactMap { rule in
        UniqueKey(rule, of: content.revision.kind, in: content.revision.state).map {
          Unique(key: $0, names: kind?.names(of: rule) ?? "")
        }
      }
    self.references = references
    self.links = referenceFields.contains(where: \.isAcyclic) ? links : nil
  }

  /// - Returns: nothing if the item has no such field that refers to records.
  func name(of field: FieldNumber) -> String {
    referenceFields.first { $0.number == field }?.name ?? ""
  }
}
