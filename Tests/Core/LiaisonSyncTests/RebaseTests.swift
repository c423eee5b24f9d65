import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

struct RebaseTests {
  let maker: RevisionMaker
  let rebase: Rebase
  let base: FiledRevision

  init() throws {
    maker = try RevisionMaker()
    rebase = Rebase(schema: maker.schema, coding: maker.coding)
    base = try maker.revision("BASE", [RevisionMaker.name: .text("N")])
  }

  private func changed(_ fields: Fields) throws -> FiledRevision {
    let all: Fields = [RevisionMaker.name: .text("N")]
    return try maker.revision(
      "BASE", of: base.summary.record, on: base.id, all.merging(fields) { $1 })
  }

  private func outcome(
    _ ours: FiledRevision, base: FiledRevision?, onto theirs: FiledRevision
  ) throws -> Rebase.Outcome {
    try rebase.outcome(of: maker.ready(ours, base: base), onto: theirs.encoded)
  }

  @Test func aStaleEditIsMergedAndKeepsBothFields() throws {
    let ours = try changed([RevisionMaker.tags: .texts(["o"])])
    let theirs = try changed([RevisionMaker.name: .text("T")])
    guard case .rebased(let filed) = try outcome(ours, base: base, onto: theirs) else {
      Issue.record("two fields do not conflict")
      return
    }
    let merged = try maker.coding.decode(filed.bytes)
    #expect(
      merged.state.fields == [RevisionMaker.name: .text("T"), RevisionMaker.tags: .texts(["o"])])
    #expect(merged.parent == theirs.id && merged.secondParent == ours.id)
    #expect(merged.origin == (try maker.coding.decode(ours.bytes).origin))
    #expect(filed == (try maker.coding.encode(merged)))
  }

  @Test func whatTheHeadSaysAlreadyLeavesNothing() throws {
    let theirs = try changed([
      RevisionMaker.name: .text("T"), RevisionMaker.tags: .texts(["both", "theirs"]),
    ])
    for ours in [
      try changed([RevisionMaker.name: .text("T")]),
      try changed([RevisionMaker.tags: .texts(["both"])]),
      try changed([
        RevisionMaker.name: .text("T"), RevisionMaker.tags: .texts(["both", "theirs"]),
      ]),
    ] {
      #expect(try outcome(ours, base: base, onto: theirs) == .nothingLeft)
    }
    let deletion = try maker.deletion(of: base)
    #expect(try outcome(deletion, base: base, onto: try maker.deletion(of: base)) == .nothingLeft)
    #expect(try outcome(theirs, base: nil, onto: theirs) == .nothingLeft, "accepted, no conflict")
  }

  /// What was overruled must reach the register.
  @Test func aResolutionIsSentThoughTheHeadSaysTheSame() throws {
    let ours = try changed([RevisionMaker.name: .text("O")])
    let theirs = try changed([RevisionMaker.name: .text("T")])
    let resolution = try maker.revision(
      "BASE", of: base.summary.record, on: theirs.id, second: ours.id,
      [RevisionMaker.name: .text("T")])
    let entry = OutboxEntry(
      edit: maker.new(), base: theirs.encoded, ours: resolution, ancestors: [ours.id],
      state: .ready)
    let next = try maker.revision(
      "BASE", of: base.summary.record, on: theirs.id,
      [RevisionMaker.name: .text("T"), RevisionMaker.tags: .texts(["n"])])
    guard case .rebased(let filed) = try rebase.outcome(of: entry, onto: next.encoded) else {
      Issue.record("the resolution was dropped")
      return
    }
    #expect(try maker.coding.decode(filed.bytes).secondParent == resolution.id)
  }

  /// The register has made the first of two edits a merge; the person went on from the first.
  private func gone(
    from seen: FiledRevision?, to ours: FiledRevision, onto accepted: FiledRevision
  ) throws -> Rebase.Outcome {
    let entry = OutboxEntry(
      edit: maker.new(), absorbed: [maker.new()], base: base.encoded, ours: ours, state: .ready)
    let rest = try entry.goingOn(from: seen?.encoded, accepted: accepted.encoded, absorbed: [])
      .standing(by: maker.coding)
    #expect(rest.edits == [entry.edit])
    #expect(try maker.coding.decode(rest.ours.bytes).parent == rest.base?.id)
    return try rebase.outcome(of: rest, onto: accepted.encoded)
  }

  @Test func whatOthersHadChangedByThenIsNoChangeOfThePersons() throws {
    let seen = try changed([RevisionMaker.notes: .prose("mine")])
    let ours = try changed([RevisionMaker.notes: .prose("mine"), RevisionMaker.tags: .texts(["o"])])
    let accepted = try changed([
      RevisionMaker.name: .text("Theirs"), RevisionMaker.notes: .prose("mine"),
    ])
    for known in [seen, nil] {
      guard case .rebased(let merged) = try gone(from: known, to: ours, onto: accepted) else {
        Issue.record("nothing is in disagreement")
        return
      }
      #expect(
        try maker.coding.decode(merged.bytes).state.fields == [
          RevisionMaker.name: .text("Theirs"), RevisionMaker.notes: .prose("mine"),
          RevisionMaker.tags: .texts(["o"]),
        ])
    }
  }

  @Test func whereOthersHadChangedTheSameByThenItIsAConflict() throws {
    let seen = try changed([RevisionMaker.tags: .texts(["o"])])
    let ours = try changed([RevisionMaker.notes: .prose("mine"), RevisionMaker.tags: .texts(["o"])])
    let accepted = try changed([
      RevisionMaker.notes: .prose("theirs"), RevisionMaker.tags: .texts(["o"]),
    ])
    for known in [seen, nil] {
      #expect(try gone(from: known, to: ours, onto: accepted) == .conflict)
    }
  }

  /// The second edit was merged with others' before the first was known: what those have taken back since
  /// does not come again.
  @Test func whatItWasMergedWithIsNoChangeOfThePersons() throws {
    let seen = try changed([RevisionMaker.notes: .prose("mine")])
    let theirs = try changed([RevisionMaker.name: .text("Theirs")])
    let merged = try maker.revision(
      "BASE", of: base.summary.record, on: theirs.id,
      [
        RevisionMaker.name: .text("Theirs"), RevisionMaker.notes: .prose("mine"),
        RevisionMaker.tags: .texts(["o"]),
      ])
    let entry = OutboxEntry(
      edit: maker.new(), absorbed: [maker.new()], base: theirs.encoded, ours: merged,
      maker: .merge, state: .ready)
    let start = try rebase.start(of: entry, seen: seen.encoded, parent: base.encoded)
    let fields = try maker.coding.decode(start.bytes).state.fields
    #expect(fields[RevisionMaker.name] == .text("Theirs"))
    #expect(fields[RevisionMaker.notes] == .prose("mine") && fields[RevisionMaker.tags] == nil)
    // Where it stood from the beginning, or as far as anybody knows, it is what the person saw.
    let plain = OutboxEntry(
      edit: maker.new(), base: base.encoded, ours: merged, state: .ready)
    #expect(try rebase.start(of: plain, seen: seen.encoded, parent: base.encoded) == seen.encoded)
    #expect(try rebase.start(of: entry, seen: seen.encoded, parent: nil) == seen.encoded)
  }

  @Test func whatWasMovedInTheFirstIsNotDoubled() throws {
    let seen = try changed([RevisionMaker.notes: .prose("a\nnew")])
    let ours = try changed([RevisionMaker.notes: .prose("new\na")])
    let accepted = try changed([
      RevisionMaker.name: .text("Theirs"), RevisionMaker.notes: .prose("a\nnew"),
    ])
    guard case .rebased(let merged) = try gone(from: seen, to: ours, onto: accepted) else {
      Issue.record("nothing is in disagreement")
      return
    }
    let fields = try maker.coding.decode(merged.bytes).state.fields
    #expect(fields[RevisionMaker.notes] == .prose("new\na"))
  }

  @Test func aMergeIsMadeFromWhatAPersonWrote() throws {
    let ours = try changed([RevisionMaker.tags: .texts(["o"])])
    let first = try changed([RevisionMaker.name: .text("1")])
    var entry = maker.ready(ours, base: base)
    for name in ["2", "3"] {
      let head = try maker.next(first, name: name)
      entry = try #require(
        entry.rebased(try rebase.outcome(of: entry, onto: head.encoded), onto: head.encoded))
      let merged = try maker.coding.decode(entry.ours.bytes)
      #expect(merged.secondParent == ours.id && entry.ancestors == [ours.id])
    }
  }

  @Test func oneFieldChangedTwiceIsAConflict() throws {
    let ours = try changed([RevisionMaker.name: .text("O")])
    let theirs = try changed([RevisionMaker.name: .text("T")])
    #expect(try outcome(ours, base: base, onto: theirs) == .conflict)
  }

  @Test func aDeletionOfWhatWasChangedIsAConflict() throws {
    let ours = try maker.deletion(of: base)
    let theirs = try changed([RevisionMaker.name: .text("T")])
    #expect(try outcome(ours, base: base, onto: theirs) == .conflict)
    #expect(try outcome(theirs, base: base, onto: ours) == .conflict)
  }

  @Test func aNewRecordThatTheRegisterHasOtherwiseIsAConflict() throws {
    let ours = try changed([RevisionMaker.tags: .texts(["o"])])
    #expect(try outcome(ours, base: nil, onto: base) == .conflict)
  }

  /// 600 members each, of which none is the other's: together they are more than a set may hold.
  @Test func whatTheSchemaAllowsOnlyToEachAloneIsAConflict() throws {
    func tags(_ prefix: String) -> Fields {
      [RevisionMaker.tags: .texts(Set((1...600).map { "\(prefix)\($0)" }))]
    }
    let (ours, theirs) = (try changed(tags("o")), try changed(tags("t")))
    #expect(try outcome(ours, base: base, onto: theirs) == .conflict)
  }

  @Test func whatIsTooLargeOnlyTogetherIsAConflict() throws {
    // About 150 KB each: allowed alone, over the limit together; no set is over its own limit.
    func tags(_ prefix: String) -> Fields {
      let filling = String(repeating: "x", count: 900)
      return [RevisionMaker.tags: .texts(Set((1...160).map { "\(prefix)\($0)\(filling)" }))]
    }
    let (ours, theirs) = (try changed(tags("o")), try changed(tags("t")))
    #expect(try outcome(ours, base: base, onto: theirs) == .conflict)
  }

  @Test func bytesThatCannotBeReadAreNoConflict() throws {
    let ours = try changed([:])
    let broken = EncodedRevision(id: base.id, bytes: [1, 2, 3])
    #expect(throws: CodingError.self) {
      try rebase.outcome(of: maker.ready(ours, base: base), onto: broken)
    }
  }
}
