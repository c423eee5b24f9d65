public import LiaisonModel

/// Records that are not in the log yet but will be when the transaction ends, as a reference may
/// already name them.
public struct Alongside: Sendable {
  private let kinds: @Sendable (RecordID) -> KindNumber?
  private let revisions: [RecordID: Revision]

  public static let nothing = Alongside { _ in nil }

  /// - Parameter kinds: the kind of a record that will be there; nil for any other.
  public init(kinds: @escaping @Sendable (RecordID) -> KindNumber?) {
    self.kinds = kinds
    revisions = [:]
  }

  /// New records, with what they will hold.
  init(_ revisions: [Revision]) {
    let revisions = Dictionary(revisions.map { ($0.record, $0) }) { _, last in last }
    kinds = { revisions[$0]?.kind }
    self.revisions = revisions
  }

  func kind(of record: RecordID) -> KindNumber? { kinds(record) }
  func revision(of record: RecordID) -> Revision? { revisions[record] }
}

/// Whether the references of a revision lead where its schema says.
struct References {
  let log: any LogTransaction
  let alongside: Alongside
  let coding: any RevisionCoding

  /// - Throws: ``Refusal``, or what the log throws.
  func check(_ revision: Revision) throws {
    for field in try log.schema.kind(revision.kind)?.fields ?? [] {
      guard let target = field.target else { continue }
      for record in revision.state.fields[field.number]?.references.sorted() ?? [] {
        let kind = record == revision.record ? revision.kind : try kind(of: record)
        guard let kind else {
          throw Refusal(
            .reference, "field '\(field.name)' refers to a record that is not in the register")
        }
        guard kind == target else {
          throw Refusal(
            .reference, "field '\(field.name)' refers to a record of another kind")
        }
      }
      if field.constraints.contains(.acyclic) { try checkChain(of: revision, through: field) }
    }
  }

  private func kind(of record: RecordID) throws -> KindNumber? {
    try log.head(of: record)?.kind ?? alongside.kind(of: record)
  }

  /// Follows a field from record to record and refuses one that leads back.
  private func checkChain(of revision: Revision, through field: Field) throws {
    var next = revision.state.fields[field.number]?.references.first
    var steps = 0
    while let record = next {
      guard record != revision.record else {
        throw Refusal(.reference, "field '\(field.name)' leads back to its own record")
      }
      steps += 1
      guard steps <= Limits.chain else {
        throw Refusal(.reference, "field '\(field.name)' is a chain of over \(Limits.chain)")
      }
      let link =
        try alongside.revision(of: record) ?? log.headBytes(of: record).map(coding.decode)
      next = link?.state.fields[field.number]?.references.first
    }
  }
}
