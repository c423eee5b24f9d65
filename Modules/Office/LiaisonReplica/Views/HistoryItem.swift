internal import LiaisonModel
internal import LiaisonSync

/// One revision of a record that this replica knows.
public struct HistoryItem: Hashable, Sendable, Encodable {
  public let revision: String
  public let parents: [String]
  public let office: String
  public let author: String
  public let time: String
  public let note: String
  /// Where an edit of this office stands; `accepted` or `deleted` for what the register has.
  public let state: String

  private init(_ id: RevisionID, _ revision: Revision, state: String) {
    self.revision = id.description
    parents = [revision.parent, revision.secondParent].compactMap { $0?.description }
    office = revision.office.text
    author = revision.author
    time = revision.time.description
    note = revision.note
    self.state = state
  }

  /// The office's own edit, the head, and the earlier heads that the replica has seen, latest first.
  static func all(of record: Record, in snapshot: Snapshot) throws -> [HistoryItem] {
    let own = record.pending.map { [$0.amendment?.revision, $0.ours].compactMap(\.self) } ?? []
    let accepted =
      [record.stored.head].compactMap(\.self) + (try snapshot.reader.history(of: record.id))
    let place = RecordPlace(record).rawValue
    return try own.map {
      HistoryItem($0.id, try snapshot.coding.decode($0.bytes), state: place)
    }
      + accepted.map {
        let revision = try snapshot.coding.decode($0.bytes)
        return HistoryItem(
          $0.id, revision, state: revision.state.isDeleted ? "deleted" : "accepted")
      }
  }
}
