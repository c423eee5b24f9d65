public import LiaisonModel

/// A revision as it travels and is stored: its bytes, and the name that they give it.
public struct EncodedRevision: Hashable, Sendable {
  /// The SHA-256 of `bytes`.
  public let id: RevisionID
  public let bytes: [UInt8]

  public init(id: RevisionID, bytes: [UInt8]) {
    self.id = id
    self.bytes = bytes
  }
}

/// What a store must know of a revision to file it, without its fields.
public struct RevisionSummary: Hashable, Sendable {
  public let record: RecordID
  public let kind: KindNumber
  public let code: Code
  public let parent: RevisionID?
  public let isDeleted: Bool

  public init(
    record: RecordID, kind: KindNumber, code: Code, parent: RevisionID?, isDeleted: Bool
  ) {
    self.record = record
    self.kind = kind
    self.code = code
    self.parent = parent
    self.isDeleted = isDeleted
  }

  public init(_ revision: Revision) {
    self.init(
      record: revision.record, kind: revision.kind, code: revision.state.code,
      parent: revision.parent, isDeleted: revision.state.isDeleted)
  }
}

/// The canonical encoding of revisions. A port: LiaisonWire has the one implementation.
public protocol RevisionCoding: Sendable {
  /// - Throws: where the revision is longer than ``Limits/revisionBytes``.
  func encode(_ revision: Revision) throws -> EncodedRevision

  /// - Throws: where the bytes are not the canonical encoding of a revision.
  func decode(_ bytes: [UInt8]) throws -> Revision

  /// The name of the revision that these bytes encode.
  func id(of bytes: [UInt8]) -> RevisionID

  /// What `decode` would tell, at a fraction of its cost.
  func summary(of bytes: [UInt8]) throws -> RevisionSummary
}

/// The encoding of schemas. A port: LiaisonWire has the one implementation.
public protocol SchemaCoding: Sendable {
  func encode(_ schema: Schema) throws -> [UInt8]
  /// - Throws: where the bytes are not a schema, or hold what only a newer version knows.
  func decodeSchema(_ bytes: [UInt8]) throws -> Schema
}
