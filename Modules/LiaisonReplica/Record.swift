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

  public var id: RecordID { stored.id }
  public var code: Code { visible.state.code }
  public var pending: OutboxEntry? { stored.pending }
  public var isConflict: Bool { pending?.status.isConflict ?? false }

  init?(_ stored: StoredRecord, schema: Schema, coding: any RevisionCoding) throws {
    guard let bytes = stored.visible?.bytes, let kind = schema.kind(stored.kind) else { return nil }
    self.stored = stored
    self.kind = kind
    visible = try coding.decode(bytes)
    head =
      stored.pending == nil ? visible : try stored.head.map { try coding.decode($0.bytes) }
  }
}

/// Base, ours and theirs of one record, and where they disagree.
public struct Conflict: Sendable {
  public enum Cause: Hashable, Sendable {
    /// The record moved, and these parts could not be merged.
    case merge([Disagreement])
    /// Another record has the code.
    case codeTaken
  }

  public let record: Record
  public let cause: Cause
  public let base: Revision?
  public let ours: Revision
  public let theirs: Revision?
  /// All that could be merged; ours where the sides disagree.
  public let merged: RecordState

  init?(_ record: Record, coding: any RevisionCoding) throws {
    guard let entry = record.pending else { return nil }
    self.record = record
    ours = record.visible
    theirs = record.head
    base = try entry.base.map { try coding.decode($0.bytes) }
    switch entry.status {
    case .codeTaken:
      cause = .codeTaken
      merged = ours.state
    case .conflict:
      guard let theirs = record.head else { return nil }
      guard let base else {
        cause = .merge([.deletion])
        merged = ours.state
        return
      }
      let merge = Merge(
        base: base.state, ours: ours.state, theirs: theirs.state, kind: record.kind)
      cause = .merge(merge.disagreements)
      merged = merge.state
    case .ready, .inFlight, .refused: return nil
    }
  }
}
