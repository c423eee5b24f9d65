import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What a schema that has changed means for edits, and what is unique in it.
struct CommitRuleSchemaTests {
  private let log: TestLog
  private let maker: AreaMaker
  private let rule: CommitRule

  init() throws {
    maker = try AreaMaker()
    log = try TestLog(maker)
    // An area's name begins with http by now, a goal's name is required, and unique with what it aligns with.
    let kinds = [
      Kind(
        TestRegister.area, "area", label: "Area", coding: .chosen,
        fields: [
          FieldDefinition(
            TestRegister.name, "name", label: "Name", type: .text, isRequired: true,
            constraints: [.web]),
          FieldDefinition(
            TestRegister.parent, "parent", label: "P", type: .reference(TestRegister.area)),
        ]),
      Kind(
        TestRegister.goal, "goal", label: "Goal", coding: .chosen,
        fields: [
          FieldDefinition(TestRegister.name, "name", label: "Name", type: .text),
          FieldDefinition(
            TestRegister.aligned, "aligned", label: "A", type: .references(TestRegister.goal)),
        ], unique: [[TestRegister.name]]),
    ]
    rule = CommitRule(
      office: maker.office, schema: try Schema(version: 2, kinds: kinds),
      read: { [coding = maker.coding] in try coding.decode($0) })
  }

  private func push(_ revisions: [Revision]) async throws -> [Verdict.Outcome] {
    try await log.push(revisions.map { try maker.candidate($0) }, by: rule)
  }

  private func goal(
    _ code: String, _ name: String, record: RecordID? = nil, parent: RevisionID? = nil
  ) throws -> Revision {
    try maker.revision(
      TestRegister.goal, code, record: record, parent: parent,
      fields: [TestRegister.name: .text(name)])
  }

  @Test func anEditIsRefusedOnlyForWhatItChanges() async throws {
    let old = try maker.area("FTF", name: "no address")
    #expect(try await log.push([old])[0].committed != nil, "under the schema of then")
    #expect(try await push([maker.area("NEW", name: "none either")])[0].refusal == .invalid)
    // Another field of the old record; twice in one batch.
    let first = try maker.area(
      "FTF", name: "no address", record: old.record, parent: maker.id(of: old),
      partOf: old.record)
    let second = try maker.area(
      "FTF-2", name: "no address", record: old.record, parent: maker.id(of: first))
    #expect(try await push([first, second]).allSatisfy { $0.committed != nil })
    let wrong = try maker.area(
      "FTF-2", name: "another", record: old.record, parent: maker.id(of: second))
    #expect(try await push([wrong])[0].refusal == .invalid)
    let right = try maker.area(
      "FTF-2", name: "http://a", record: old.record, parent: maker.id(of: second))
    #expect(try await push([right])[0].committed != nil)
  }

  @Test func whatTheRegisterDoesNotKnowIsTakenOnlyAsItWas() async throws {
    func area(
      _ bytes: [UInt8], _ name: String, over before: Revision? = nil, code: String = "FTF"
    ) throws -> Revision {
      let known = try maker.area(code, name: name)
      var state = known.state
      state.unknown = [UnknownField(number: 12, wireType: 0, bytes: bytes)]
      return Revision(
        record: before?.record ?? known.record, kind: known.kind,
        parent: try before.map { try maker.id(of: $0) }, state: state, origin: known.origin)
    }
    #expect(try await push([area([1], "http://a")])[0].refusal == .invalid, "12 is reserved")
    let old = try maker.area("FTF", name: "http://a")
    #expect(try await push([old])[0].committed != nil)
    #expect(try await push([area([1], "http://a", over: old)])[0].refusal == .invalid)
    // As a log has it that another version has written.
    let there = try area([2], "http://b", code: "THERE")
    let decision = CommitDecision(
      edit: maker.newID(),
      action: .append(LogAddition(try maker.coding.encode(there), links: nil)))
    _ = try await log.log.commit(CommitQuestion()) { _ in [decision] }
    let kept = try await push([area([2], "http://c", over: there, code: "THERE")])[0]
    #expect(kept.committed != nil, "\(kept)")
  }

  @Test func whatIsUniqueOneRecordHolds() async throws {
    let (one, other) = (try goal("ONE", "A"), try goal("OTHER", "B"))
    #expect(try await push([one, other]).allSatisfy { $0.committed != nil })
    let refused = try await push([goal("THIRD", "A")])[0]
    #expect(
      refused == .refused(Refusal(.invalid, "another record has the same name")), "\(refused)")
    // Given up and taken in one batch, in either order.
    let given = try goal("ONE", "C", record: one.record, parent: maker.id(of: one))
    #expect(try await push([goal("THIRD", "A"), given]).allSatisfy { $0.committed != nil })
    // Of two that want it, the first.
    let both = try await push([goal("XX", "D"), goal("YY", "D")])
    #expect(both[0].committed != nil && both[1].refusal == .invalid)
    // A deleted record holds nothing; a record keeps its own.
    #expect(try await push([maker.deletion(of: other)])[0].committed != nil)
    #expect(try await push([goal("FOURTH", "B")])[0].committed != nil)
    let kept = try goal("ONE-2", "C", record: one.record, parent: maker.id(of: given))
    #expect(try await push([kept])[0].committed != nil)
  }

  @Test func twoThatWouldExchangeWhatIsUniqueAreBothRefused() async throws {
    let (one, other) = (try goal("ONE", "A"), try goal("OTHER", "B"))
    _ = try await push([one, other])
    let exchange = try await push([
      goal("ONE", "B", record: one.record, parent: maker.id(of: one)),
      goal("OTHER", "A", record: other.record, parent: maker.id(of: other)),
    ])
    #expect(exchange.allSatisfy { $0.refusal == .invalid })
  }
}
