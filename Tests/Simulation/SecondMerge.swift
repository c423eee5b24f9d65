import LiaisonModel
import TestSupport

/// The merge of whole records a second time, by ``DumbMerge``: what production's merge is held against.
enum SecondMerge {
  /// A value that a merge gave; nil inside if the field is then empty.
  struct Merged: Hashable {
    let value: FieldValue?
  }

  /// What two sides of a record cannot both have.
  enum Part: Hashable {
    case whole
    case code
    case field(Register.Field)
  }

  /// Nil if the sides disagree.
  /// - Parameters:
  ///   - sides: base, ours and theirs.
  ///   - moves: whether what was moved may not be doubled.
  static func value(
    _ field: Register.Field, _ sides: [FieldValue?], moves: Bool = true
  ) -> Merged? {
    if !moves, sides[1] != sides[2], sides[0] != sides[1], sides[0] != sides[2],
      Register.Field.sequences.contains(field)
    {
      let lines = sides.map(Self.lines)
      guard let merged = DumbMerge.sequences(lines[0], lines[1], lines[2], moves: false)?.first
      else { return nil }
      return merged.map { Merged(value: value(of: $0, field)) }
    }
    for case .value(let value)? in answers(field, sides) ?? [] { return Merged(value: value) }
    return nil
  }

  static func lines(_ value: FieldValue?) -> [String] {
    switch value {
    case .one(.prose(let text))?:
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    case .list(let elements)?: elements.map { $0.text { _ in "" } }
    case .one?, .set?, nil: []
    }
  }

  static func value(of lines: [String], _ field: Register.Field) -> FieldValue? {
    let value: FieldValue = field == .steps ? .items(lines) : .prose(lines.joined(separator: "\n"))
    return value.unlessEmpty
  }

  private static func answers(
    _ field: Register.Field, _ sides: [FieldValue?]
  ) -> [DumbMerge.Answer?]? {
    DumbMerge.field(Register.definition(of: field), sides[0], sides[1], sides[2]).map { Array($0) }
  }

  /// Where two sides disagree; a field for which nothing can be said is left out.
  static func disagreements(
    _ base: RecordState, _ ours: RecordState, _ theirs: RecordState
  ) -> Set<Part> {
    if ours == theirs || ours == base || theirs == base { return [] }
    var parts: Set<Part> = []
    let areGone = ours.isDeleted && theirs.isDeleted
    if ours.code != theirs.code, ours.code != base.code, theirs.code != base.code, !areGone {
      parts.insert(.code)
    }
    if ours.content == theirs.content { return parts }
    if ours.isDeleted || theirs.isDeleted || base.isDeleted { return [.whole] }
    for field in Register.Field.allCases {
      let sides = [base, ours, theirs].map { $0.fields[field.number] }
      if let answers = answers(field, sides), answers == [.disagreement] {
        parts.insert(.field(field))
      }
    }
    return parts
  }

  /// Whether a merge without a disagreement may come to this state.
  static func allows(
    _ merged: RecordState, _ base: RecordState, _ ours: RecordState, _ theirs: RecordState
  ) -> Bool {
    if ours == theirs || theirs == base { return merged == ours }
    if ours == base { return merged == theirs }
    let areGone = ours.isDeleted && theirs.isDeleted
    guard disagreements(base, ours, theirs).isEmpty, merged.isDeleted == areGone else {
      return false
    }
    let unknown = theirs.unknown == base.unknown ? ours.unknown : theirs.unknown
    guard merged.unknown == unknown else { return false }
    let codes = ours.code == base.code || ours.code == theirs.code ? theirs.code : ours.code
    guard merged.code == codes || areGone else { return false }
    guard !areGone else { return true }
    return Register.Field.allCases.allSatisfy { field in
      let sides = [base, ours, theirs].map { $0.fields[field.number] }
      guard let answers = answers(field, sides) else { return true }
      return answers.contains(.value(merged.fields[field.number]))
    }
  }
}
