/// A prose, merged by its lines, or a list, by its elements.
enum FieldSequence {
  case lines(SequenceMerge<String>)
  case elements(SequenceMerge<Scalar>)

  /// Nil if the values are neither.
  init?(_ base: FieldValue?, _ ours: FieldValue?, _ theirs: FieldValue?) {
    if let base = base.asLines, let ours = ours.asLines, let theirs = theirs.asLines {
      self = .lines(SequenceMerge(base: base, ours: ours, theirs: theirs))
    } else if let base = base.asList, let ours = ours.asList, let theirs = theirs.asList,
      areOfOneSort(base, ours, theirs)
    {
      self = .elements(SequenceMerge(base: base, ours: ours, theirs: theirs))
    } else {
      return nil
    }
  }

  var isSettled: Bool {
    switch self {
    case .lines(let merge): merge.merged != nil
    case .elements(let merge): merge.merged != nil
    }
  }

  func value(taking side: Side) -> FieldValue? {
    switch self {
    case .lines(let merge):
      FieldValue.prose(merge.taking(side).joined(separator: "\n")).unlessEmpty
    case .elements(let merge): FieldValue.list(merge.taking(side)).unlessEmpty
    }
  }
}

/// Scalars of two sorts, as a changed schema could leave them, never meet in one value.
func areOfOneSort<Values: Collection<Scalar>>(_ sides: Values...) -> Bool {
  guard let word = sides.lazy.compactMap(\.first).first?.word else { return true }
  return sides.allSatisfy { side in side.allSatisfy { $0.word == word } }
}

// A value as what it is merged by. An absent value is the empty one of any sort; a value of another
// sort, as a changed schema could leave it, is none.
extension FieldValue? {
  fileprivate var asList: [Scalar]? {
    switch self {
    case nil: []
    case .list(let elements): elements
    case .one, .set: nil
    }
  }

  /// The lines of a prose; a line feed at its end leaves an empty last line.
  fileprivate var asLines: [String]? {
    switch self {
    case nil: []
    case .one(.prose(let text)):
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    case .one, .set, .list: nil
    }
  }
}
