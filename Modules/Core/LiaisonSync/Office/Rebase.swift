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

  /// What a person went on from, as it would stand where the edit stands by now: both have been merged with
  /// the same heads, and what differs is what the person changed.
  /// - Parameters:
  ///   - seen: the edit that was taken in, as the person saw it.
  ///   - parent: what that was made from; nil if it is not here.
  public func start(
    of entry: OutboxEntry, seen: EncodedRevision, parent: EncodedRevision?
  ) throws -> EncodedRevision {
    let from = try coding.decode(seen.bytes)
    guard let base = entry.base, base.id != from.parent, let parent else { return seen }
    let merge = Merge(
      base: try coding.decode(parent.bytes).state, ours: from.state,
      theirs: try coding.decode(base.bytes).state, kind: schema.kind(from.kind))
    let start = Revision(
      record: from.record, kind: from.kind, parent: base.id, state: merge.state,
      origin: from.origin)
    return try coding.encode(start).encoded
  }

  /// - Parameters:
  ///   - entry: the edit and its base.
  ///   - theirs: the record's head.
  /// - Throws: what `coding` throws for bytes that it cannot read.
  public func outcome(
    of entry: OutboxEntry, onto theirs: EncodedRevision
  ) throws -> Outcome {
    let ours = try coding.decode(entry.ours.bytes)
    let head: Revision
    do {
      head = try coding.decode(theirs.bytes)
    } catch let error as CodingError {
      // What only a newer version can read is nothing to merge with; what is damaged is no conflict.
      guard coding.isUnreadable(theirs) else { throw error }
      return .conflict
    }
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
