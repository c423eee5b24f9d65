internal import LiaisonModel
internal import LiaisonSync

/// One revision of a record that this replica has.
public struct HistoryItem: Hashable, Sendable, Encodable {
  public let revision: String
  public let code: String
  public let parents: [String]
  public let office: String
  public let author: String
  public let time: String
  public let note: String
  /// Where an edit of this office stands; `accepted` or `deleted` for what the register has, `side` for
  /// what was merged, or was not taken when a conflict was settled.
  public let state: String
  /// What it changed in the revision that it was made from, if that is here and was asked for.
  public let changes: [DiffItem]?

  init(_ known: KnownRevision, changes: [DiffItem]? = nil) {
    let revision = known.revision
    self.revision = known.id.description
    code = revision.state.code.text
    parents = [revision.parent, revision.secondParent].compactMap { $0?.description }
    office = revision.office.text
    author = revision.author
    time = revision.time.description
    note = revision.note
    let isDeleted = known.standing == .accepted && revision.state.isDeleted
    state = isDeleted ? "deleted" : known.standing.text
    self.changes = changes
  }

  /// The office's own edit, the head, the earlier heads that the replica has seen, latest first, and
  /// what stands behind merges and resolutions.
  static func all(
    of record: Record, in snapshot: Snapshot, withChanges: Bool
  ) throws -> [HistoryItem] {
    let known = try snapshot.revisions(of: record)
    guard withChanges else { return known.map { HistoryItem($0) } }
    let states = Dictionary(known.map { ($0.id, $0.revision.state) }) { first, _ in first }
    let codes = try snapshot.codes(
      of: known.reduce(into: []) { $0.formUnion($1.revision.state.references) })
    return known.map { item in
      let before = item.revision.parent.map { states[$0] }
      // Of a revision whose parent is not here, nobody can say what it changed.
      let changes: [DiffItem]? =
        switch before {
        case .some(nil): nil
        case .some(let state?): DiffItem.all(state, item.revision.state, record.kind, codes)
        case nil: DiffItem.all(nil, item.revision.state, record.kind, codes)
        }
      return HistoryItem(item, changes: changes)
    }
  }
}
