public import LiaisonModel
public import LiaisonSync
internal import Synchronization

/// An office's copy of the register: everything but a sync works without a network.
public struct Replica: Sendable {
  public let store: any ReplicaStore
  public let coding: any RevisionCoding
  public let environment: ReplicaEnvironment
  public let identity: ReplicaIdentity
  public let schema: Schema
  let author: String

  /// - Parameter author: who writes at this office.
  /// - Throws: ``ReplicaError`` where the replica has not pulled yet.
  public init(
    store: any ReplicaStore, coding: any RevisionCoding, environment: ReplicaEnvironment,
    author: String
  ) async throws {
    self.store = store
    self.coding = coding
    self.environment = environment
    self.author = TextRules.normalized(author)
    identity = try await store.identity()
    guard let schema = identity.schema else {
      throw ReplicaError(
        .empty, "this replica has not pulled anything yet", advice: "liaison sync")
    }
    self.schema = schema
  }

  // MARK: Reading

  /// - Throws: ``ReplicaError`` `.unknownKind`.
  public func kind(named name: String) throws -> Kind {
    guard let kind = schema.kind(named: name) else {
      let names = schema.kinds.map(\.name).joined(separator: ", ")
      throw ReplicaError(
        .unknownKind, "the register has no kind '\(name)'", advice: "one of \(names)")
    }
    return kind
  }

  /// - Throws: ``ReplicaError`` `.unknownField`.
  public func field(named name: String, of kind: Kind) throws -> FieldDefinition {
    guard let field = kind.field(named: name) else {
      let names = kind.fields.map(\.name).joined(separator: ", ")
      throw ReplicaError(
        .unknownField, "\(kind.name) has no field '\(name)'", advice: "one of \(names)")
    }
    return field
  }

  /// The records with a code or an id, as a person wrote it; live ones before deleted ones.
  /// - Throws: ``ReplicaError`` `.unknownCode` where there is none.
  public func records(_ reference: String) async throws -> [Record] {
    let found: [StoredRecord]
    if let id = RecordID(text: reference) {
      found = try await store.record(id).map { [$0] } ?? []
    } else if let code = RecordCode(reference) ?? RecordCode(reference.uppercased()) {
      found = try await store.records(code: code)
    } else {
      throw ReplicaError(
        .badInput, "'\(reference)' is not a code", advice: "a code like UNODC or VIE-2026-0012")
    }
    let records = try found.compactMap { try Record($0, schema: schema, coding: coding) }
    // A record that had the code before it got another comes after one that has it now, and a
    // deleted record after a live one.
    let ranked = [
      records.filter { $0.code.text == reference.uppercased() && !$0.visible.state.isDeleted },
      records.filter { !$0.visible.state.isDeleted }, records,
    ]
    let chosen = ranked.first { !$0.isEmpty } ?? []
    guard !chosen.isEmpty else {
      throw ReplicaError(
        .unknownCode, "no record here has the code \(reference)",
        advice: "liaison search TEXT, or liaison sync where another office may have added it")
    }
    return chosen
  }

  /// The one record with a code or an id.
  /// - Throws: ``ReplicaError`` `.ambiguousCode` where a code is taken twice.
  public func record(_ reference: String) async throws -> Record {
    let records = try await records(reference)
    guard records.count == 1, let record = records.first else {
      let ids = records.map(\.id.description).joined(separator: " or ")
      throw ReplicaError(
        .ambiguousCode, "\(records.count) records here have the code \(reference)",
        advice: "the record's id instead of its code: \(ids)")
    }
    return record
  }

  /// Hands over each live record of a kind, or of all kinds, in the order of their codes, one at a
  /// time, with how its references are written.
  public func forEach(
    _ kind: Kind?,
    _ body: @escaping @Sendable (Record, _ code: (RecordID) -> String) throws -> Void
  ) async throws {
    try await store.forEachRecord(of: kind?.number) { [schema, coding] stored, codes in
      guard let record = try Record(stored, schema: schema, coding: coding),
        !record.visible.state.isDeleted || record.isConflict
      else { return }
      let codes = try codes(record.visible.state.references)
      try body(record) { Replica.written(codes[$0]) }
    }
  }

  /// How references are written: by codes, or `(withheld)` where this office has no such record.
  public func codes(of records: Set<RecordID>) async throws -> @Sendable (RecordID) -> String {
    let codes = try await store.codes(of: records)
    return { Replica.written(codes[$0]) }
  }

  private static func written(_ code: RecordCode?) -> String { code?.text ?? "(withheld)" }

  /// Hands over everything in the outbox, in its order, one at a time, with how its references and
  /// those of its base and head are written.
  public func forEachPending(
    _ body: @escaping @Sendable (Record, _ code: (RecordID) -> String) throws -> Void
  ) async throws {
    try await store.forEachPending { [schema, coding] stored, codes in
      guard let record = try Record(stored, schema: schema, coding: coding) else { return }
      let codes = try codes(record.references)
      try body(record) { Replica.written(codes[$0]) }
    }
  }

  /// The conflict that a record is in; nil where it is in none.
  public func conflict(of record: Record) async throws -> Conflict? {
    var conflict = try Conflict(record, schema: schema, coding: coding)
    if conflict?.cause == .codeTaken { conflict?.theirs = try await holder(of: record)?.head }
    return conflict
  }

  /// The record that the register has under a code that another record here wants.
  private func holder(of record: Record) async throws -> Record? {
    try await store.records(code: record.code).filter { $0.id != record.id }
      .compactMap { try Record($0, schema: schema, coding: coding) }
      .first { $0.head?.state.code == record.code && $0.head?.state.isDeleted == false }
  }

  /// All conflicts, in the order of the outbox.
  public func conflicts() async throws -> [Conflict] {
    let found = Mutex<[Record]>([])
    try await forEachPending { record, _ in
      if record.isConflict { found.withLock { $0.append(record) } }
    }
    var conflicts: [Conflict] = []
    for record in found.withLock({ $0 }) {
      if let conflict = try await conflict(of: record) { conflicts.append(conflict) }
    }
    return conflicts
  }

  /// The revisions of a record that this replica knows, latest first: its own edit, the head, and
  /// the earlier heads that it has seen.
  public func history(of record: Record) async throws -> [(EncodedRevision, Revision)] {
    let own = record.pending.map { [$0.amendment, $0.ours].compactMap { $0 } } ?? []
    let earlier = try await store.history(of: record.id)
    return try (own + [record.stored.head].compactMap { $0 } + earlier).map {
      ($0, try coding.decode($0.bytes))
    }
  }

  /// Records whose text has every word of `text`, best first. Indexes first what is not yet.
  /// - Parameter progress: is told how many records have been indexed.
  public func search(
    _ text: String, limit: Int, progress: (Int) -> Void = { _ in }
  ) async throws -> [Record] {
    try await indexNew(progress)
    let words = text.split(whereSeparator: \.isWhitespace).filter { !$0.contains("\0") }
      .map {
        "\""
          + String($0).split(separator: "\"", omittingEmptySubsequences: false)
          .joined(separator: "\"\"") + "\"*"
      }
    guard !words.isEmpty else { return [] }
    return try await store.search(words.joined(separator: " "), limit: limit)
      .compactMap { try Record($0, schema: schema, coding: coding) }
  }

  private func indexNew(_ progress: (Int) -> Void) async throws {
    var (count, total) = (0, 0)
    repeat {
      count = try await store.index(limit: SyncLimits.batchCount) { [coding] record in
        guard let state = try record.visible.map({ try coding.decode($0.bytes).state }),
          !state.isDeleted
        else { return nil }
        let parts = [state.code.text] + state.fields.values.map { $0.text { _ in "" } }
        return parts.joined(separator: "\n")
      }
      total += count
      if count > 0 { progress(total) }
    } while count > 0
  }
}
