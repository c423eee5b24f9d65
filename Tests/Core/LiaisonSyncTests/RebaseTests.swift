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
  @Test func whatOthersHadChangedByThenIsNoChangeOfThePersons() throws {
    let ours = try changed([RevisionMaker.notes: .prose("mine"), RevisionMaker.tags: .texts(["o"])])
    let accepted = try changed([
      RevisionMaker.name: .text("Theirs"), RevisionMaker.notes: .prose("mine"),
    ])
    let known: EditID = maker.new()
    let entry = OutboxEntry(
      edit: maker.new(), absorbed: [known], base: base.encoded, ours: ours, state: .ready)
    let carried = try rebase.carried(entry, onto: accepted.encoded, absorbed: [])
    let revision = try maker.coding.decode(carried.ours.bytes)
    #expect(
      revision.state.fields == [
        RevisionMaker.name: .text("Theirs"), RevisionMaker.notes: .prose("mine"),
        RevisionMaker.tags: .texts(["o"]),
      ])
    #expect(revision.parent == accepted.id && carried.base == accepted.encoded)
    #expect(carried.edits == [entry.edit])
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
