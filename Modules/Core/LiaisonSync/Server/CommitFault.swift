internal import LiaisonModel

/// Why an edit falls out of a ``CommitPass``. Each reference may bring one down, and hardly one does: a
/// fault owns no memory, and is put into words only for an edit that has fallen.
enum CommitFault: Sendable {
  /// The record's head is not the edit's base.
  case stale
  case codeTaken
  /// Another record holds what is unique; by the place of the rule.
  case duplicate(Int)
  /// The field refers to a record that nobody has.
  case missing(FieldNumber)
  /// The field refers to a record of a kind that is not its own.
  case otherKind(FieldNumber)
  /// The field leads to the record itself.
  case leadsBack(FieldNumber)

  /// What the edit's office is told.
  func outcome(of item: CommitItem, _ facts: CommitFacts) -> Verdict.Outcome {
    switch self {
    case .stale: .stale(head: facts.heads[item.record]?.revision)
    case .codeTaken:
      .refused(Refusal(.codeTaken, "another record has the code \(item.filed.summary.code)"))
    case .duplicate(let rule):
      .refused(
        Refusal(
          .invalid, "another record has the same \(item.unique?[rule].names ?? "unique fields")"))
    case .missing(let field):
      .refused(
        Refusal(
          .reference,
          "field '\(item.name(of: field))' refers to a record that is not in the register"))
    case .otherKind(let field):
      .refused(
        Refusal(.reference, "field '\(item.name(of: field))' refers to a record of another kind"))
    case .leadsBack(let field):
      .refused(Refusal(.reference, "field '\(item.name(of: field))' leads back to its own record"))
    }
  }
}
