/// A three-way merge of two sequences that come from one base: diff3.
///
/// Khanna, Kunal and Pierce, "A Formal Investigation of Diff3" (2007): the base is cut into
/// stretches that both sides kept, and the chunks between them. A chunk that one side kept, or
/// that both changed alike, is settled; any other is a disagreement. Two changes that touch, with
/// no kept element between them, are one chunk.
public struct SequenceMerge<Element: Hashable & Sendable>: Hashable, Sendable {
  public enum Chunk: Hashable, Sendable {
    case settled([Element])
    case disagreement(base: [Element], ours: [Element], theirs: [Element])
  }

  /// In order, no two settled chunks side by side.
  public let chunks: [Chunk]

  public init(base: [Element], ours: [Element], theirs: [Element]) {
    let kept = (ours: SequenceMatching(base, ours), theirs: SequenceMatching(base, theirs))
    var builder = Builder()
    var next = (base: 0, ours: 0, theirs: 0)
    for index in base.indices {
      guard let our = kept.ours[index], let their = kept.theirs[index] else { continue }
      builder.append(
        base: base[next.base..<index], ours: ours[next.ours..<our],
        theirs: theirs[next.theirs..<their])
      builder.settled.append(base[index])
      next = (index + 1, our + 1, their + 1)
    }
    builder.append(
      base: base[next.base...], ours: ours[next.ours...], theirs: theirs[next.theirs...])
    chunks = builder.finish()
  }

  /// The merged sequence; nil if the sides disagree.
  public var merged: [Element]? {
    var result: [Element] = []
    for chunk in chunks {
      guard case .settled(let elements) = chunk else { return nil }
      result += elements
    }
    return result
  }

  /// Chunks as they come, with what is settled since the last disagreement.
  private struct Builder {
    var chunks: [Chunk] = []
    var settled: [Element] = []

    mutating func append(
      base: ArraySlice<Element>, ours: ArraySlice<Element>, theirs: ArraySlice<Element>
    ) {
      if ours == theirs || theirs == base {
        settled += ours
      } else if ours == base {
        settled += theirs
      } else {
        settle()
        chunks.append(.disagreement(base: Array(base), ours: Array(ours), theirs: Array(theirs)))
      }
    }

    mutating func finish() -> [Chunk] {
      settle()
      return chunks
    }

    private mutating func settle() {
      if !settled.isEmpty { chunks.append(.settled(settled)) }
      settled = []
    }
  }
}
