import Foundation
import LiaisonModel
import TestSupport
import Testing

struct SequenceMergeTests {
  private typealias Triple = (base: [String], ours: [String], theirs: [String])

  private func all(_ length: Int) -> [[String]] {
    length == 0 ? [[]] : all(length - 1).flatMap { [$0 + ["a"], $0 + ["b"]] }
  }

  private func forAllSmallCases(_ body: (Triple) throws -> Void) rethrows {
    let sequences = (0...3).flatMap(all)
    for base in sequences {
      for ours in sequences {
        for theirs in sequences { try body((base, ours, theirs)) }
      }
    }
  }

  private func merge(_ sides: Triple) -> SequenceMerge<String> {
    SequenceMerge(base: sides.base, ours: sides.ours, theirs: sides.theirs)
  }

  @Test func everySmallCaseKeepsTheLawsBothWaysRound() {
    forAllSmallCases { sides in
      #expect(merge((sides.base, sides.ours, sides.base)).merged == sides.ours)
      #expect(merge((sides.base, sides.base, sides.ours)).merged == sides.ours)
      #expect(merge((sides.base, sides.ours, sides.ours)).merged == sides.ours)
      let (one, other) = (merge(sides), merge((sides.base, sides.theirs, sides.ours)))
      #expect(one.merged == other.merged)
      #expect(one.chunks.count == other.chunks.count)
    }
  }

  @Test func everySmallCaseIsAsTheDumbMergeAllows() throws {
    var counts = (merged: 0, disagreed: 0, several: 0)
    try forAllSmallCases { sides in
      let answers = try #require(DumbMerge.sequences(sides.base, sides.ours, sides.theirs))
      let merged = merge(sides).merged
      #expect(answers.contains(merged), "\(sides)")
      if merged == nil { counts.disagreed += 1 } else { counts.merged += 1 }
      if answers.count > 1 { counts.several += 1 }
    }
    print("small cases: \(counts)")
    #expect(counts.merged > 900 && counts.disagreed > 1_000 && counts.several < 900, "\(counts)")
  }

  /// Every element of a chunk comes from the side that it is said to come from, in order.
  @Test func theChunksSpellEachSideThatDisagrees() {
    forAllSmallCases { sides in
      for chunk in merge(sides).chunks {
        guard case .disagreement(let base, let ours, let theirs) = chunk else { continue }
        #expect(ours != theirs && ours != base && theirs != base)
        for (piece, whole) in [(base, sides.base), (ours, sides.ours), (theirs, sides.theirs)] {
          let places = whole.indices.map { Array(whole[$0...].prefix(piece.count)) }
          #expect(piece.isEmpty || places.contains(piece))
        }
      }
    }
  }

  /// The second half has letters of its own, so that the line between is kept by every diff. If a
  /// side has several longest common subsequences, which one is kept may hang on what follows.
  @Test func changesOnEitherSideOfAKeptLineAreMergedApart() {
    let seconds: [(Triple, merged: [String]?)] = [
      ((["c"], ["c", "d"], ["c"]), ["c", "d"]), ((["c"], ["d"], ["c", "c"]), nil),
      ((["c", "d"], [], ["c", "d"]), []), ((["c", "d"], ["d"], ["d"]), ["d"]),
    ]
    forAllSmallCases { sides in
      guard Matching.isUnique(sides.base, sides.ours), Matching.isUnique(sides.base, sides.theirs)
      else { return }
      let first = merge(sides)
      for (second, merged) in seconds {
        let both = merge(
          (
            sides.base + ["|"] + second.base, sides.ours + ["|"] + second.ours,
            sides.theirs + ["|"] + second.theirs
          ))
        let apart = first.merged.flatMap { first in merged.map { first + ["|"] + $0 } }
        #expect(both.merged == apart)
      }
    }
  }

  @Test func changesThatTouchAreOneChunk() {
    let merge = merge((["1", "2", "3"], ["x", "2", "3"], ["1", "y", "3"]))
    #expect(
      merge.chunks == [
        .disagreement(base: ["1", "2"], ours: ["x", "2"], theirs: ["1", "y"]), .settled(["3"]),
      ])
  }

  static let moves: [(base: String, ours: String, theirs: String, merged: String?)] = [
    // Both moved one, differently.
    ("1 2 3 4", "2 1 3 4", "2 3 4 1", nil),
    // Both alike.
    ("1 2 3 4", "2 3 4 1", "2 3 4 1", "2 3 4 1"),
    // One moved it, the other took it out, or wrote it anew.
    ("1 2 3 4", "2 3 4 1", "2 3 4", nil), ("1 2 3 4", "2 3 4 1", "x 2 3 4", nil),
    // One moved it, and the other changed what is beside one of its places, or between them.
    ("1 2 3 4", "2 3 4 1", "1 x 3 4", nil), ("1 2 3 4", "2 3 4 1", "1 2 3 x", nil),
    ("1 2 3 4 5", "2 3 4 5 1", "1 2 3 x 5", "2 3 x 5 1"),
    // Each moved another one.
    ("1 2 3 4 5 6", "2 1 3 4 5 6", "1 2 3 4 6 5", "2 1 3 4 6 5"),
    // What the base has twice, or one side copied, may come out twice.
    ("1 2 1 3 4", "2 1 3 4 1", "1 2 1 3 4", "2 1 3 4 1"),
    ("1 2 3 4", "1 2 1 3 4", "1 2 3 4 1", "1 2 1 3 4 1"),
    // What only the sides have.
    ("1 2 3", "x 1 2 3", "1 2 3 x", "x 1 2 3 x"),
  ]

  @Test(arguments: moves)
  func whatWasMovedIsNeitherDoubledNorBroughtBack(
    _ base: String, _ ours: String, _ theirs: String, _ merged: String?
  ) {
    func elements(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
    for (one, other) in [(ours, theirs), (theirs, ours)] {
      let merge = merge((elements(base), elements(one), elements(other)))
      #expect(merge.merged == merged.map(elements))
    }
  }

  /// Whichever sides are taken for the disagreements, one by one.
  @Test func whatEachSideHasOnceComesOutOnceWhicheverSidesAreTaken() {
    var generator = Generator(seed: MergeTests.seed)
    var counts = (choices: 0, several: 0)
    for _ in 0..<3_000 {
      let base = (0..<8).map { "\($0)" }
      let sides = (base, generator.moved(base), generator.moved(base))
      let merge = merge(sides)
      let settled = Set(
        merge.chunks.flatMap { chunk -> [String] in
          if case .settled(let all) = chunk { all } else { [] }
        })
      for element in base {
        let (ours, theirs) = (sides.1.contains(element), sides.2.contains(element))
        if ours != theirs { #expect(!settled.contains(element), "\(sides)") }
      }
      let results = merge.chunks.reduce([[String]()]) { results, chunk -> [[String]] in
        switch chunk {
        case .settled(let elements): return results.map { $0 + elements }
        case .disagreement(_, let ours, let theirs):
          return results.map { $0 + ours } + results.map { $0 + theirs }
        }
      }
      if results.count > 2 { counts.several += 1 }
      for result in results {
        counts.choices += 1
        for element in base where sides.1.contains(element) && sides.2.contains(element) {
          #expect(result.count { $0 == element } == 1, "\(sides)")
        }
      }
    }
    #expect(counts.choices > 4_000 && counts.several > 100, "\(counts)")
  }

  @Test func aSideTakenForADisagreementKeepsWhatTheOtherChangedElsewhere() {
    let merge = merge((["1", "2", "3"], ["1 nyc", "2", "3"], ["1 vie", "2", "3 vie"]))
    #expect(merge.merged == nil)
    #expect(merge.taking(.ours) == ["1 nyc", "2", "3 vie"])
    #expect(merge.taking(.theirs) == ["1 vie", "2", "3 vie"])
    #expect(merge.taking(.base) == ["1", "2", "3 vie"])
  }

  @Test func changesApartAreMerged() {
    let merge = merge((["1", "2", "3"], ["x", "2", "3"], ["1", "2", "y", "z"]))
    #expect(merge.merged == ["x", "2", "y", "z"])
  }

  @Test func pastTheLimitAllCountsAsChangedAndNothingIsLost() {
    let base = (0..<Limits.diffElements + 10).map { "\($0)" }
    let ours = base.map { $0 + "o" }
    #expect(merge((base, ours, base)).merged == ours)
    let theirs = base.map { $0 + "t" }
    #expect(merge((base, ours, theirs)).merged == nil)
    #expect(merge((base, base + ["x"], ["y"] + base)).merged?.count == base.count + 2)
  }

  /// GNU diff3 (diffutils) as a second opinion. Each element is a line of a file.
  ///
  /// If the base has one longest common subsequence with each side, both cut it at the same lines:
  /// they agree on the text, and on whether there is a conflict. If it has several, each may keep
  /// another of two equal lines; both then give one of the answers that those allow.
  @Test func diff3OfGNUGivesTheSameOrAnotherAllowedAnswer() throws {
    var generator = Generator(seed: MergeTests.seed)
    let triples = (0..<600).map { _ -> Triple in
      let base = generator.lines() + generator.lines()
      return (base, generator.edit(of: base), generator.edit(of: base))
    }
    var counts = (merged: 0, conflicts: 0, several: 0, same: 0, tooMany: 0)
    for (sides, theirs) in zip(triples, try diff3(triples)) {
      let ours = merge(sides).merged
      guard let answers = DumbMerge.sequences(sides.base, sides.ours, sides.theirs),
        let plain = DumbMerge.sequences(sides.base, sides.ours, sides.theirs, moves: false)
      else {
        counts.tooMany += 1
        continue
      }
      #expect(answers.contains(ours), "\(sides)")
      // It doubles what both moved.
      #expect(plain.contains(theirs), "\(sides): diff3 gives \(theirs ?? ["a conflict"])")
      if answers.count > 1 { counts.several += 1 }
      if ours == theirs { counts.same += 1 }
      if theirs == nil { counts.conflicts += 1 } else { counts.merged += 1 }
    }
    print("diff3: \(counts)")
    #expect(counts.merged > 200 && counts.conflicts > 100, "\(counts)")
    #expect(counts.several < 250 && counts.tooMany < 20, "\(counts)")
  }

  /// What `diff3 -m` makes of each triple; nil for a conflict.
  private func diff3(_ triples: [Triple]) throws -> [[String]?] {
    let scratch = try Scratch()
    for (index, sides) in triples.enumerated() {
      for (name, lines) in [("b", sides.base), ("o", sides.ours), ("t", sides.theirs)] {
        let text = lines.map { $0 + "\n" }.joined()
        _ = try scratch.file("\(name)\(index)", Data(text.utf8))
      }
    }
    let script = """
      i=0
      while [ $i -lt \(triples.count) ]; do
        diff3 -m -E o$i b$i t$i >m$i; echo $? >s$i
        i=$((i + 1))
      done
      """
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(filePath: scratch.path)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try triples.indices.map { index in
      let status = try String(contentsOfFile: scratch.folder("s\(index)"), encoding: .utf8)
      try #require(["0\n", "1\n"].contains(status), "diff3 failed: \(status)")
      guard status == "0\n" else { return nil }
      let merged = try String(contentsOfFile: scratch.folder("m\(index)"), encoding: .utf8)
      return merged.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .map(String.init)
    }
  }
}
