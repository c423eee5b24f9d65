import LiaisonModel
import LiaisonSync
import LiaisonWire
import Testing

/// A log in memory: the rule is what is tested here, not a store.
private final class ListLog: LogTransaction {
  let schema = Schema.cooperationRegister
  var edits: [EditID: Committed] = [:]
  var heads: [RecordID: (EncodedRevision, RevisionSummary)] = [:]

  func accepted(_ edit: EditID) -> Committed? { edits[edit] }

  func head(of record: RecordID) -> LogHead? {
    heads[record].map {
      LogHead(revision: $0.0.id, kind: $0.1.kind, isDeleted: $0.1.isDeleted)
    }
  }

  func headBytes(of record: RecordID) -> [UInt8]? { heads[record]?.0.bytes }

  func holder(of code: RecordCode) -> RecordID? {
    heads.values.first { $0.1.code == code && !$0.1.isDeleted }?.1.record
  }

  func append(
    _ revision: EncodedRevision, _ summary: RevisionSummary, edit: EditID
  ) -> LogPosition {
    let position = LogPosition(Int64(edits.count + 1))
    edits[edit] = Committed(position: position, revision: revision.id)
    heads[summary.record] = (revision, summary)
    return position
  }
}

struct CommitRuleTests {
  private let log = ListLog()
  private let codec = RevisionCodec()
  private let office: OfficeID

  init() throws { office = try #require(OfficeID("VIE")) }

  private func newID<ID: Identity>() -> ID {
    var random = SystemRandomNumberGenerator()
    return ID(UUIDv7(milliseconds: 1, random: &random))
  }

  private func area(
    _ code: String, record: RecordID? = nil, parent: RevisionID? = nil, from: RecordID? = nil,
    office: String = "VIE", name: String = "A", isDeleted: Bool = false, kind: UInt32 = 4
  ) throws -> Revision {
    var fields: Fields = name.isEmpty ? [:] : [FieldNumber(1): .text(name)]
    fields[FieldNumber(2)] = from.map { .reference($0) }
    let code = try #require(RecordCode(code))
    return Revision(
      record: record ?? newID(), kind: KindNumber(kind), parent: parent,
      state: isDeleted
        ? RecordState(code: code, content: .deleted) : RecordState(code: code, fields: fields),
      origin: Origin(
        office: try #require(OfficeID(office)), author: "A", time: Timestamp(milliseconds: 0)))
  }

  private func push(_ revision: Revision, edit: EditID? = nil) throws -> Verdict.Outcome {
    let encoded = try codec.encode(revision)
    let candidate = CommitRule.Candidate(
      edit: edit ?? newID(), content: .success(.init(encoded: encoded, revision: revision)))
    return try CommitRule(office: office, coding: codec).decide(candidate, in: log).outcome
  }

  private func refusal(_ outcome: Verdict.Outcome) -> Refusal.Code? {
    if case .refused(let refusal) = outcome { refusal.code } else { nil }
  }

  @Test func anEditOnTheHeadIsCommittedAndPushingItAgainIsHarmless() throws {
    let edit: EditID = newID()
    let revision = try area("FTF")
    let accepted = Committed(
      position: LogPosition(1), revision: try codec.encode(revision).id)
    #expect(try push(revision, edit: edit) == .committed(accepted))
    #expect(try push(revision, edit: edit) == .alreadyCommitted(accepted))
    #expect(log.edits.count == 1)
  }

  @Test func anEditOfAnythingButTheHeadIsStale() throws {
    let first = try area("FTF")
    let id = try codec.encode(first).id
    #expect(try push(try area("FTF", record: first.record, parent: id)) == .stale(head: nil))
    _ = try push(first)
    #expect(try push(try area("FTF", record: first.record)) == .stale(head: id))
  }

  @Test func whatBreaksARuleIsRefusedWithItsReason() throws {
    let first = try area("FTF")
    _ = try push(first)
    #expect(refusal(try push(try area("NEXUS", office: "NYC"))) == .office)
    #expect(refusal(try push(try area("NEXUS", name: ""))) == .invalid)
    #expect(refusal(try push(try area("NEXUS", name: "a\0b"))) == .invalid)
    #expect(refusal(try push(try area("NEXUS", kind: 99))) == .invalid)
    #expect(refusal(try push(try area("FTF"))) == .codeTaken)
    #expect(refusal(try push(try area("NEXUS", from: newID()))) == .reference)
    let id = try codec.encode(first).id
    let other = try area("FTF", record: first.record, parent: id, kind: 1)
    #expect(refusal(try push(other)) == .invalid, "a record keeps its kind")
    let broken = CommitRule.Candidate(edit: newID(), content: .failure(Refusal(.malformed, "x")))
    let outcome = try CommitRule(office: office, coding: codec).decide(broken, in: log).outcome
    #expect(refusal(outcome) == .malformed)
  }

  @Test func aChainThatLeadsBackIsRefused() throws {
    let root = try area("ROOT-1")
    _ = try push(root)
    let child = try area("CHILD", from: root.record)
    _ = try push(child)
    let circle = try area(
      "ROOT-1", record: root.record, parent: try codec.encode(root).id, from: child.record)
    #expect(refusal(try push(circle)) == .reference)
    let itself: RecordID = newID()
    #expect(refusal(try push(try area("SELF", record: itself, from: itself))) == .reference)
  }

  private func pushTogether(_ revisions: [Revision]) throws -> [Verdict.Outcome] {
    let candidates = try revisions.map { revision in
      let encoded = try codec.encode(revision)
      return CommitRule.Candidate(
        edit: newID(), content: .success(.init(encoded: encoded, revision: revision)))
    }
    let verdicts = try CommitRule(office: office, coding: codec).decide(candidates, in: log)
    #expect(verdicts.map(\.edit) == candidates.map(\.edit))
    return verdicts.map(\.outcome)
  }

  private func goal(
    _ code: String, _ record: RecordID, alignedWith other: RecordID
  ) throws -> Revision {
    let fields: Fields = [
      FieldNumber(1): .text("G"), FieldNumber(2): .choice("sdg"), FieldNumber(3): .number(1),
      FieldNumber(4): .references([other]),
    ]
    return Revision(
      record: record, kind: KindNumber(5), parent: nil,
      state: RecordState(code: try #require(RecordCode(code)), fields: fields),
      origin: Origin(office: office, author: "A", time: Timestamp(milliseconds: 0)))
  }

  private func isCommitted(_ outcome: Verdict.Outcome) -> Bool {
    if case .committed = outcome { true } else { false }
  }

  @Test func newRecordsOfABatchMayReferToEachOtherInAnyOrder() throws {
    let (one, other): (RecordID, RecordID) = (newID(), newID())
    let outcomes = try pushTogether([
      goal("SDG-1", one, alignedWith: other), goal("SDG-2", other, alignedWith: one),
      goal("SDG-3", newID(), alignedWith: newID()),
    ])
    #expect(outcomes.map(isCommitted) == [true, true, false])
    #expect(refusal(outcomes[2]) == .reference)
    #expect(log.heads.count == 2)
    let child = try area("CHILD", from: newID())
    let root = try area("ROOT-1", record: child.state.fields[FieldNumber(2)]?.references.first)
    #expect(try pushTogether([child, root]).map(isCommitted) == [true, true])
  }

  @Test func whatDependsOnARefusedRecordIsRefusedWithIt() throws {
    let (one, other): (RecordID, RecordID) = (newID(), newID())
    // The second names an office that does not push: neither may stand without the other.
    let bad = try area("OTHER", record: other, from: one, office: "NYC")
    let outcomes = try pushTogether([try area("FIRST", record: one, from: other), bad])
    #expect(outcomes.map(refusal) == [.reference, .office])
    #expect(log.heads.isEmpty)
    // Two that take one code cannot both stand, and here each needs the other.
    let (a, b, c): (RecordID, RecordID, RecordID) = (newID(), newID(), newID())
    let codes = try pushTogether([
      goal("SDG-1", a, alignedWith: b), goal("SDG-1", b, alignedWith: a),
      goal("SDG-2", c, alignedWith: b),
    ])
    #expect(codes.map(refusal) == [.reference, .reference, .reference])
    #expect(log.heads.isEmpty)
  }

  @Test func aCircleOfNewRecordsIsRefusedWhole() throws {
    let (one, other): (RecordID, RecordID) = (newID(), newID())
    let outcomes = try pushTogether([
      try area("FIRST", record: one, from: other), try area("OTHER", record: other, from: one),
    ])
    #expect(outcomes.map(refusal) == [.reference, .reference])
    #expect(log.heads.isEmpty)
  }

  @Test func aLongRowOfRefusedReferencesEndsWithinItsLimit() throws {
    let ids: [RecordID] = (0...Limits.togetherPasses + 5).map { _ in newID() }
    let row = try zip(ids, ids.dropFirst()).enumerated().map { number, pair in
      try goal("SDG-\(number)", pair.0, alignedWith: pair.1)
    }
    #expect(try pushTogether(row).map(refusal).allSatisfy { $0 == .reference })
  }

  @Test func aDeletedRecordsCodeIsFree() throws {
    let first = try area("FTF")
    _ = try push(first)
    let id = try codec.encode(first).id
    _ = try push(try area("FTF", record: first.record, parent: id, isDeleted: true))
    guard case .committed = try push(try area("FTF")) else {
      Issue.record("the code is free")
      return
    }
  }
}

struct RebaseTests {
  private let codec = RevisionCodec()

  private func outcome(
    base: Fields?, ours: Fields, theirs: Fields?
  ) throws -> (Rebase.Outcome, EncodedRevision, EncodedRevision) {
    var random = SystemRandomNumberGenerator()
    let record = RecordID(UUIDv7(milliseconds: 1, random: &random))
    let code = try #require(RecordCode("FTF"))
    let origin = Origin(
      office: try #require(OfficeID("VIE")), author: "A", time: Timestamp(milliseconds: 0))
    func make(_ fields: Fields?, _ parent: RevisionID?) throws -> EncodedRevision {
      try codec.encode(
        Revision(
          record: record, kind: KindNumber(4), parent: parent,
          state: fields.map { RecordState(code: code, fields: $0) }
            ?? RecordState(code: code, content: .deleted), origin: origin))
    }
    let first = try base.map { try make($0, nil) }
    let (mine, head) = (try make(ours, first?.id), try make(theirs, first?.id))
    let edit = EditID(UUIDv7(milliseconds: 2, random: &random))
    let entry = OutboxEntry(
      position: 1, record: record, edit: edit, base: first, ours: mine, amendment: nil,
      status: .ready)
    let rebase = Rebase(schema: .cooperationRegister, coding: codec)
    return (try rebase.outcome(of: entry, onto: head, edit: edit), mine, head)
  }

  private let name = FieldNumber(1)
  private let prose = FieldNumber(3)

  @Test func staleEditIsRebasedAndKeepsBothFields() throws {
    let (outcome, ours, theirs) = try outcome(
      base: [name: .text("A")], ours: [name: .text("B")],
      theirs: [name: .text("A"), prose: .prose("P")])
    guard case .rebased(let encoded, _, _) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    let merged = try codec.decode(encoded.bytes)
    #expect(merged.state.fields == [name: .text("B"), prose: .prose("P")])
    #expect(merged.parent == theirs.id && merged.secondParent == ours.id)
  }

  @Test func twoChangesOfOneTextOrADeletionAreAConflict() throws {
    let base: Fields = [name: .text("A")]
    let ours: Fields = [name: .text("B")]
    #expect(try outcome(base: base, ours: ours, theirs: [name: .text("C")]).0 == .conflict)
    #expect(try outcome(base: base, ours: ours, theirs: nil).0 == .conflict)
    #expect(try outcome(base: nil, ours: ours, theirs: base).0 == .conflict)
  }
}
