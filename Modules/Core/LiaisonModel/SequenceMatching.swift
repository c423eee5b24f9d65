/// Which element of a base each element that another sequence kept is, by a shortest edit script
/// (the standard library's `difference(from:)`, after Myers 1986).
///
/// Past ``Limits/diffElements`` between common ends all counts as replaced: the script's cost grows
/// with the square of its length.
public struct SequenceMatching<Element: Hashable> {
  private var places: [Int?]

  public init(_ base: [Element], _ other: [Element]) {
    places = Array(repeating: nil, count: base.count)
    let head = zip(base, other).prefix { $0 == $1 }.count
    let tail = zip(base.dropFirst(head).reversed(), other.dropFirst(head).reversed())
      .prefix { $0 == $1 }.count
    for index in 0..<head { places[index] = index }
    for index in 0..<tail { places[base.count - 1 - index] = other.count - 1 - index }

    let middle = (base[head..<(base.count - tail)], other[head..<(other.count - tail)])
    guard max(middle.0.count, middle.1.count) <= Limits.diffElements else { return }
    let script = Array(middle.1).difference(from: Array(middle.0))
    let removed = Set(script.removals.map(\.offset))
    let inserted = Set(script.insertions.map(\.offset))
    let keptHere = middle.0.indices.filter { !removed.contains($0 - head) }
    let keptThere = middle.1.indices.filter { !inserted.contains($0 - head) }
    for (here, there) in zip(keptHere, keptThere) { places[here] = there }
  }

  /// Where the other sequence has this element of the base; nil if it does not.
  public subscript(index: Int) -> Int? { places[index] }
}

extension CollectionDifference.Change {
  fileprivate var offset: Int {
    switch self {
    case .insert(let offset, _, _), .remove(let offset, _, _): offset
    }
  }
}
