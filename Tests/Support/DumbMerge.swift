public import LiaisonModel

/// The merge a second time, written straight from the design's table and as dumb as can be, to
/// compare with.
public enum DumbMerge {
  public enum Answer: Hashable {
    case value(FieldValue?)
    case disagreement
  }

  /// The answers that the table allows: one, but for sequences that have several longest common
  /// subsequences with their base. Nil if those are too many to try.
  public static func field(
    _ field: FieldDefinition, _ base: FieldValue?, _ ours: FieldValue?, _ theirs: FieldValue?
  ) -> Set<Answer>? {
    if ours == theirs { return [.value(ours)] }
    if ours == base { return [.value(theirs)] }
    if theirs == base { return [.value(ours)] }
    if field.rule == .opaque { return [.disagreement] }
    switch field.type {
    case .set:
      let merged = FieldValue.set(members(set(base), set(ours), set(theirs)))
      return [.value(merged.unlessEmpty)]
    case .list, .one(.prose):
      let sides = [base, ours, theirs].map(elements)
      return sequences(sides[0], sides[1], sides[2]).map { answers in
        Set(answers.map { $0.map { .value(value(of: $0, field.type)) } ?? .disagreement })
      }
    case .one: break
    }
    switch (field.rule, ours, theirs) {
    case (.latest, .one(.date(let one))?, .one(.date(let other))?):
      return [.value(.date(one > other ? one : other))]
    case (.largest, .one(.number(let one))?, .one(.number(let other))?):
      return [.value(.number(one > other ? one : other))]
    case (.latest, nil, .one(.date)?), (.largest, nil, .one(.number)?): return [.value(theirs)]
    case (.latest, .one(.date)?, nil), (.largest, .one(.number)?, nil): return [.value(ours)]
    case (.latest, _, _), (.largest, _, _), (.byType, _, _), (.opaque, _, _): return [.disagreement]
    }
  }

  private static func value(of merged: [String], _ type: FieldType) -> FieldValue? {
    if case .list = type { return FieldValue.items(merged).unlessEmpty }
    return FieldValue.prose(merged.joined(separator: "\n")).unlessEmpty
  }

  /// Every merge by a longest common subsequence of the base and each side; nil inside for a
  /// disagreement, and in all if there are too many to try.
  /// - Parameter moves: whether what was moved may neither be doubled nor come back.
  public static func sequences(
    _ base: [String], _ ours: [String], _ theirs: [String], moves: Bool = true
  ) -> Set<[String]?>? {
    guard let our = Matching.all(base, ours), let their = Matching.all(base, theirs) else {
      return nil
    }
    var answers: Set<[String]?> = []
    for one in our {
      for other in their {
        let merged = diff3(base, ours, theirs, one, other)
        let isWrong = moves && merged.map { goesWrong($0, base, ours, theirs) } == true
        answers.insert(isWrong ? nil : merged)
      }
    }
    return answers
  }

  /// A sequence in disagreement if a side is taken: what one alone changed elsewhere stays. Nil if a side
  /// has moved an element, or both have put in the same one: what then belongs together, this does not know.
  public static func taking(
    _ side: Side, _ base: [String], _ ours: [String], _ theirs: [String]
  ) -> [String]? {
    guard Set(ours).subtracting(base).isDisjoint(with: Set(theirs).subtracting(base)) else {
      return nil
    }
    let matchings = [ours, theirs].map { other -> [Int: Int]? in
      let common = Set(base).intersection(other).count
      guard let all = Matching.all(base, other), all.count == 1, all.first?.count == common else {
        return nil
      }
      return all.first
    }
    guard let our = matchings[0], let their = matchings[1] else { return nil }
    return diff3(base, ours, theirs, our, their, taking: side)
  }

  /// Whether a merge without a disagreement doubles what each side has once, or has what one took out.
  private static func goesWrong(
    _ merged: [String], _ base: [String], _ ours: [String], _ theirs: [String]
  ) -> Bool {
    func count(_ element: String, _ side: [String]) -> Int { side.count { $0 == element } }
    return Set(base).contains { element in
      let (our, their) = (count(element, ours), count(element, theirs))
      guard count(element, base) == 1, our <= 1, their <= 1 else { return false }
      return count(element, merged) != min(our, their)
    }
  }

  private static func members(
    _ base: Set<Scalar>, _ ours: Set<Scalar>, _ theirs: Set<Scalar>
  ) -> Set<Scalar> {
    base.union(ours).union(theirs).filter { member in
      base.contains(member)
        ? ours.contains(member) && theirs.contains(member)
        : ours.contains(member) || theirs.contains(member)
    }
  }

  private static func set(_ value: FieldValue?) -> Set<Scalar> {
    if case .set(let members)? = value { members } else { [] }
  }

  private static func elements(_ value: FieldValue?) -> [String] {
    switch value {
    case .one(.prose(let text))?:
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    case .list(let elements)?: elements.map { $0.text { _ in "" } }
    case nil, .one?, .set?: []
    }
  }

  /// The base is cut where both sides kept an element; in each piece one side at most may differ
  /// from the base, unless both have the same there.
  /// - Parameter side: whose piece stands if neither does; nil if there is no such merge.
  private static func diff3(
    _ base: [String], _ ours: [String], _ theirs: [String], _ our: [Int: Int], _ their: [Int: Int],
    taking side: Side? = nil
  ) -> [String]? {
    var cuts: [(Int, Int, Int)] = []
    for index in base.indices {
      if let one = our[index], let other = their[index] { cuts.append((index, one, other)) }
    }
    cuts.append((base.count, ours.count, theirs.count))
    var result: [String] = []
    var start = (0, 0, 0)
    for cut in cuts {
      let pieces = [
        Array(base[start.0..<cut.0]), Array(ours[start.1..<cut.1]),
        Array(theirs[start.2..<cut.2]),
      ]
      let kept = cut.0 < base.count ? [base[cut.0]] : []
      if pieces[1] == pieces[2] || pieces[0] == pieces[2] {
        result += pieces[1] + kept
      } else if pieces[0] == pieces[1] {
        result += pieces[2] + kept
      } else {
        guard let side else { return nil }
        result += pieces[side == .base ? 0 : side == .ours ? 1 : 2] + kept
      }
      start = (cut.0 + 1, cut.1 + 1, cut.2 + 1)
    }
    return result
  }
}

/// The longest common subsequences of two sequences, by the table of all their prefixes.
public enum Matching {
  /// Each as the place in `other` of each element of `base` that it keeps; nil for more than 64.
  static func all(_ base: [String], _ other: [String]) -> Set<[Int: Int]>? {
    let table = table(base, other)
    guard table[base.count][other.count].count <= 64 else { return nil }
    var known: [[Int]: Set<[Int: Int]>] = [:]
    func all(_ row: Int, _ column: Int) -> Set<[Int: Int]> {
      guard row > 0, column > 0 else { return [[:]] }
      if let matchings = known[[row, column]] { return matchings }
      let length = table[row][column].length
      var matchings: Set<[Int: Int]> = []
      if table[row - 1][column].length == length { matchings.formUnion(all(row - 1, column)) }
      if table[row][column - 1].length == length { matchings.formUnion(all(row, column - 1)) }
      if base[row - 1] == other[column - 1], table[row - 1][column - 1].length + 1 == length {
        for matching in all(row - 1, column - 1) {
          matchings.insert(matching.merging([row - 1: column - 1]) { $1 })
        }
      }
      known[[row, column]] = matchings
      return matchings
    }
    return all(base.count, other.count)
  }

  public static func isUnique(_ base: [String], _ other: [String]) -> Bool {
    table(base, other)[base.count][other.count].count == 1
  }

  /// The length of the longest matchings of two prefixes, and how many are that long.
  private static func table(
    _ base: [String], _ other: [String]
  ) -> [[(length: Int, count: Int)]] {
    let row = Array(repeating: (length: 0, count: 1), count: other.count + 1)
    var table = Array(repeating: row, count: base.count + 1)
    for (i, element) in base.enumerated() {
      for (j, another) in other.enumerated() {
        let (both, without, within) = (table[i][j], table[i][j + 1], table[i + 1][j])
        let length = max(both.length + (element == another ? 1 : 0), without.length, within.length)
        var count = 0
        if element == another, both.length + 1 == length { count += both.count }
        if without.length == length { count += without.count }
        if within.length == length { count += within.count }
        // Those without either were counted twice.
        if both.length == length { count -= both.count }
        table[i + 1][j + 1] = (length, count)
      }
    }
    return table
  }
}
