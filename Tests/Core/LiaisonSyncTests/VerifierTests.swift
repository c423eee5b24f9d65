import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What a register is found damaged by.
struct VerifierTests {
  private let maker: AreaMaker
  private let schema: Schema
  private let register: RegisterID

  init() throws {
    maker = try AreaMaker(seed: 12)
    register = maker.newID()
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
      var chain = LogChain(of: register, maker.coding)
      let status = LogStatus(
        register: register, head: chain.end, schema: FiledSchema(plain: schema))
      var verifier = Verifier(maker.coding, log: whole ? status : nil)
      for entry in whole ? kept.sorted(by: { $0.position < $1.position }) : [] {
        try verifier.add(entry.encoded.id, at: chain.append(entry.encoded.id))
      }
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
    ]
    for (log, fault) in cases { #expect(try damage(log)?.contains(fault) == true, "\(fault)") }
  }

  @Test func eachEntryIsHeldAgainstTheOneBeforeIt() throws {
    var chain = LogChain(of: register, maker.coding)
    let status = LogStatus(register: register, head: chain.end, schema: FiledSchema(plain: schema))
    let entries = try (0..<3).map { try maker.id(of: maker.area("AREA-\($0)")) }
    let cursors = entries.map { chain.append($0) }
    var whole = Verifier(maker.coding, log: status)
    for (entry, cursor) in zip(entries, cursors) { try whole.add(entry, at: cursor) }
    for wrong in [[0, 2], [1], [1, 0, 2]] {
      var verifier = Verifier(maker.coding, log: status)
      #expect(throws: StoreError.self, "\(wrong)") {
        for place in wrong { try verifier.add(entries[place], at: cursors[place]) }
      }
    }
    var swapped = Verifier(maker.coding, log: status)
    try swapped.add(entries[0], at: cursors[0])
    #expect(throws: StoreError.damaged("the entry at position 2 does not follow the one before it"))
    {
      try swapped.add(entries[2], at: cursors[1])
    }
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
