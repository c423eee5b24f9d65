public import LiaisonModel

/// A revision that a log or a replica keeps, and what its record is filed under.
public struct KeptRevision: Hashable, Sendable {
  public let position: LogPosition
  public let record: RecordID
  public let encoded: EncodedRevision
  /// What the record is found by; nil if the revision is not its head.
  public let filed: RevisionSummary?
  /// What the head's acyclic fields refer to, as the log has filed it.
  public let links: Links

  public init(
    position: LogPosition, record: RecordID, encoded: EncodedRevision, filed: RevisionSummary?,
    links: Links = Links()
  ) {
    self.position = position
    self.record = record
    self.encoded = encoded
    self.filed = filed
    self.links = links
  }
}

/// What a copy of a register holds, in two numbers.
public struct Verification: Hashable, Sendable, Encodable {
  /// Deleted ones are among them.
  public let records: Int
  /// Two copies with the same digest hold the same bytes.
  public let digest: String

  public init(records: Int, digest: String) {
    self.records = records
    self.digest = digest
  }
}

/// Holds what is kept against what it says of itself: each revision against its name and the one before
/// it, each record against what it is filed under.
public struct Verifier {
  private let coding: any RevisionCoding
  /// Of a whole log; nil for a copy, which need not have every revision.
  private let log: Schema?
  private var chain: LogChain?
  private var digest: any RegisterDigest
  private var heads = 0
  private var revisions: Int64 = 0
  private var schemas: Int64 = 0
  private var last: KeptRevision?
  private var linkFields: [KindNumber: [ReferenceField]] = [:]

  /// - Parameter log: what is known of a log that is verified as a whole; nil for a copy.
  public init(_ coding: any RevisionCoding, log: LogStatus? = nil) {
    self.coding = coding
    self.log = log?.schema
    chain = log.map { LogChain(of: $0.register, coding) }
    digest = coding.newDigest()
    for kind in log?.schema.kinds ?? [] {
      linkFields[kind.number] = ReferenceField.all(of: kind).filter(\.isAcyclic)
    }
  }

  /// - Parameter kept: the next revision; a record's come one after the other, oldest first, and the
  ///   records in the order of their ids.
  /// - Throws: ``StoreError/damaged(_:)`` if something is not what it should be.
  public mutating func add(_ kept: KeptRevision) throws {
    let (bytes, name) = (kept.encoded.bytes, kept.encoded.id.short)
    guard coding.id(of: bytes) == kept.encoded.id else {
      throw StoreError.damaged("the bytes of revision \(name) do not match its name")
    }
    let summary = try reading(name) { try coding.summary(of: bytes) }
    guard summary.record == kept.record else {
      throw StoreError.damaged("revision \(name) is filed under another record")
    }
    let before = last?.record == kept.record ? last : nil
    if let last, (last.filed == nil) != (before != nil) {
      throw StoreError.damaged("revision \(last.encoded.id.short) is not where its record stands")
    }
    if let log {
      guard try reading(name, { try coding.parent(of: bytes) }) == before?.encoded.id else {
        throw StoreError.damaged("revision \(name) is not made from the one before it")
      }
      try checkLinks(of: kept, log)
    }
    if let filed = kept.filed {
      guard filed == summary else {
        throw StoreError.damaged("the record of revision \(name) is filed as something else")
      }
      heads += 1
      digest.add(kept.encoded.id)
    }
    revisions += 1
    last = kept
  }

  /// - Parameter logged: the next schema, oldest first.
  /// - Throws: ``StoreError/damaged(_:)`` if it is not what it should be.
  public mutating func add(_ logged: LoggedSchema) throws {
    guard coding.id(of: logged.filed.bytes) == logged.filed.name else {
      throw StoreError.damaged(
        "the schema at position \(logged.position) does not match its name")
    }
    schemas += 1
  }

  /// - Parameter cursor: where the log has its next entry, in its order.
  /// - Throws: ``StoreError/damaged(_:)`` if it is not chained to the one before it.
  public mutating func add(_ entry: RevisionID, at cursor: Cursor) throws {
    guard chain?.append(entry) == cursor else {
      throw StoreError.damaged(
        "the entry at position \(cursor.position) does not follow the one before it")
    }
  }

  /// - Throws: ``StoreError/damaged(_:)`` if something is missing.
  public func finish() throws -> Verification {
    if let last, last.filed == nil {
      throw StoreError.damaged("revision \(last.encoded.id.short) is not where its record stands")
    }
    if let chain, chain.end.position.number != revisions + schemas {
      throw StoreError.damaged("the log has other entries than revisions and schemas")
    }
    return Verification(records: heads, digest: digest.finish())
  }

  private func checkLinks(of kept: KeptRevision, _ schema: Schema) throws {
    guard let filed = kept.filed else { return }
    let fields = linkFields[filed.kind] ?? []
    guard !fields.isEmpty || !kept.links.isEmpty else { return }
    let name = kept.encoded.id.short
    let state = try reading(name) { try coding.decode(kept.encoded.bytes).state }
    var links = Links()
    for field in fields { links[field.number] = state.fields[field.number]?.sortedReferences ?? [] }
    guard links == kept.links else {
      throw StoreError.damaged("the links of revision \(name) are filed as others")
    }
  }

  private func reading<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as CodingError {
      throw StoreError.damaged("revision \(name) cannot be read: \(error)")
    }
  }
}
