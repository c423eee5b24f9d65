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
    _ ours: FiledRevision, base: FiledRevision?, onto theirs: FiledRevision, edit: EditID
  ) throws -> Rebase.Outcome {
    try rebase.outcome(of: maker.ready(ours, base: base), onto: theirs.encoded, edit: edit)
  }

  @Test func aStaleEditIsMergedAndKeepsBothFields() throws {
    let ours = try changed([RevisionMaker.tags: .texts(["o"])])
    let theirs = try changed([RevisionMaker.name: .text("T")])
    let edit: EditID = maker.new()
    guard
      case .rebased(let filed, edit) = try outcome(ours, base: base, onto: theirs, edit: edit)
    else {
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

  @Test func oneFieldChangedTwiceIsAConflict() throws {
    let ours = try changed([RevisionMaker.name: .text("O")])
    let theirs = try changed([RevisionMaker.name: .text("T")])
    #expect(try outcome(ours, base: base, onto: theirs, edit: maker.new()) == .conflict)
  }

  @Test func aDeletionOfWhatWasChangedIsAConflict() throws {
    let ours = try maker.deletion(of: base)
    let theirs = try changed([RevisionMaker.name: .text("T")])
    #expect(try outcome(ours, base: base, onto: theirs, edit: maker.new()) == .conflict)
    #expect(try outcome(theirs, base: base, onto: ours, edit: maker.new()) == .conflict)
  }

  @Test func aNewRecordThatTheRegisterHasOtherwiseIsAConflict() throws {
    let ours = try changed([RevisionMaker.tags: .texts(["o"])])
    #expect(try outcome(ours, base: nil, onto: base, edit: maker.new()) == .conflict)
  }

  /// 600 members each, of which none is the other's: together they are more than a set may hold.
  @Test func whatTheSchemaAllowsOnlyToEachAloneIsAConflict() throws {
    func tags(_ prefix: String) -> Fields {
      [RevisionMaker.tags: .texts(Set((1...600).map { "\(prefix)\($0)" }))]
    }
    let (ours, theirs) = (try changed(tags("o")), try changed(tags("t")))
    #expect(try outcome(ours, base: base, onto: theirs, edit: maker.new()) == .conflict)
  }

  @Test func whatIsTooLargeOnlyTogetherIsAConflict() throws {
    // About 150 KB each: allowed alone, over the limit together; no set is over its own limit.
    func tags(_ prefix: String) -> Fields {
      let filling = String(repeating: "x", count: 900)
      return [RevisionMaker.tags: .texts(Set((1...160).map { "\(prefix)\($0)\(filling)" }))]
    }
    let (ours, theirs) = (try changed(tags("o")), try changed(tags("t")))
    #expect(try outcome(ours, base: base, onto: theirs, edit: maker.new()) == .conflict)
  }

  @Test func bytesThatCannotBeReadAreNoConflict() throws {
    let ours = try changed([:])
    let broken = EncodedRevision(id: base.id, bytes: [1, 2, 3])
    #expect(throws: CodingError.self) {
      try rebase.outcome(of: maker.ready(ours, base: base), onto: broken, edit: maker.new())
    }
  }
}
