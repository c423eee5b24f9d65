public import LiaisonModel
internal import LiaisonSync

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
  /// What the register holds: of this record, or, where the code is taken, of the one that has it.
  public internal(set) var theirs: Revision?
  /// All that could be merged; ours where the sides disagree.
  public let merged: RecordState
  /// The rule or limit that both sides together break, where that is the cause.
  public let problem: Problem?

  init?(_ record: Record, schema: Schema, coding: any RevisionCoding) throws {
    guard let entry = record.pending else { return nil }
    self.record = record
    ours = record.visible
    theirs = record.head
    base = try entry.base.map { try coding.decode($0.bytes) }
    switch entry.status {
    case .codeTaken:
      (cause, merged, problem) = (.codeTaken, ours.state, nil)
    case .conflict:
      guard let theirs = record.head else { return nil }
      guard let base else {
        (cause, merged, problem) = (.merge([.deletion]), ours.state, nil)
        return
      }
      let merge = Merge(
        base: base.state, ours: ours.state, theirs: theirs.state, kind: record.kind)
      merged = merge.state
      if merge.disagreements.isEmpty {
        cause = .merge([.together])
        problem =
          schema.problems(with: merged, of: ours.kind).first
          ?? Problem("the record takes more than \(Limits.revisionBytes) bytes")
      } else {
        (cause, problem) = (.merge(merge.disagreements), nil)
      }
    case .ready, .inFlight, .refused: return nil
    }
  }

  /// The fields that either side changed, in the order of their numbers.
  public var changed: [FieldNumber] {
    let before = base?.state.fields ?? [:]
    let sides = [ours.state.fields, theirs?.state.fields ?? [:]]
    return Set(sides.flatMap(\.keys)).union(before.keys)
      .filter { number in sides.contains { $0[number] != before[number] } }.sorted()
  }
}
