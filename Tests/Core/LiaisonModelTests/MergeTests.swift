import LiaisonModel
import Testing

struct MergeTests {
  static let cases = 12_000
  static let seed: UInt64 = 20_261_124

  private func merge(_ base: RecordState, _ ours: RecordState, _ theirs: RecordState) -> Merge {
    Merge(base: base, ours: ours, theirs: theirs, kind: Generator.kind)
  }

  private func forAllCases(
    _ body: (_ base: RecordState, _ ours: RecordState, _ theirs: RecordState) -> Void
  ) {
    print("seed \(Self.seed), \(Self.cases) cases")
    var generator = Generator(seed: Self.seed)
    for _ in 0..<Self.cases {
      let base = generator.state()
      body(base, generator.edit(of: base), generator.edit(of: base))
    }
  }

  @Test func whatBothSidesAgreeOnStands() {
    forAllCases { base, ours, _ in
      #expect(merge(base, ours, ours) == merge(ours, ours, ours))
      #expect(merge(base, ours, ours).state == ours)
    }
  }

  @Test func whatOneSideLeftAloneTheOtherDecides() {
    forAllCases { base, ours, _ in
      for result in [merge(base, ours, base), merge(base, base, ours)] {
        #expect(result.state == ours && result.disagreements.isEmpty)
      }
    }
  }

  @Test func swappingTheSidesSwapsOnlyTheLabels() {
    forAllCases { base, ours, theirs in
      let (one, other) = (merge(base, ours, theirs), merge(base, theirs, ours))
      #expect(one.disagreements == other.disagreements)
      if one.disagreements.isEmpty { #expect(one.state == other.state) }
      for field in Generator.kind.fields where !one.disagreements.contains(.deletion) {
        if !one.disagreements.contains(.field(field.number)) {
          #expect(one.state.fields[field.number] == other.state.fields[field.number])
        }
      }
    }
  }

  @Test func aResolutionLeavesNoDisagreement() {
    forAllCases { base, ours, theirs in
      let resolved = merge(base, ours, theirs).state
      #expect(merge(theirs, resolved, theirs).disagreements.isEmpty)
    }
  }

  @Test func aSecondDumbMergeAgrees() {
    var settled = 0
    var disagreed = 0
    forAllCases { base, ours, theirs in
      guard !base.isDeleted, !ours.isDeleted, !theirs.isDeleted else { return }
      let result = merge(base, ours, theirs)
      for field in Generator.kind.fields {
        let number = field.number
        let dumb = DumbMerge.field(
          field, base.fields[number], ours.fields[number], theirs.fields[number])
        if let value = dumb {
          settled += 1
          #expect(result.state.fields[number] == value, "\(field.name)")
          #expect(!result.disagreements.contains(.field(number)))
        } else {
          disagreed += 1
          #expect(result.disagreements.contains(.field(number)), "\(field.name)")
        }
      }
    }
    // Cases that never disagree would prove nothing.
    #expect(settled > 50_000 && disagreed > 1_000)
  }

  @Test func deletingAgainstEditingIsOneDisagreementOfTheWhole() throws {
    let code = try #require(RecordCode("AA"))
    let base = RecordState(code: code, fields: [FieldNumber(1): .text("a")])
    let edit = RecordState(code: code, fields: [FieldNumber(1): .text("b")])
    let gone = RecordState(code: code, content: .deleted)
    #expect(merge(base, edit, gone).disagreements == [.deletion])
    #expect(merge(base, gone, edit).disagreements == [.deletion])
    #expect(merge(base, gone, base).state == gone)
    #expect(merge(base, gone, gone).disagreements.isEmpty)
  }

  @Test func everyRowOfTheTableHoldsForAbsentAAndB() throws {
    let code = try #require(RecordCode("AA"))
    let dates = try ["2007", "2008"].map { try #require(PartialDate($0)) }
    let pairs: [UInt32: (FieldValue, FieldValue)] = [
      1: (.text("a"), .text("b")), 2: (.prose("a"), .prose("b")),
      3: (.date(dates[0]), .date(dates[1])), 4: (.number(1), .number(2)),
      5: (.date(dates[0]), .date(dates[1])), 6: (.number(1), .number(2)),
      7: (.texts(["a"]), .texts(["b"])), 8: (.list(["a"]), .list(["b"])),
      9: (.flag(false), .flag(true)),
    ]
    for (number, pair) in pairs {
      let field = try #require(Generator.kind.field(FieldNumber(number)))
      let values: [FieldValue?] = [nil, pair.0, pair.1]
      for base in values {
        for ours in values {
          for theirs in values {
            func state(_ value: FieldValue?) -> RecordState {
              RecordState(code: code, fields: value.map { [field.number: $0] } ?? [:])
            }
            let result = merge(state(base), state(ours), state(theirs))
            let dumb = DumbMerge.field(field, base, ours, theirs)
            #expect(result.disagreements.isEmpty == (dumb != nil), "\(field.name)")
            if let dumb { #expect(result.state.fields[field.number] == dumb) }
          }
        }
      }
    }
  }
}

struct SequenceMergeTests {
  private func all(_ length: Int) -> [[String]] {
    length == 0 ? [[]] : all(length - 1).flatMap { [$0 + ["a"], $0 + ["b"]] }
  }

  @Test func everySmallCaseKeepsTheLawsBothWaysRound() {
    let sequences = (0...3).flatMap(all)
    for base in sequences {
      for ours in sequences {
        #expect(SequenceMerge(base: base, ours: ours, theirs: base).merged == ours)
        #expect(SequenceMerge(base: base, ours: base, theirs: ours).merged == ours)
        #expect(SequenceMerge(base: base, ours: ours, theirs: ours).merged == ours)
        for theirs in sequences {
          let one = SequenceMerge(base: base, ours: ours, theirs: theirs)
          let other = SequenceMerge(base: base, ours: theirs, theirs: ours)
          #expect(one.merged == other.merged)
          #expect(one.chunks.count == other.chunks.count)
        }
      }
    }
  }

  @Test func changesThatTouchAreOneChunk() {
    let merge = SequenceMerge(
      base: ["1", "2", "3"], ours: ["x", "2", "3"], theirs: ["1", "y", "3"])
    #expect(
      merge.chunks == [
        .disagreement(base: ["1", "2"], ours: ["x", "2"], theirs: ["1", "y"]), .settled(["3"]),
      ])
  }

  @Test func changesApartAreMerged() {
    let merge = SequenceMerge(
      base: ["1", "2", "3"], ours: ["x", "2", "3"], theirs: ["1", "2", "y", "z"])
    #expect(merge.merged == ["x", "2", "y", "z"])
  }

  @Test func pastTheLimitAllCountsAsChangedAndNothingIsLost() {
    let base = (0..<Limits.diffElements + 10).map { "\($0)" }
    let ours = base.map { $0 + "o" }
    #expect(SequenceMerge(base: base, ours: ours, theirs: base).merged == ours)
    let theirs = base.map { $0 + "t" }
    #expect(SequenceMerge(base: base, ours: ours, theirs: theirs).merged == nil)
    #expect(
      SequenceMerge(base: base, ours: base + ["x"], theirs: ["y"] + base).merged?.count == base
        .count + 2)
  }
}
