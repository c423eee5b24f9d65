internal import LiaisonModel
internal import LiaisonSync

/// One change of the register, as far as this replica has it, or an edit that waits to be sent.
public struct LogItem: Hashable, Sendable, Encodable {
  public let record: String
  public let revision: String
  public let kind: String
  public let code: String
  public let office: String
  public let author: String
  public let time: String
  public let note: String
  /// Where an edit of this office stands; `accepted` for what the register has, `lost` for what it had and
  /// takes back when healing is open.
  public let state: String
  /// The names of the fields that it changed, `code` among them; nil if what it was made from is not
  /// here.
  public let fields: [String]?
  public let isNew: Bool
  public let isDeleted: Bool

  init(
    _ id: RevisionID, _ revision: Revision, before: RecordState?, kind: Kind, state: String
  ) {
    record = revision.record.description
    self.revision = id.description
    self.kind = kind.name
    code = revision.state.code.text
    office = revision.office.text
    author = revision.author
    time = revision.time.description
    note = revision.note
    self.state = state
    // Also if it has been changed since it was made, and only that came.
    isNew = revision.parent == nil
    isDeleted = revision.state.isDeleted
    fields = before.map { DiffItem.fields($0, revision.state, kind) } ?? (isNew ? [] : nil)
  }

  var isUnchanged: Bool { !isNew && !isDeleted && fields?.isEmpty == true }

  /// What it changed, in a few words.
  public var change: String {
    if isDeleted { return "deleted" }
    if isNew { return "new" }
    return fields.map { $0.joined(separator: ", ") } ?? "changed"
  }
}

extension DiffItem {
  /// The names of what differs.
  static func fields(_ before: RecordState, _ after: RecordState, _ kind: Kind) -> [String] {
    let (old, new) = (before.fields, after.fields)
    let changed = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
    return (before.code == after.code ? [] : ["code"]) + changed.map { kind.name(of: $0) }
  }
}
