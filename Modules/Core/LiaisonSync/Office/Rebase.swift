public import LiaisonModel

/// Brings an edit onto a record that has moved on: the replica's use of ``Merge``. Pure.
public struct Rebase: Sendable {
  public enum Outcome: Hashable, Sendable {
    /// The edit on its new parent.
    case rebased(FiledRevision)
    /// The head says all that the edit says, and no conflict was settled by it.
    case nothingLeft
    /// Base, ours and theirs stay until a person resolves them.
    case conflict
  }

  private let schema: Schema
  private let coding: any RevisionCoding

  public init(schema: Schema, coding: any RevisionCoding) {
    self.schema = schema
    self.coding = coding
  }

  /// - Parameters:
  ///   - entry: the edit and its base.
  ///   - theirs: the record's head.
  /// - Throws: what `coding` throws for bytes that it cannot read.
  public func outcome(
    of entry: OutboxEntry, onto theirs: EncodedRevision
  ) throws -> Outcome {
    let ours = try coding.decode(entry.ours.bytes)
    // What only a newer version can read is nothing to merge with.
    guard !coding.isUnreadable(theirs) else { return .conflict }
    let head = try coding.decode(theirs.bytes)
    // The side that a resolution has overruled must reach the register.
    let mayBeDropped = entry.behind.count == 1
    if mayBeDropped, ours.state == head.state { return .nothingLeft }
    guard let base = try entry.base.map({ try coding.decode($0.bytes) }) else { return .conflict }
    let merge = Merge(
      base: base.state, ours: ours.state, theirs: head.state, kind: schema.kind(ours.kind))
    guard merge.disagreements.isEmpty else { return .conflict }
    if mayBeDropped, merge.state == head.state { return .nothingLeft }
    let merged = Revision(
      record: ours.record, kind: ours.kind, parent: theirs.id, secondParent: entry.behind.first,
      state: merge.state, origin: ours.origin)
    // What each side may hold alone, both together may not: past a limit, or against a rule.
    guard schema.problems(with: merged.state, of: merged.kind, since: head.state).isEmpty
    else { return .conflict }
    do {
      return .rebased(try coding.encode(merged))
    } catch CodingError.tooLarge {
      return .conflict
    }
  }
}
