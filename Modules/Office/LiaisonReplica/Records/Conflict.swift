internal import LiaisonModel
internal import LiaisonSync

/// Base, ours and theirs of one record, and where they disagree.
struct Conflict {
  enum Cause: Hashable {
    /// The record moved, and these parts could not be merged.
    case merge([Disagreement])
    /// Another record has the code.
    case codeTaken
  }

  let record: Record
  let cause: Cause
  let base: Revision?
  let ours: Revision
  /// What the register holds: of this record, or, if the code is taken, of the one that has it.
  let theirs: Revision?
  /// All that could be merged; ours where the sides disagree.
  let merged: RecordState
  /// The rule or limit that both sides together break, if that is the cause.
  let problem: Problem?

  /// Nil for a record that is in none.
  /// - Parameter holder: the register's revision of the record that has this one's code.
  init?(_ record: Record, schema: Schema, holder: Revision?) {
    guard let entry = record.pending else { return nil }
    self.record = record
    ours = record.visible
    base = record.base
    switch entry.state {
    case .codeTaken:
      (theirs, cause, merged, problem) = (holder, .codeTaken, ours.state, nil)
    case .conflict:
      guard let head = record.head else { return nil }
      theirs = head
      guard let base else {
        (cause, merged, problem) = (.merge([.deletion]), ours.state, nil)
        return
      }
      let merge = Merge(base: base.state, ours: ours.state, theirs: head.state, kind: record.kind)
      merged = merge.state
      if merge.disagreements.isEmpty {
        cause = .merge([.together])
        problem =
          schema.problems(with: merged, of: ours.kind, since: head.state).first
          ?? Problem("the record takes more than \(Limits.revisionBytes) bytes")
      } else {
        (cause, problem) = (.merge(merge.disagreements), nil)
      }
    case .ready, .inFlight, .refused: return nil
    }
  }

  /// The fields that either side changed, in the order of their numbers.
  var changed: [FieldNumber] {
    let before = base?.state.fields ?? [:]
    let sides = [ours.state.fields, theirs?.state.fields ?? [:]]
    return Set(sides.flatMap(\.keys)).union(before.keys)
      .filter { number in sides.contains { $0[number] != before[number] } }.sorted()
  }

  func revision(_ side: Side) -> Revision? {
    switch side {
    case .ours: ours
    case .theirs: theirs
    case .base: base
    }
  }

  /// What a person calls a part.
  func name(of disagreement: Disagreement) -> String {
    switch disagreement {
    case .field(let number): record.kind.name(of: number)
    case .code: "code"
    case .deletion: "the whole record"
    case .together: "both sides together"
    case .unknown: "what needs a newer version"
    }
  }
}

extension Kind {
  /// The name of a field; one that only a newer schema knows is named by its number.
  func name(of number: FieldNumber) -> String { field(number)?.name ?? "field_\(number.number)" }
}
