import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What a register is found damaged by.
struct VerifierTests {
  private let maker: AreaMaker
  private let schema: Schema

  init() throws {
    maker = try AreaMaker(seed: 12)
    schema = try TestRegister.schema()
  }

  private func kept(
    _ position: Int64, _ revision: Revision, isHead: Bool = true, links: Links = Links(),
    filed: RevisionSummary? = nil
  ) throws -> KeptRevision {
    KeptRevision(
      position: LogPosition(position), record: revision.record,
      encoded: try maker.coding.encode(revision).encoded,
      filed: isHead ? filed ?? RevisionSummary(revision) : nil, links: links)
  }

  /// - Returns: what is wrong with a log of these; nil if nothing is.
  private func damage(_ kept: [KeptRevision], whole: Bool = true) throws -> String? {
    do {
      var verifier = Verifier(maker.coding, log: whole ? schema : nil)
      for revision in kept { try verifier.add(revision) }
      _ = try verifier.finish()
      return nil
    } catch StoreError.damaged(let what) {
      return what
    }
  }

  @Test func eachEntryIsHeldAgainstItsNameItsParentAndWhatIsDerived() throws {
    let (one, other) = (try maker.area("ONE"), try maker.area("OTHER"))
    let next = try maker.area(
      "TWO", record: one.record, parent: maker.id(of: one), partOf: other.record)
    let links = Links([TestRegister.parent: [other.record]])
    let rest = try kept(2, other)
    let whole = try [kept(1, one, isHead: false), kept(3, next, links: links), rest]
    #expect(try damage(whole) == nil)
    #expect(try damage([rest, kept(1, next, links: links)])?.contains("one before it") == true)
    let cases: [([KeptRevision], String)] = [
      ([whole[0], try kept(3, next), rest], "links"),
      (
        [whole[0], try kept(3, next, links: Links([TestRegister.parent: [one.record]]))],
        "links"
      ),
      (
        [whole[0], try kept(3, next, links: links, filed: RevisionSummary(one)), rest],
        "filed as something else"
      ),
      ([whole[0], rest], "not where its record stands"),
      ([try kept(1, one), whole[1], rest], "not where its record stands"),
      ([whole[0], try kept(3, next, isHead: false)], "not where its record stands"),
      ([whole[0], try kept(4, next, links: links), rest], "3 entries up to position 4"),
    ]
    for (log, fault) in cases { #expect(try damage(log)?.contains(fault) == true, "\(fault)") }
  }

  @Test func bytesBelowAHeadAreReadToo() throws {
    let one = try maker.area("ONE")
    let next = try maker.area("ONE", name: "B", record: one.record, parent: maker.id(of: one))
    let torn = KeptRevision(
      position: LogPosition(1), record: one.record,
      encoded: EncodedRevision(id: try maker.id(of: one), bytes: [1]), filed: nil)
    #expect(try damage([torn, kept(2, next)])?.contains("do not match its name") == true)
    let elsewhere = KeptRevision(
      position: LogPosition(1), record: maker.newID(),
      encoded: try maker.coding.encode(one).encoded, filed: RevisionSummary(one))
    #expect(try damage([elsewhere])?.contains("another record") == true)
  }

  @Test func aCopyNeedNotHaveEveryRevisionAndIsOtherwiseHeldAgainstTheSame() throws {
    let one = try maker.area("ONE")
    let next = try maker.area("TWO", record: one.record, parent: maker.id(of: one))
    #expect(try damage([kept(9, next)], whole: false) == nil)
    #expect(
      try damage([kept(9, next, filed: RevisionSummary(one))], whole: false)?
        .contains("filed as something else") == true)
  }
}
