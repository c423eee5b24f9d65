/// What two offices could not both have of one record.
public enum Disagreement: Hashable, Sendable {
  /// Both changed the field, differently.
  case field(FieldNumber)
  /// Both gave the record another code.
  case code
  /// One deleted the record, the other changed it.
  case deletion
  /// Each side alone may stand; both together break a rule of the schema or a limit.
  case together
  /// Both changed what of the record only a newer version knows, differently.
  case unknown
}

/// Whose words stand.
public enum Side: String, Hashable, Sendable, CaseIterable {
  case ours
  case theirs
  case base
}

/// The three-way merge of one record: the only place where two edits become one.
///
/// It is a pure function of three states and a kind, and symmetric: swapping the sides swaps
/// only which side's values stand if they disagree.
public struct Merge: Hashable, Sendable {
  /// All that could be merged; ours if the sides disagree.
  public let state: RecordState
  /// Empty if the merge is complete. In the order of the kind's fields.
  public let disagreements: [Disagreement]

  /// - Parameters:
  ///   - base: what both sides started from.
  ///   - ours: this office's edit of it.
  ///   - theirs: what the register holds by now.
  ///   - kind: names the fields' rules; a field that it does not know follows its value's type.
  public init(base: RecordState, ours: RecordState, theirs: RecordState, kind: Kind?) {
    guard ours != theirs, theirs != base else {
      (state, disagreements) = (ours, [])
      return
    }
    guard ours != base else {
      (state, disagreements) = (theirs, [])
      return
    }
    var merge = FieldMerge(kind: kind)
    // Nobody holds the code of a deleted record: two such codes are no disagreement.
    let isGone = ours.isDeleted && theirs.isDeleted && ours.code != theirs.code
    let code = isGone ? base.code : merge.code(base.code, ours.code, theirs.code)
    let unknown = merge.unknown(base.unknown, ours.unknown, theirs.unknown)
    guard ours.content != theirs.content else {
      state = RecordState(code: code, content: ours.content, unknown: unknown)
      disagreements = merge.disagreements
      return
    }
    guard !ours.isDeleted, !theirs.isDeleted, !base.isDeleted else {
      state = RecordState(code: ours.code, content: ours.content, unknown: unknown)
      disagreements = [.deletion]
      return
    }
    let numbers = Set(base.fields.keys).union(ours.fields.keys).union(theirs.fields.keys)
    var fields: Fields = [:]
    for number in numbers.sorted() {
      fields[number] = merge.field(
        number, base.fields[number], ours.fields[number], theirs.fields[number])
    }
    state = RecordState(code: code, content: .fields(fields), unknown: unknown)
    disagreements = merge.disagreements
  }

  /// A field about which the sides disagree, if one of them is taken: of a prose or a list only where
  /// both changed the same lines or elements; what one alone changed elsewhere stays merged.
  public static func field(
    base: FieldValue?, ours: FieldValue?, theirs: FieldValue?, taking side: Side
  ) -> FieldValue? {
    if let sequence = FieldSequence(base, ours, theirs) { return sequence.value(taking: side) }
    return switch side {
    case .ours: ours
    case .theirs: theirs
    case .base: base
    }
  }

  /// The lines of a prose or the elements of a list, as far as they could be merged, and the sides of those
  /// that could not; nil for a value of another type.
  /// - Parameter code: how a record is written that an element refers to.
  public static func lines(
    base: FieldValue?, ours: FieldValue?, theirs: FieldValue?, code: (RecordID) -> String
  ) -> [SequenceMerge<String>.Chunk]? {
    switch FieldSequence(base, ours, theirs) {
    case nil: nil
    case .lines(let merge)?: merge.chunks
    case .elements(let merge)?: merge.chunks.map { $0.map { $0.text(code: code) } }
    }
  }
}

/// Merges one field after the other and remembers where the sides disagree.
private struct FieldMerge {
  let kind: Kind?
  var disagreements: [Disagreement] = []

  init(kind: Kind?) { self.kind = kind }

  mutating func code(_ base: RecordCode, _ ours: RecordCode, _ theirs: RecordCode) -> RecordCode {
    if ours == theirs || theirs == base { return ours }
    if ours == base { return theirs }
    disagreements.append(.code)
    return ours
  }

  /// Number by number, by equality.
  mutating func unknown(
    _ base: [UnknownField], _ ours: [UnknownField], _ theirs: [UnknownField]
  ) -> [UnknownField] {
    if ours == theirs || theirs == base { return ours }
    if ours == base { return theirs }
    let numbers = Set((base + ours + theirs).map(\.number)).sorted()
    var isSettled = true
    let merged = numbers.flatMap { number in
      let sides = [base, ours, theirs].map { $0.filter { $0.number == number } }
      if sides[1] == sides[2] || sides[2] == sides[0] { return sides[1] }
      isSettled = isSettled && sides[1] == sides[0]
      return sides[1] == sides[0] ? sides[2] : sides[1]
    }
    if !isSettled { disagreements.append(.unknown) }
    return merged
  }

  mutating func field(
    _ number: FieldNumber, _ base: FieldValue?, _ ours: FieldValue?, _ theirs: FieldValue?
  ) -> FieldValue? {
    if ours == theirs || theirs == base { return ours }
    if ours == base { return theirs }
    switch Self.reconcile(base, ours, theirs, rule: kind?.field(number)?.rule ?? .byType) {
    case .agreed(let value):
      return value
    case .disagreed:
      disagreements.append(.field(number))
      return ours
    }
  }

  private enum Outcome {
    case agreed(FieldValue?)
    case disagreed
  }

  /// Both sides changed the field, differently.
  private static func reconcile(
    _ base: FieldValue?, _ ours: FieldValue?, _ theirs: FieldValue?, rule: MergeRule
  ) -> Outcome {
    guard rule != .opaque else { return .disagreed }
    if let base = base.asSet, let ours = ours.asSet, let theirs = theirs.asSet,
      areOfOneSort(base, ours, theirs)
    {
      return .agreed(FieldValue.set(merged(base, ours, theirs)).unlessEmpty)
    }
    if let sequence = FieldSequence(base, ours, theirs) {
      return sequence.isSettled ? .agreed(sequence.value(taking: .ours)) : .disagreed
    }
    return greater(ours, theirs, rule: rule).map { .agreed($0) } ?? .disagreed
  }

  /// Adds of both and removals of both.
  private static func merged<Member>(
    _ base: Set<Member>, _ ours: Set<Member>, _ theirs: Set<Member>
  ) -> Set<Member> {
    ours.intersection(theirs).union(ours.subtracting(base)).union(theirs.subtracting(base))
  }

  /// Of two dates or moments the later, of two numbers the larger, if the field declares it. A value stands
  /// above none. Nil if the field does not declare it, or a value is no date or number.
  private static func greater(
    _ ours: FieldValue?, _ theirs: FieldValue?, rule: MergeRule
  ) -> FieldValue? {
    switch rule {
    case .byType, .opaque: nil
    case .latest: greater(ours, theirs) { $0.moment }
    case .largest:
      greater(ours, theirs) { if case .one(.number(let number)) = $0 { number } else { nil } }
    }
  }

  private static func greater<Value: Comparable>(
    _ ours: FieldValue?, _ theirs: FieldValue?, _ read: (FieldValue) -> Value?
  ) -> FieldValue? {
    switch (ours, theirs) {
    case (let ours?, let theirs?):
      guard let one = read(ours), let other = read(theirs) else { return nil }
      return one > other ? ours : theirs
    case (let value?, nil), (nil, let value?): return read(value) == nil ? nil : value
    case (nil, nil): return nil
    }
  }
}

extension FieldValue? {
  /// A set as what it is merged by: an absent value is the empty one, a value of another sort is none.
  fileprivate var asSet: Set<Scalar>? {
    switch self {
    case nil: []
    case .set(let members): members
    case .one, .list: nil
    }
  }
}
