public import LiaisonModel
public import LiaisonSync

/// A record as an office sees it: what the register says, and what the office wrote on top.
public struct Record: Sendable {
  public let stored: StoredRecord
  public let kind: Kind
  /// What the office sees: its own edit where there is one.
  public let visible: Revision
  /// What the register says; nil for a record that it has not accepted.
  public let head: Revision?
  /// What the office's own edit was made from; nil where there is none, or the record is new.
  public let base: Revision?

  public var id: RecordID { stored.id }
  public var code: RecordCode { visible.state.code }
  public var pending: OutboxEntry? { stored.pending }
  /// Every record that the record's states refer to.
  public var references: Set<RecordID> {
    [head, base].compactMap { $0?.state.references }
      .reduce(visible.state.references) { $0.union($1) }
  }

  public var isConflict: Bool { pending?.status.isConflict ?? false }

  init?(_ stored: StoredRecord, schema: Schema, coding: any RevisionCoding) throws {
    guard let bytes = stored.visible?.bytes, let kind = schema.kind(stored.kind) else { return nil }
    self.stored = stored
    self.kind = kind
    visible = try coding.decode(bytes)
    base = try stored.pending?.base.map { try coding.decode($0.bytes) }
    head =
      stored.pending == nil ? visible : try stored.head.map { try coding.decode($0.bytes) }
  }
}
