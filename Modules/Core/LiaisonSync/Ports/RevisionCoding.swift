public import LiaisonModel

/// SHA-256 (FIPS 180-4). A port: LiaisonWire has the one implementation.
public protocol Hashing: Sendable {
  /// The hash of some bytes: of a revision's, its name.
  func id(of bytes: [UInt8]) -> RevisionID

  /// The prefix of a log that an entry of this name goes on with: the hash of both, one behind the other.
  func prefix(after prefix: LogPrefix, _ entry: RevisionID) -> LogPrefix
}

extension Hashing {
  public func prefix(after prefix: LogPrefix, _ entry: RevisionID) -> LogPrefix {
    LogPrefix(id(of: prefix.bytes + entry.bytes))
  }
}

/// The canonical encoding of revisions. A port: LiaisonWire has the one implementation.
public protocol RevisionCoding: Hashing {
  /// - Throws: ``CodingError/tooLarge`` if the revision is longer than ``Limits/revisionBytes``.
  func encode(_ revision: Revision) throws -> FiledRevision

  /// - Throws: ``CodingError`` if the bytes are not the canonical encoding of a revision.
  func decode(_ bytes: [UInt8]) throws -> Revision

  /// A revision without its other fields, with every check of `decode` but those of their values.
  /// - Throws: ``CodingError`` if the bytes are not the canonical encoding of a revision.
  func decode(_ bytes: [UInt8], only fields: Set<FieldNumber>) throws -> Revision

  /// Names and reads what a pull brought, with every check of `decode`. One that fails it is filed all the
  /// same, as far as it says what it is filed under: a newer version may read it. What does not even
  /// say that is left out.
  func file(_ changes: [Change]) -> FiledChanges

  /// What the revision that these bytes encode was made from, at a fraction of the cost of `decode`.
  func parent(of bytes: [UInt8]) throws -> RevisionID?

  /// The ``LiaisonModel/RecordState/searchText`` of the revision that these bytes encode, at a fraction of the
  /// cost of `decode`.
  func searchText(of bytes: [UInt8]) throws -> String?

  /// A digest of nothing yet.
  func newDigest() -> any RegisterDigest

  /// What `decode` would tell, at a fraction of its cost.
  func summary(of bytes: [UInt8]) throws -> RevisionSummary
}

/// What a pull brought, as far as it can be filed.
public struct FiledChanges: Hashable, Sendable {
  public var entries: [Entry] = []
  /// Why what stands at a position cannot be read, filed or not.
  public var faults: [LogPosition: CodingError] = [:]

  public init() {}
}

/// A revision as far as this version can read it.
public struct ReadRevision: Hashable, Sendable {
  public let revision: Revision
  /// Whether that is all of it; otherwise it has no fields, and is nothing to build on.
  public let isWhole: Bool
}

extension RevisionCoding {
  /// What can be read of a revision: all, or what it is filed under.
  /// - Throws: ``CodingError`` if not even that can, or the bytes are not those that it is named by: what
  ///   is damaged needs no newer version.
  public func look(at encoded: EncodedRevision) throws -> ReadRevision {
    let bytes = encoded.bytes
    do {
      return ReadRevision(revision: try decode(bytes), isWhole: true)
    } catch let error as CodingError {
      guard isUnreadable(encoded) else { throw error }
      let summary = try summary(of: bytes)
      guard let office = OfficeID("UNKNOWN") else { throw error }
      let revision = Revision(
        record: summary.record, kind: summary.kind, parent: try parent(of: bytes),
        state: RecordState(
          code: summary.code, content: summary.isDeleted ? .deleted : .fields([:])),
        origin: Origin(
          office: office, author: Scalar.opaqueText, time: Timestamp(milliseconds: 0)))
      return ReadRevision(revision: revision, isWhole: false)
    }
  }

  /// Whether a revision is what it was, and only a newer version can read it.
  public func isUnreadable(_ encoded: EncodedRevision) -> Bool {
    id(of: encoded.bytes) == encoded.id && (try? decode(encoded.bytes)) == nil
  }

  public func parent(of bytes: [UInt8]) throws -> RevisionID? { try decode(bytes).parent }

  public func searchText(of bytes: [UInt8]) throws -> String? {
    try decode(bytes).state.searchText
  }

  public func decode(_ bytes: [UInt8], only fields: Set<FieldNumber>) throws -> Revision {
    let whole = try decode(bytes)
    var state = whole.state
    if !state.isDeleted { state.content = .fields(state.fields.filter { fields.contains($0.key) }) }
    return Revision(
      record: whole.record, kind: whole.kind, parent: whole.parent,
      secondParent: whole.secondParent,
      state: state, origin: whole.origin)
  }
}

/// The encoding of schemas, and the hash that chains a log. A port: LiaisonWire has the one
/// implementation.
public protocol SchemaCoding: Hashing {
  /// - Throws: ``CodingError`` if the schema takes too much, or holds what only a newer version knows.
  func encode(_ schema: Schema) throws -> FiledSchema
  /// - Throws: ``CodingError`` if the bytes are not a schema.
  func file(schema bytes: [UInt8]) throws -> FiledSchema
}

/// One number for all that a register holds: SHA-256 over the names of all heads, in the order of
/// their records' ids. Two copies with the same digest hold the same bytes.
public protocol RegisterDigest {
  mutating func add(_ head: RevisionID)
  /// 64 hexadecimal digits.
  func finish() -> String
}

/// Why bytes are not a message, or a value cannot become one.
public enum CodingError: Error, Hashable, Sendable {
  /// The bytes do not decode, or a part holds what it may not; what it is.
  case malformed(String)
  /// The bytes decode, but are not the one encoding of what they say; why.
  case notCanonical(String)
  /// The message holds something that only a newer version knows; what it is.
  case unknown(String)
  /// The message is longer than its limit; what it is, and the limit in bytes.
  case tooLarge(String, limit: Int)
}

extension CodingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let what), .notCanonical(let what), .unknown(let what): what
    case .tooLarge(let what, let limit): "\(what) takes more than \(limit) bytes"
    }
  }
}
