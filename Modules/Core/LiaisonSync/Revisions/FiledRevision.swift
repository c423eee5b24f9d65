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
  public let code: RecordCode
  public let isDeleted: Bool

  public init(record: RecordID, kind: KindNumber, code: RecordCode, isDeleted: Bool) {
    self.record = record
    self.kind = kind
    self.code = code
    self.isDeleted = isDeleted
  }

  public init(_ revision: Revision) {
    self.init(
      record: revision.record, kind: revision.kind, code: revision.state.code,
      isDeleted: revision.state.isDeleted)
  }
}

/// A revision that has been read in full once: its bytes, its name, and where a store files it.
public struct FiledRevision: Hashable, Sendable {
  public let encoded: EncodedRevision
  public let summary: RevisionSummary

  public var id: RevisionID { encoded.id }
  public var bytes: [UInt8] { encoded.bytes }

  public init(_ encoded: EncodedRevision, _ summary: RevisionSummary) {
    self.encoded = encoded
    self.summary = summary
  }
}

/// An accepted revision at its position: what the log holds there.
public struct Entry: Hashable, Sendable {
  public let position: LogPosition
  public let revision: FiledRevision
  /// Nil if they are not known.
  public let edits: EditIDs?

  public init(position: LogPosition, revision: FiledRevision, edits: EditIDs? = nil) {
    self.position = position
    self.revision = revision
    self.edits = edits
  }
}
