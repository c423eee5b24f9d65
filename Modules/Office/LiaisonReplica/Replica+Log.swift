public import LiaisonModel
internal import LiaisonSync

/// Which changes of the register a person asks for.
public struct LogQuery: Hashable, Sendable {
  public var since: Timestamp?
  public var until: Timestamp?
  public var office: OfficeID?
  /// A part of the author's name, whatever its case.
  public var author: String?
  public var kind: String?
  /// How many at most.
  public var limit: Int

  public init(limit: Int = .max) { self.limit = limit }

  fileprivate func matches(_ revision: Revision, _ kind: Kind?) -> Bool {
    if let kind, revision.kind != kind.number { return false }
    if let since, revision.time < since { return false }
    if let until, revision.time >= until { return false }
    if let office, revision.office != office { return false }
    guard let author else { return true }
    return revision.author.lowercased().contains(author.lowercased())
  }
}

/// Some changes of the register, latest first.
public struct LogPage: Hashable, Sendable {
  public let items: [LogItem]
  /// Whether there are more.
  public let isCut: Bool
}

extension Replica {
  /// The changes of the register that this replica has, latest first, behind the edits that wait to be
  /// sent.
  /// - Throws: ``ReplicaError/unknownKind(_:known:)``.
  public func log(_ query: LogQuery) async throws -> LogPage {
    try await read { snapshot in
      let kind = try query.kind.map { try snapshot.kind(named: $0) }
      var items: [LogItem] = []
      for record in try snapshot.pending() where query.matches(record.visible, kind) {
        if let item = LogItem(record) { items.append(item) }
      }
      for item in try snapshot.lost(where: { query.matches($0, kind) }) { items.append(item) }
      try snapshot.reader.forEachRevisionFromLatest { kept in
        guard items.count <= query.limit else { return false }
        let revision = try snapshot.coding.look(at: kept.encoded).revision
        guard query.matches(revision, kind) else { return true }
        if let item = try snapshot.logItem(kept.encoded.id, revision) { items.append(item) }
        return true
      }
      return LogPage(
        items: Array(items.prefix(query.limit)), isCut: items.count > query.limit)
    }
  }
}

extension Snapshot {
  /// A head with what has changed since the one that this replica had before; nil for a record of a kind
  /// that the schema does not have.
  func arrival(_ id: RevisionID, _ revision: Revision) throws -> LogItem? {
    guard let kind = schema.kind(revision.kind) else { return nil }
    let kept =
      try [reader.record(revision.record)?.head].compactMap(\.self)
      + reader.history(of: revision.record)
    // It may be the head, or have one on it already that was sent with the same sync.
    let place = kept.firstIndex { $0.id == id } ?? 0
    let before = kept.dropFirst(place + 1).first
    return LogItem(
      id, revision, before: try before.map { try coding.look(at: $0).revision.state },
      kind: kind,
      state: "accepted")
  }

  /// What the server has lost and waits to be handed back, latest first.
  func lost(where isWanted: (Revision) -> Bool) throws -> [LogItem] {
    try reader.lost().reversed().compactMap { lost in
      let revision = try coding.look(at: lost.revision).revision
      guard isWanted(revision) else { return nil }
      return try logItem(lost.revision.id, revision, state: KnownRevision.lost)
    }
  }

  /// Nil for a record of a kind that the schema does not have.
  func logItem(
    _ id: RevisionID, _ revision: Revision, state: String = "accepted"
  ) throws -> LogItem? {
    guard let kind = schema.kind(revision.kind) else { return nil }
    let before = try revision.parent.flatMap { try reader.revision($0, of: revision.record) }
    return LogItem(
      id, revision, before: try before.map { try coding.look(at: $0).revision.state },
      kind: kind,
      state: state)
  }
}

extension LogItem {
  fileprivate init?(_ record: Record) {
    guard let visible = record.stored.visible else { return nil }
    self.init(
      visible.id, record.visible, before: record.base?.state, kind: record.kind,
      state: RecordPlace(record).rawValue)
  }
}
