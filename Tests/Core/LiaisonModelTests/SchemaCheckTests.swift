import LiaisonModel
import Testing

/// What a schema may not be.
struct SchemaCheckTests {
  static let thing = KindNumber(1)
  static let other = KindNumber(2)

  /// The fault of a schema whose kind `thing` has `field` beside a name, a date and a number.
  private func fault(
    _ type: FieldType, rule: MergeRule = .byType, _ constraints: [Constraint] = [],
    number: UInt32 = 4, name: String = "field", label: String = "Field"
  ) -> SchemaFault? {
    let fields = [
      FieldDefinition(FieldNumber(1), "name", label: "Name", type: .text),
      FieldDefinition(FieldNumber(2), "since", label: "Since", type: .date),
      FieldDefinition(FieldNumber(3), "count", label: "Count", type: .number),
      FieldDefinition(
        FieldNumber(number), name, label: label, type: type, rule: rule, constraints: constraints),
    ]
    return fault([
      Kind(Self.thing, "thing", label: "Thing", coding: .chosen, fields: fields),
      Kind(Self.other, "other", label: "Other", coding: .numbered, fields: []),
    ])
  }

  private func fault(_ kinds: [Kind], version: UInt32 = 1) -> SchemaFault? {
    do throws(SchemaFault) {
      _ = try Schema(version: version, kinds: kinds)
      return nil
    } catch let fault {
      return fault
    }
  }

  private func kind(_ number: UInt32, _ name: String, label: String = "Kind") -> Kind {
    Kind(KindNumber(number), name, label: label, coding: .chosen, fields: [])
  }

  @Test func aRuleFitsItsFieldsType() {
    let types: [FieldType] = [
      .text, .prose, .date, .moment, .number, .choice(["a"]), .flag, .reference(Self.other),
      .texts, .references(Self.other), .items,
    ]
    for type in types {
      for rule in MergeRule.allCases {
        let fits =
          switch rule {
          case .byType, .opaque: true
          case .latest: type == .date || type == .moment
          case .largest: type == .number
          }
        let expected = SchemaFault(kind: 0, field: 3, .ruleDoesNotFit(rule))
        #expect(fault(type, rule: rule) == (fits ? nil : expected), "\(rule) on \(type)")
      }
    }
  }

  @Test func aConstraintFitsItsFieldsType() {
    let since = FieldNumber(2)
    let rows: [(Constraint, fits: [FieldType])] = [
      (.minimum(0), [.number]), (.web, [.text]), (.country, [.text]),
      (.notBefore(since), [.date, .moment]),
      (.acyclic, [.reference(Self.thing), .references(Self.thing)]),
    ]
    let types: [FieldType] = [
      .text, .prose, .date, .moment, .number, .choice(["a"]), .flag, .reference(Self.thing),
      .reference(Self.other), .texts, .references(Self.thing), .references(Self.other), .items,
    ]
    for (constraint, fits) in rows {
      for type in types {
        let expected = SchemaFault(kind: 0, field: 3, .constraintDoesNotFit(constraint))
        #expect(
          fault(type, [constraint]) == (fits.contains(type) ? nil : expected),
          "\(constraint) on \(type)")
      }
    }
  }

  @Test func aDateIsNotBeforeAnotherDateOfItsKind() {
    for (number, fits) in [(1, false), (2, true), (3, false), (4, false), (9, false)] {
      let other = FieldNumber(UInt32(number))
      let expected = SchemaFault(kind: 0, field: 3, .noDateInField(other))
      #expect(fault(.date, [.notBefore(other)]) == (fits ? nil : expected), "field \(number)")
    }
  }

  @Test func aFieldsTypeHoldsTogether() {
    let many = (0...Limits.members).map(String.init)
    let rows: [(FieldType, SchemaFault.Reason?)] = [
      (.choice([]), .choiceWithoutWords), (.choice(["a", "b", "a"]), .wordRepeated("a")),
      (.choice(["a", ""]), .badWord("is blank")), (.choice([" "]), .badWord("is blank")),
      (.choice(["a\nb"]), .badWord("must be one line without control characters")),
      (.choice(["Yaounde\u{301}"]), .badWord("is not in Unicode NFC")),
      (.choice(many), .tooMany(.words, limit: Limits.members)),
      (.choice(Array(many.dropLast())), nil),
      (.reference(KindNumber(9)), .noSuchKind(KindNumber(9))),
      (.references(KindNumber(9)), .noSuchKind(KindNumber(9))),
      (.list(.reference(Self.other)), .notCarried(.list(.reference(Self.other)))),
      (.list(.prose), .notCarried(.list(.prose))), (.set(.date), .notCarried(.set(.date))),
      (.set(.number), .notCarried(.set(.number))), (.list(.flag), .notCarried(.list(.flag))),
      (.set(.choice(["a"])), .notCarried(.set(.choice(["a"])))),
    ]
    for (type, reason) in rows {
      #expect(fault(type) == reason.map { SchemaFault(kind: 0, field: 3, $0) }, "\(type)")
    }
    #expect(
      fault(.number, [.minimum(1), .minimum(1)])
        == SchemaFault(kind: 0, field: 3, .constraintRepeated(.minimum(1))))
    #expect(
      fault(.set(.date))?.description
        == "kinds[0].fields[3] is a set of dates, which no revision can carry")
  }

  @Test func aFieldHasANumberANameAndALabelOfItsOwn() {
    let rows: [(SchemaFault?, SchemaFault.Reason?)] = [
      (fault(.text, number: 0), .numberZero), (fault(.text, number: 3), .numberRepeated(3)),
      (fault(.text, name: "since"), .nameRepeated("since")),
      (fault(.text, name: "code"), .badName("code")), (fault(.text, name: ""), .badName("")),
      (fault(.text, name: "A"), .badName("A")), (fault(.text, name: "a-b"), .badName("a-b")),
      (fault(.text, name: "1a"), .badName("1a")), (fault(.text, name: "a_1"), nil),
      (fault(.text, name: String(repeating: "a", count: 64)), nil),
      (
        fault(.text, name: String(repeating: "a", count: 65)),
        .badName(String(repeating: "a", count: 65))
      ),
      (fault(.text, label: ""), .badLabel("is blank")),
      (fault(.text, label: "  "), .badLabel("is blank")),
      (fault(.text, label: "a\u{202E}b"), .badLabel("must be one line without control characters")),
    ]
    for (found, reason) in rows {
      #expect(found == reason.map { SchemaFault(kind: 0, field: 3, $0) })
    }
  }

  @Test func aKindHasANumberANameAndALabelOfItsOwn() {
    let fields = (1...UInt32(Limits.fields + 1)).map {
      FieldDefinition(FieldNumber($0), "f\($0)", label: "F", type: .text)
    }
    let wide = { (count: Int) in
      Kind(
        KindNumber(1), "wide", label: "Wide", coding: .chosen, fields: Array(fields.prefix(count)))
    }
    let kinds = (1...UInt32(Limits.kinds + 1)).map { kind($0, "k\($0)") }
    let rows: [([Kind], SchemaFault?)] = [
      ([kind(0, "a")], SchemaFault(kind: 0, .numberZero)),
      ([kind(1, "a"), kind(1, "b")], SchemaFault(kind: 1, .numberRepeated(1))),
      ([kind(1, "a"), kind(2, "a")], SchemaFault(kind: 1, .nameRepeated("a"))),
      ([kind(1, "a b")], SchemaFault(kind: 0, .badName("a b"))),
      ([kind(1, "a", label: "")], SchemaFault(kind: 0, .badLabel("is blank"))),
      ([wide(Limits.fields)], nil),
      ([wide(Limits.fields + 1)], SchemaFault(kind: 0, .tooMany(.fields, limit: Limits.fields))),
      (Array(kinds.dropLast()), nil),
      (kinds, SchemaFault(.tooMany(.kinds, limit: Limits.kinds))), ([], nil),
    ]
    for (kinds, expected) in rows { #expect(fault(kinds) == expected) }
    #expect(fault([], version: 0) == SchemaFault(.versionZero))
  }

  @Test func everyFaultSaysWhereAndWhat() {
    #expect(
      SchemaFault(.versionZero).description
        == "the schema has version 0; a version starts at 1")
    #expect(
      SchemaFault(kind: 2, .nameRepeated("area")).description == "kinds[2] repeats the name 'area'")
    #expect(
      SchemaFault(kind: 2, field: 1, .ruleDoesNotFit(.latest)).description
        == "kinds[2].fields[1] has the merge rule 'latest', which is not for its type")
    #expect(
      SchemaFault(kind: 0, field: 0, .noDateInField(FieldNumber(3))).description
        == "kinds[0].fields[0] must not be before field 3, which is not another field with a date")
  }
}
