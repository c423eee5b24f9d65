/// A base and its two sides, cut into stretches that both sides kept and what lies between them.
struct SequencePieces<Element: Hashable> {
  /// The same stretch of all three.
  struct Piece {
    let base, ours, theirs: Range<Int>
    let standing: Standing
  }

  /// Whose elements are the merged ones.
  enum Standing {
    /// Theirs is as the base was, or the same.
    case ours
    /// Ours is as the base was.
    case theirs
    case neither
  }

  private let base, ours, theirs: [Element]
  /// In order; none of them is empty in all three.
  private(set) var all: [Piece] = []

  init(base: [Element], ours: [Element], theirs: [Element]) {
    (self.base, self.ours, self.theirs) = (base, ours, theirs)
    let kept = (ours: SequenceMatching(base, ours), theirs: SequenceMatching(base, theirs))
    // Where the stretch begins that both kept so far, and where it ends.
    var (start, end) = (Place(), Place())
    for index in base.indices {
      guard let our = kept.ours[index], let their = kept.theirs[index] else { continue }
      let next = Place(base: index, ours: our, theirs: their)
      if next != end {
        append(from: start, to: end)
        append(from: end, to: next)
        start = next
      }
      end = next.successor
    }
    append(from: start, to: end)
    append(from: end, to: Place(base: base.count, ours: ours.count, theirs: theirs.count))
  }

  /// A place between two elements of each of the three.
  private struct Place: Equatable {
    var (base, ours, theirs) = (0, 0, 0)

    var successor: Place { Place(base: base + 1, ours: ours + 1, theirs: theirs + 1) }
  }

  private mutating func append(from: Place, to: Place) {
    guard from != to else { return }
    all.append(piece(from.base..<to.base, from.ours..<to.ours, from.theirs..<to.theirs))
  }

  private func piece(_ base: Range<Int>, _ ours: Range<Int>, _ theirs: Range<Int>) -> Piece {
    let (was, our, their) = (self.base[base], self.ours[ours], self.theirs[theirs])
    let standing: Standing =
      if our == their || their == was { .ours } else if our == was { .theirs } else { .neither }
    return Piece(base: base, ours: ours, theirs: theirs, standing: standing)
  }
}

// MARK: What was moved

extension SequencePieces {
  /// An element that the base has once and each side at most once, and the pieces that it is in.
  private struct Moved {
    var base: Int
    var ours: Int?
    var theirs: Int?

    var span: ClosedRange<Int> {
      let (ours, theirs) = (ours ?? base, theirs ?? base)
      return min(base, ours, theirs)...max(base, ours, theirs)
    }
  }

  /// Joins pieces, and all between them, until each element that the base has once
  /// - comes out once, whichever sides are taken, if both sides still have it;
  /// - does not come out by itself, if one side took it out.
  mutating func joinMoves() {
    var moved = moved()
    while true {
      let spans = moved.filter(goesWrong).map(\.span)
      guard !spans.isEmpty else { return }
      let places = join(spans)
      moved = moved.map {
        Moved(
          base: places[$0.base], ours: $0.ours.map { places[$0] },
          theirs: $0.theirs.map { places[$0] })
      }
    }
  }

  private func goesWrong(_ element: Moved) -> Bool {
    switch (element.ours, element.theirs) {
    case (nil, nil): return false
    case (let ours?, nil): return all[ours].standing == .ours
    case (nil, let theirs?): return all[theirs].standing == .theirs
    case (let ours?, let theirs?):
      guard ours != theirs else { return false }
      let (one, other) = (all[ours].standing, all[theirs].standing)
      return one == .neither || other == .neither || (one == .ours) == (other == .theirs)
    }
  }

  private func moved() -> [Moved] {
    let ours = Self.places(of: ours, all.map(\.ours))
    let theirs = Self.places(of: theirs, all.map(\.theirs))
    return Self.places(of: base, all.map(\.base)).compactMap { element, places in
      let (our, their) = (ours[element] ?? [], theirs[element] ?? [])
      // Who has it several times may have copied it.
      guard places.count == 1, our.count <= 1, their.count <= 1 else { return nil }
      guard our != places || their != places else { return nil }
      return Moved(base: places[0], ours: our.first, theirs: their.first)
    }
  }

  /// The pieces that each element is in.
  private static func places(
    of sequence: [Element], _ pieces: [Range<Int>]
  ) -> [Element: [Int]] {
    var places: [Element: [Int]] = [:]
    for (place, piece) in pieces.enumerated() {
      for element in sequence[piece] { places[element, default: []].append(place) }
    }
    return places
  }

  /// - Returns: the new place of each piece.
  private mutating func join(_ spans: [ClosedRange<Int>]) -> [Int] {
    // How many more spans hold a piece and the next one than the two before.
    var steps = Array(repeating: 0, count: all.count)
    for span in spans {
      steps[span.lowerBound] += 1
      steps[span.upperBound] -= 1
    }
    var joined: [(base: Range<Int>, ours: Range<Int>, theirs: Range<Int>)] = []
    var (places, spanning): ([Int], Int) = ([], 0)
    for (piece, step) in zip(all, steps) {
      if spanning > 0, let last = joined.last {
        joined[joined.count - 1] = (
          last.base.lowerBound..<piece.base.upperBound,
          last.ours.lowerBound..<piece.ours.upperBound,
          last.theirs.lowerBound..<piece.theirs.upperBound
        )
      } else {
        joined.append((piece.base, piece.ours, piece.theirs))
      }
      places.append(joined.count - 1)
      spanning += step
    }
    all = joined.map { piece($0.base, $0.ours, $0.theirs) }
    return places
  }
}
