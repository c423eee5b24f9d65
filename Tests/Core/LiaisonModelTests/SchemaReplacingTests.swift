import LiaisonModel
import TestSupport
import Testing

/// How one schema may take the place of another, and what its rules mean for what is there already.
struct SchemaReplacingTests {
  private let ship = KindNumber(1)
  private let old: Schema

  init() throws {
    old = try Schema(version: 3, kinds: [SchemaReplacingTests.kind()])
  }

  private static func fields() -> [FieldDefinition] {
    [
      FieldDefinition(FieldNumber(1), "name", label: "Name", type: .text, isRequired: true),
      FieldDefinition(FieldNumber(2), "state", label: "State", type: .choice(["afloat", "lost"])),
      FieldDefinition(FieldNumber(3), "crew", label: "Crew", type: .number),
      FieldDefinition(FieldNumber(4), "launched", label: "Launched", type: .date),
    ]
  }

  private static func kind(
    _ name: String = "ship", _ fields: [FieldDefinition] = fields(), unique: [[FieldNumber]] = []
  ) -> Kind {
    Kind(
      KindNumber(1), name, label: "Ship", coding: .chosen, fields: fields, unique: unique)
  }

  /// What stands against a kind that takes the place of the old one.
  private func faults(_ kind: Kind, version: UInt32 = 4, more: [Kind] = []) -> [SchemaFault.Reason]
  {
    let new = Schema(unchecked: version, [kind] + more).keepingNames(of: old)
    return (new.faults + new.faults(replacing: old)).map(\.reason)
  }

  private func field(
    _ number: UInt32, _ name: String, _ type: FieldType, required: Bool = false,
    _ constraints: [Constraint] = [], past: (inout FieldPast) -> Void = { _ in }
  ) -> FieldDefinition {
    var kept = FieldPast()
    past(&kept)
    return FieldDefinition(
      FieldNumber(number), name, label: "L", type: type, isRequired: required,
      constraints: constraints, past: kept)
  }

  /// The old fields, with one in the place of another.
  private func with(_ field: FieldDefinition) -> [FieldDefinition] {
    Self.fields().filter { $0.number != field.number } + [field]
  }

  @Test func muchMayBeAddedAndChanged() {
    let other = Kind(KindNumber(2), "fleet", label: "Fleet", coding: .chosen, fields: [])
    #expect(faults(Self.kind(), more: [other]).isEmpty)
    #expect(faults(Self.kind("ship", with(field(9, "phone", .text)))).isEmpty)
    #expect(faults(Self.kind("ship", with(field(3, "crew", .number, required: true)))).isEmpty)
    #expect(faults(Self.kind("ship", with(field(3, "crew", .number, [.minimum(1)])))).isEmpty)
    #expect(
      faults(Self.kind("ship", with(field(2, "state", .choice(["lost", "afloat", "sold"])))))
        .isEmpty)
    let retired = field(2, "state", .choice(["lost"])) { $0.choices = ["afloat"] }
    #expect(faults(Self.kind("ship", with(retired))).isEmpty)
    let replaced =
      with(field(4, "launched", .date) { $0.isRetired = true })
      + [field(9, "launch", .moment) { $0.replaces = FieldNumber(4) }]
    #expect(faults(Self.kind("ship", replaced)).isEmpty)
    #expect(faults(Self.kind("ship", unique: [[FieldNumber(1), FieldNumber(2)]])).isEmpty)
  }

  @Test func whatIsThereIsNeverLeftOutAndKeepsItsType() {
    let name = Self.fields()[0]
    #expect(faults(Self.kind(), version: 3) == [.versionNotNewer(than: 3)])
    #expect(Schema(unchecked: 4, []).faults(replacing: old).map(\.reason) == [.kindMissing("ship")])
    #expect(
      faults(Self.kind("ship", [name]))
        == [.fieldMissing("state"), .fieldMissing("crew"), .fieldMissing("launched")], "all at once"
    )
    #expect(faults(Self.kind("ship", with(field(3, "crew", .text)))) == [.typeChanged(.number)])
    #expect(faults(Self.kind("ship", with(field(1, "name", .texts)))) == [.typeChanged(.text)])
    #expect(
      faults(Self.kind("ship", with(field(2, "state", .choice(["lost"]))))) == [
        .wordDropped("afloat")
      ])
    let chosen = field(2, "state", .choice(["lost", "afloat"])) { $0.choices = ["afloat"] }
    #expect(faults(Self.kind("ship", with(chosen))) == [.retiredWordChosen("afloat")])
    let plain = field(3, "crew", .number) { $0.choices = ["afloat"] }
    #expect(faults(Self.kind("ship", with(plain))) == [.retiredWordsOfNoChoice])
    let doubled = field(2, "state", .choice(["lost"])) { $0.choices = ["afloat", "afloat"] }
    #expect(faults(Self.kind("ship", with(doubled))) == [.wordRepeated("afloat")])
    let current = with(field(9, "launch", .moment) { $0.replaces = FieldNumber(4) })
    #expect(faults(Self.kind("ship", current)) == [.replacesCurrent(FieldNumber(4))])
    let counted =
      with(field(4, "launched", .date) { $0.isRetired = true })
      + [field(9, "sunk", .date, [.notBefore(FieldNumber(4))])]
    #expect(faults(Self.kind("ship", counted)) == [.retiredInUse(FieldNumber(4))])
    for rule in [[], [FieldNumber(1), FieldNumber(1)], [FieldNumber(7)]] {
      #expect(faults(Self.kind("ship", unique: [rule])) == [.badUnique(rule)])
    }
  }

  @Test func aNameStaysAsAnAlias() throws {
    let renamed = Self.kind("vessel", with(field(3, "people", .number)))
    #expect(faults(renamed).isEmpty)
    let new = try #require(
      Schema(unchecked: 4, [renamed]).keepingNames(of: old).kind(named: "ship"))
    #expect(new.name == "vessel" && new.aliases == ["ship"])
    #expect(new.field(named: "crew")?.name == "people")
    // Once more: every name that it had.
    let once = Schema(unchecked: 4, [renamed]).keepingNames(of: old)
    let again = Schema(unchecked: 5, [Self.kind("boat", with(field(3, "hands", .number)))])
      .keepingNames(of: once)
    #expect(again.kinds[0].aliases == ["vessel", "ship"])
    #expect(again.kinds[0].field(named: "crew")?.name == "hands")
    // Another field cannot have it.
    let taken = Self.kind("ship", with(field(3, "people", .number)) + [field(9, "crew", .text)])
    #expect(faults(taken) == [.nameRepeated("crew")])
    // But the one that stands in its place.
    let heir =
      with(field(3, "crew_once", .number) { $0.isRetired = true })
      + [field(9, "crew", .text) { $0.replaces = FieldNumber(3) }]
    #expect(faults(Self.kind("ship", heir)).isEmpty)
  }

  @Test func rulesBindChangesNotStates() throws {
    let schema = try Schema(
      version: 4,
      kinds: [
        Self.kind(
          "ship",
          [
            field(1, "name", .text, required: true), field(2, "state", .choice(["lost"])),
            field(3, "crew", .number, required: true, [.minimum(5)]),
            field(4, "launched", .date), field(5, "sunk", .date, [.notBefore(FieldNumber(4))]),
            field(6, "gone", .text, required: true) { $0.isRetired = true },
          ])
      ])
    let code = try #require(RecordCode("AA"))
    func date(_ text: String) throws -> FieldValue { .date(try #require(PartialDate(text))) }
    let before = RecordState(
      code: code,
      fields: [
        FieldNumber(1): .text("Argo"), FieldNumber(2): .choice("afloat"),
        FieldNumber(4): try date("2007"), FieldNumber(5): try date("2006"),
      ])
    func problems(_ changes: [UInt32: FieldValue?]) -> [String] {
      var fields = before.fields
      for (number, value) in changes { fields[FieldNumber(number)] = value }
      let state = RecordState(code: code, fields: fields)
      return schema.problems(with: state, of: ship, since: before).map(\.message)
    }
    #expect(problems([:]).isEmpty, "it is as it was")
    #expect(problems([1: .text("Argo II")]).isEmpty)
    #expect(problems([1: nil]) == ["field 'name' is required"])
    #expect(problems([2: .choice("sold")]) == ["field 'state' must be one of lost"])
    #expect(problems([3: .number(4)]) == ["field 'crew' must be at least 5"])
    #expect(problems([3: .number(5)]).isEmpty)
    // A rule about two fields binds a change of either.
    let order = "field 'sunk' must not be before 'launched'"
    #expect(try problems([4: date("2008")]) == [order])
    #expect(try problems([5: date("2005")]) == [order])
    #expect(try problems([4: date("2005")]).isEmpty)
    let new = RecordState(code: code, fields: before.fields)
    #expect(schema.problems(with: new, of: ship).count == 3, "a new record keeps to all")
  }

  @Test func whatOneFieldHeldIsSeenInTheOneThatReplacesIt() throws {
    let kind = Self.kind(
      "ship",
      with(field(4, "launched", .date) { $0.isRetired = true })
        + [field(9, "launch", .moment) { $0.replaces = FieldNumber(4) }])
    let launch = try #require(kind.field(named: "launch"))
    let date = try #require(PartialDate("2007"))
    #expect(kind.value(of: launch, in: [FieldNumber(4): .date(date)]) == .moment(Moment(date)))
    let moment = try #require(Moment("2007-01-02T03:04Z"))
    #expect(
      kind.value(of: launch, in: [FieldNumber(4): .date(date), FieldNumber(9): .moment(moment)])
        == .moment(moment))
    #expect(kind.value(of: launch, in: [FieldNumber(4): .text("no date")]) == nil)
    #expect(kind.current.map(\.name) == ["name", "state", "crew", "launch"])
  }

  @Test func strangersAreTakenOnlyAsTheyWere() throws {
    let code = try #require(RecordCode("AA"))
    func state(_ value: UInt8?, _ unknown: UInt8?) -> RecordState {
      var fields: Fields = [FieldNumber(1): .text("A")]
      fields[FieldNumber(77)] = value.map { .number(Int64($0)) }
      return RecordState(
        code: code, content: .fields(fields),
        unknown: unknown.map { [UnknownField(number: 90, wireType: 0, bytes: [$0])] } ?? [])
    }
    func count(_ new: RecordState, _ before: RecordState?) -> Int {
      old.strangers(in: new, of: ship, since: before).count
    }
    #expect(count(state(nil, nil), nil) == 0 && count(state(1, 1), state(1, 1)) == 0)
    #expect(count(state(1, nil), nil) == 1 && count(state(1, nil), state(2, nil)) == 1)
    #expect(count(state(nil, 1), nil) == 1 && count(state(nil, nil), state(nil, 1)) == 1)
    let opaque = FieldValue.one(.opaque(UnknownField(number: 99, wireType: 0, bytes: [1])))
    let strange = RecordState(code: code, fields: [FieldNumber(1): opaque])
    #expect(count(strange, state(nil, nil)) == 1 && count(strange, strange) == 0)
  }
}
