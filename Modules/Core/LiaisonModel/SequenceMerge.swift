/// A three-way merge of two sequences that come from one base: diff3, but that what was moved is
/// neither doubled nor brought back.
///
/// Khanna, Kunal and Pierce, "A Formal Investigation of Diff3" (2007): the base is cut into
/// stretches that both sides kept, and the pieces between them. A piece that one side kept, or
/// that both changed alike, is settled; any other is a disagreement. Two changes that touch, with
/// no kept element between them, are one piece. To diff3 a move is a removal here and an insertion
/// there; `SequencePieces` joins what must be settled as one.
public struct SequenceMerge<Element: Hashable & Sendable>: Hashable, Sendable {
  public enum Chunk: Hashable, Sendable {
    case settled([Element])
    case disagreement(base: [Element], ours: [Element], theirs: [Element])

    func map<Other>(_ transform: (Element) -> Other) -> SequenceMerge<Other>.Chunk {
      switch self {
      case .settled(let elements): .settled(elements.map(transform))
      case .disagreement(let base, let ours, let theirs):
        .disagreement(
          base: base.map(transform), ours: ours.map(transform), theirs: theirs.map(transform))
      }
    }
  }

  /// In order, no two settled chunks side by side.
  public let chunks: [Chunk]

  public init(base: [Element], ours: [Element], theirs: [Element]) {
    var pieces = SequencePieces(base: base, ours: ours, theirs: theirs)
    pieces.joinMoves()
    var chunks: [Chunk] = []
    // What is settled since the last disagreement.
    var settled: [Element] = []
    func closeSettled() {
      guard !settled.isEmpty else { return }
      chunks.append(.settled(settled))
      settled = []
    }
    for piece in pieces.all {
      switch piece.standing {
      case .ours: settled += ours[piece.ours]
      case .theirs: settled += theirs[piece.theirs]
      case .neither:
        closeSettled()
        chunks.append(
          .disagreement(
            base: Array(base[piece.base]), ours: Array(ours[piece.ours]),
            theirs: Array(theirs[piece.theirs])))
      }
    }
    closeSettled()
    self.chunks = chunks
  }

  /// The merged sequence; nil if the sides disagree.
  public var merged: [Element]? {
    let isSettled = chunks.allSatisfy { if case .settled = $0 { true } else { false } }
    return isSettled ? taking(.ours) : nil
  }

  /// The merged sequence, with one side for every disagreement: what only the other changed elsewhere
  /// stays.
  public func taking(_ side: Side) -> [Element] {
    chunks.flatMap { chunk in
      switch (chunk, side) {
      case (.settled(let elements), _), (.disagreement(let elements, _, _), .base),
        (.disagreement(_, let elements, _), .ours), (.disagreement(_, _, let elements), .theirs):
        elements
      }
    }
  }
}
