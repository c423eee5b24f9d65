internal import LiaisonModel
internal import LiaisonSync

/// Which records of a kind a person asks for.
public struct ListQuery: Hashable, Sendable {
  public let kind: String
  /// Only records that meet each of them: `field=value`.
  public let filters: [String]
  /// The field to sort by instead of the code; what has no value comes last.
  public let sort: String?
  /// How many records at most.
  public let limit: Int
  /// The fields that are asked for, a view may have others as well; nil for all.
  public let fields: [String]?

  public init(
    _ kind: String, where filters: [String] = [], sort: String? = nil, limit: Int = .max,
    fields: [String]? = nil
  ) {
    self.kind = kind
    self.filters = filters
    self.sort = sort
    self.limit = limit
    self.fields = fields
  }
}

extension Replica {
  /// Hands over the live records of a kind, and those in conflict, in the order of their codes or of what
  /// they are sorted by. It holds none of them; to sort, a key of each. At least one is asked for.
  /// - Parameter progress: is told how many records have been indexed, which a filter by a reference does
  ///   first.
  /// - Returns: whether there are more than it handed over.
  /// - Throws: ``ReplicaError`` for a kind, field or value that is not there, and what `body` throws.
  @discardableResult
  public func list(
    _ query: ListQuery, progress: @Sendable (Progress) -> Void = { _ in },
    _ body: @escaping @Sendable (RecordView) throws -> Void
  ) async throws -> Bool {
    if try await isByReference(query) { _ = try await index(.links, progress) }
    return try await read { snapshot in
      try snapshot.list(try Selection(query, in: snapshot), limit: query.limit, body)
    }
  }

  private func isByReference(_ query: ListQuery) async throws -> Bool {
    guard !query.filters.isEmpty else { return false }
    return try await read { try Selection(query, in: $0).filters.contains { $0.target != nil } }
  }

  /// The names of a kind's fields that have room in a column of a table, in its order.
  public func columns(of kind: String) async throws -> [String] {
    try await read { try $0.kind(named: kind).current.filter(\.hasRoomInColumn).map(\.name) }
  }
}

/// A query as the schema understands it.
private struct Selection {
  let kind: Kind
  let filters: [Filter]
  let sort: FieldDefinition?
  /// What is read of a record to show it; nil for all.
  let shown: Set<FieldNumber>?

  init(_ query: ListQuery, in snapshot: Snapshot) throws {
    let kind = try snapshot.kind(named: query.kind)
    self.kind = kind
    filters = try query.filters.map { try Filter($0, of: kind, in: snapshot) }
    sort = try query.sort.flatMap {
      $0 == "code" ? nil : try snapshot.field(named: $0, of: kind)
    }
    shown = try query.fields.map { names in
      Set(try names.flatMap { try snapshot.field(named: $0, of: kind).read })
    }
  }
}

extension Snapshot {
  /// - Returns: whether there are more than the limit.
  fileprivate func list(
    _ selection: Selection, limit: Int, _ body: (RecordView) throws -> Void
  ) throws -> Bool {
    var codes = CodeCache(self)
    var left = limit
    var isCut = false
    func show(_ record: Record) throws {
      try body(RecordView(record, try codes.codes(of: record.visible.state.references)))
    }
    guard let field = selection.sort else {
      try forEach(selection.kind, where: selection.filters, reading: selection.shown) { record in
        isCut = left == 0
        if isCut { return false }
        try show(record)
        left -= 1
        return true
      }
      return isCut
    }
    var keys: [(key: SortKey, id: RecordID)] = []
    try forEach(selection.kind, where: selection.filters, reading: Set(field.read)) { record in
      let value = record.kind.value(of: field, in: record.visible.state.fields)
      keys.append((SortKey(value, try codes.codes(of: value?.references ?? [])), record.id))
      return true
    }
    keys.sort { $0.key < $1.key }  // Stable: equal ones stay by code.
    for (_, id) in keys.prefix(limit) {
      if let stored = try reader.record(id),
        let record = try record(stored, reading: selection.shown)
      {
        try show(record)
      }
    }
    return keys.count > limit
  }

  /// Hands over the live records of a kind, or of all, and those in conflict, as far as they meet
  /// filters, until the body returns false.
  /// - Parameter fields: what is read of a record beside what the filters need; nil for all.
  func forEach(
    _ kind: Kind?, where filters: [Filter] = [], reading fields: Set<FieldNumber>? = nil,
    _ body: (Record) throws -> Bool
  ) throws {
    let read = fields.map { $0.union(filters.flatMap(\.fields)) }
    var codes = CodeCache(self)
    try forEachCandidate(kind, filters) { stored in
      guard let record = try record(stored, reading: read), !record.isDeleted || record.isConflict,
        try filters.allSatisfy({ try $0.matches(record, &codes) })
      else { return true }
      return try body(record)
    }
  }

  /// Those that refer to what a filter asks for, if one does; all of the kind otherwise.
  private func forEachCandidate(
    _ kind: Kind?, _ filters: [Filter], _ body: (StoredRecord) throws -> Bool
  ) throws {
    guard let target = filters.lazy.compactMap(\.target).first else {
      return try reader.forEachRecord(of: kind?.number, body)
    }
    try reader.forEachRecord(referringTo: target) { stored in
      guard kind == nil || stored.kind == kind?.number else { return true }
      return try body(stored)
    }
  }
}

/// Codes that were looked up once: records of a list mostly refer to the same few.
struct CodeCache {
  private static let size = 10_000
  private let snapshot: Snapshot
  private var asked: Set<RecordID> = []
  private var known: [RecordID: RevisionSummary] = [:]

  init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  mutating func codes(of records: Set<RecordID>) throws -> Codes {
    let missing = records.subtracting(asked)
    if !missing.isEmpty {
      if asked.count > CodeCache.size { (asked, known) = ([], [:]) }
      let wanted = asked.isEmpty ? records : missing
      known.merge(try snapshot.codes(of: wanted).known) { $1 }
      asked.formUnion(wanted)
    }
    return Codes(known: known)
  }
}

extension FieldDefinition {
  /// Whether its values are short enough for a column of a table.
  fileprivate var hasRoomInColumn: Bool {
    switch type {
    case .one(.prose), .set, .list: false
    case .one: true
    }
  }
}
