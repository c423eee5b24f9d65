import LiaisonModel
import TestSupport
import Testing

/// Laws of the merge of a record. ``guarded`` makes all three states differ in a field of its own,
/// so that every law goes through the merge of fields, and no early exit answers for it.
struct MergeTests {
  static let cases = 6_000
  static let seed: UInt64 = 20_261_124
  static let fields = Generator.kind.fields.filter { $0 != Generator.guardField }

  typealias Sides = (base: RecordState, ours: RecordState, theirs: RecordState)

  private func merge(_ sides: Sides) -> Merge {
    Merge(base: sides.base, ours: sides.ours, theirs: sides.theirs, kind: Generator.kind)
  }

  /// The sides with 0, 1 and 2 in the guard's field; nil if one is deleted.
  private func guarded(_ sides: Sides) -> Sides? {
    func with(_ number: Int64, _ state: RecordState) -> RecordState? {
      guard !state.isDeleted else { return nil }
      var fields = state.fields
      fields[Generator.guardField.number] = .number(number)
      return RecordState(code: state.code, fields: fields)
    }
    guard let base = with(0, sides.base), let ours = with(1, sides.ours),
      let theirs = with(2, sides.theirs)
    else { return nil }
    return (base, ours, theirs)
  }

  private func forAllCases(_ body: (_ sides: Sides, _ generator: inout Generator) throws -> Void)
    rethrows
  {
    print("seed \(Self.seed), \(Self.cases) cases")
    var generator = Generator(seed: Self.seed)
    for _ in 0..<Self.cases {
      let base = generator.state()
      try body((base, generator.edit(of: base), generator.edit(of: base)), &generator)
    }
  }

  @Test func whatOneSideLeftAloneTheOtherDecides() {
    forAllCases { sides, _ in
      for one in [(sides.base, sides.ours, sides.base), (sides.base, sides.base, sides.ours)] {
        guard let one = guarded(one) else { continue }
        let result = merge(one)
        #expect(result.disagreements.isEmpty)
        #expect(result.state.code == sides.ours.code)
        #expect(result.state.fields[Generator.guardField.number] == .number(2))
        for field in Self.fields {
          #expect(
            result.state.fields[field.number] == sides.ours.fields[field.number], "\(field.name)")
        }
      }
    }
  }

  @Test func whatBothSidesAgreeOnStands() {
    forAllCases { sides, _ in
      guard let same = guarded((sides.base, sides.ours, sides.ours)) else { return }
      let result = merge(same)
      #expect(result.disagreements.isEmpty)
      #expect(result.state.code == sides.ours.code)
      for field in Self.fields {
        #expect(
          result.state.fields[field.number] == sides.ours.fields[field.number], "\(field.name)")
      }
    }
  }

  @Test func swappingTheSidesSwapsOnlyTheLabels() {
    forAllCases { sides, _ in
      let (one, other) = (merge(sides), merge((sides.base, sides.theirs, sides.ours)))
      #expect(one.disagreements == other.disagreements)
      if one.disagreements.isEmpty { #expect(one.state == other.state) }
      guard !one.disagreements.contains(.deletion) else { return }
      for field in Generator.kind.fields where !one.disagreements.contains(.field(field.number)) {
        #expect(one.state.fields[field.number] == other.state.fields[field.number])
      }
      // Where they disagree each keeps its own.
      for field in Generator.kind.fields where one.disagreements.contains(.field(field.number)) {
        #expect(one.state.fields[field.number] == sides.ours.fields[field.number])
        #expect(other.state.fields[field.number] == sides.theirs.fields[field.number])
      }
    }
  }

  /// A person takes a side for each disagreement; meanwhile theirs moves in other fields. The
  /// resolution is merged again onto that, and asks nothing a second time.
  @Test func aResolutionIsMergedAgainWithoutTheSameQuestion() {
    var resolutions = 0
    forAllCases { sides, generator in
      guard let sides = guarded(sides) else { return }
      let first = merge(sides)
      var resolved = first.state
      var fields = resolved.fields
      for case .field(let number) in first.disagreements {
        fields[number] = generator.random.pick([sides.ours, sides.theirs]).fields[number]
      }
      fields[Generator.guardField.number] = .number(3)
      resolved.content = .fields(fields)

      let moved = generator.edit(of: sides.theirs)
      guard !moved.isDeleted else { return }
      var theirs = sides.theirs.fields
      for field in Self.fields where fields[field.number] == theirs[field.number] {
        theirs[field.number] = moved.fields[field.number]
      }
      theirs[Generator.guardField.number] = .number(4)
      let again = merge(
        (sides.theirs, resolved, RecordState(code: sides.theirs.code, fields: theirs)))
      #expect(again.disagreements.isEmpty)
      #expect(again.state.code == resolved.code)
      for field in Self.fields {
        let wasTheirs = fields[field.number] == sides.theirs.fields[field.number]
        #expect(
          again.state.fields[field.number]
            == (wasTheirs ? theirs[field.number] : fields[field.number]), "\(field.name)")
      }
      if !first.disagreements.isEmpty { resolutions += 1 }
    }
    // Without disagreements nothing would have been resolved.
    #expect(resolutions > 1_000)
  }

  @Test func aSecondDumbMergeAgrees() {
    var counts = (settled: 0, disagreed: 0, several: 0, tooMany: 0)
    forAllCases { sides, _ in
      guard let sides = guarded(sides) else { return }
      let result = merge(sides)
      for field in Self.fields {
        let number = field.number
        guard
          let answers = DumbMerge.field(
            field, sides.base.fields[number], sides.ours.fields[number],
            sides.theirs.fields[number])
        else {
          counts.tooMany += 1
          continue
        }
        let disagrees = result.disagreements.contains(.field(number))
        let answer =
          disagrees ? DumbMerge.Answer.disagreement : .value(result.state.fields[number])
        #expect(answers.contains(answer), "\(field.name)")
        if disagrees { counts.disagreed += 1 } else { counts.settled += 1 }
        if answers.count > 1 { counts.several += 1 }
      }
    }
    print("the dumb merge: \(counts)")
    // Cases that never disagree would prove nothing, nor would cases that allow any answer.
    #expect(counts.settled > 40_000 && counts.disagreed > 1_000)
    #expect(counts.several < 1_000 && counts.tooMany < 100)
  }

  @Test func deletingAgainstEditingIsOneDisagreementOfTheWhole() throws {
    let code = try #require(RecordCode("AA"))
    let base = RecordState(code: code, fields: [FieldNumber(1): .text("a")])
    let edit = RecordState(code: code, fields: [FieldNumber(1): .text("b")])
    let gone = RecordState(code: code, content: .deleted)
    #expect(merge((base, edit, gone)).disagreements == [.deletion])
    #expect(merge((base, gone, edit)).disagreements == [.deletion])
    #expect(merge((base, gone, base)).state == gone)
    #expect(merge((base, gone, gone)).disagreements.isEmpty)
    // Nobody holds the code of a deleted record.
    let renamed = try ["BB", "CC"].map {
      RecordState(code: try #require(RecordCode($0)), content: .deleted)
    }
    #expect(merge((base, renamed[0], renamed[1])).disagreements.isEmpty)
    #expect(merge((base, renamed[0], renamed[1])).state == gone)
    // What only a newer version knows is no change of the code.
    var newer = gone
    newer.unknown = [UnknownField(number: 99, wireType: 0, bytes: [1])]
    #expect(merge((base, gone, newer)).disagreements.isEmpty)
    #expect(merge((base, gone, newer)).state == newer && merge((base, newer, gone)).state == newer)
  }

  @Test func scalarsOfTwoSortsNeverMeetInOneSetOrList() throws {
    let code = try #require(RecordCode("AA"))
    let record = Generator.record(1)
    let values: [(FieldValue?, FieldValue, FieldValue)] = [
      (nil, .texts(["a"]), .references([record])), (nil, .texts(["a"]), .items(["a"])),
      (.texts(["a"]), .references([record]), .references([Generator.record(2)])),
      (nil, .list([.text("a")]), .list([.number(1)])), (nil, .prose("a"), .text("a")),
    ]
    for (base, ours, theirs) in values {
      let states = [base, ours, theirs].map { value in
        RecordState(code: code, fields: value.map { [FieldNumber(7): $0] } ?? [:])
      }
      let result = merge((states[0], states[1], states[2]))
      #expect(result.disagreements == [.field(FieldNumber(7))] && result.state == states[1])
    }
  }

  @Test func everyRowOfTheTableHoldsForAbsentAAndB() throws {
    let code = try #require(RecordCode("AA"))
    let dates = try ["2007", "2008"].map { try #require(PartialDate($0)) }
    let pairs: [UInt32: (FieldValue, FieldValue)] = [
      1: (.text("a"), .text("b")), 2: (.prose("a"), .prose("b")),
      3: (.date(dates[0]), .date(dates[1])), 4: (.number(1), .number(2)),
      5: (.date(dates[0]), .date(dates[1])), 6: (.number(1), .number(2)),
      7: (.texts(["a"]), .texts(["b"])), 8: (.items(["a"]), .items(["b"])),
      9: (.flag(false), .flag(true)), 11: (.choice("a"), .choice("b")),
      12: (.reference(Generator.record(1)), .reference(Generator.record(2))),
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
            let sides = try #require(guarded((state(base), state(ours), state(theirs))))
            let result = merge(sides)
            let answers = try #require(DumbMerge.field(field, base, ours, theirs))
            let disagrees = !result.disagreements.isEmpty
            let answer =
              disagrees ? DumbMerge.Answer.disagreement : .value(result.state.fields[field.number])
            #expect(answers == [answer], "\(field.name)")
            #expect(result.disagreements == (disagrees ? [.field(field.number)] : []))
          }
        }
      }
    }
  }
}
