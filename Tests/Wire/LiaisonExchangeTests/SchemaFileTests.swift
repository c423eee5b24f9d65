import LiaisonExchange
import LiaisonModel
import Testing

struct SchemaFileTests {
  /// A schema of another domain, with every type, rule and constraint.
  static let museum = """
    {"kinds": [
      {"number": 7, "name": "piece", "label": "Pi\\u00E8ce \\"A\\"", "coding": "numbered", "fields": [
        {"name": "title", "number": 1, "label": "Title", "type": "text", "required": true},
        {"name": "page", "number": 2, "label": "Page", "type": "text",
          "constraints": [{"web": true}]},
        {"name": "origin", "number": 3, "label": "Origin", "type": "text",
          "constraints": [{"country": true}]},
        {"name": "made", "number": 4, "label": "Made", "type": "date", "merge": "latest"},
        {"name": "bought", "number": 5, "label": "Bought", "type": "date",
          "constraints": [{"not_before": "made"}]},
        {"name": "price", "number": 6, "label": "Price", "type": "number", "merge": "largest",
          "constraints": [{"minimum": -9223372036854775808}]},
        {"name": "state", "number": 8, "label": "State", "type": "choice",
          "choices": ["shown", "in store", "Yaounde\u{301}"]},
        {"name": "loan", "number": 9, "label": "Loan", "type": "flag", "required": false},
        {"name": "room", "number": 10, "label": "Room", "type": "reference", "target": "room"},
        {"name": "parts", "number": 11, "label": "Parts", "type": "reference", "arity": "set",
          "target": "piece", "constraints": [{"acyclic": true}]},
        {"name": "tags", "number": 12, "label": "Tags", "type": "text", "arity": "set"},
        {"name": "owners", "number": 13, "label": "Owners", "type": "text", "arity": "list"},
        {"name": "story", "number": 14, "label": "Story", "type": "prose", "arity": "one",
          "merge": "by_type", "constraints": []}]},
      {"number": 2, "name": "room", "label": "Room", "coding": "chosen", "fields": []}],
     "version": 3}
    """

  static func museumSchema() throws -> Schema {
    let piece = KindNumber(7)
    let room = KindNumber(2)
    func field(
      _ number: UInt32, _ name: String, _ label: String, _ type: FieldType,
      required: Bool = false, _ rule: MergeRule = .byType, _ constraints: [Constraint] = []
    ) -> FieldDefinition {
      FieldDefinition(
        FieldNumber(number), name, label: label, type: type, isRequired: required, rule: rule,
        constraints: constraints)
    }
    return try Schema(
      version: 3,
      kinds: [
        Kind(
          piece, "piece", label: "Pi\u{E8}ce \"A\"", coding: .numbered,
          fields: [
            field(1, "title", "Title", .text, required: true),
            field(2, "page", "Page", .text, .byType, [.web]),
            field(3, "origin", "Origin", .text, .byType, [.country]),
            field(4, "made", "Made", .date, .latest),
            field(5, "bought", "Bought", .date, .byType, [.notBefore(FieldNumber(4))]),
            field(6, "price", "Price", .number, .largest, [.minimum(.min)]),
            field(8, "state", "State", .choice(["shown", "in store", "Yaound\u{E9}"])),
            field(9, "loan", "Loan", .flag), field(10, "room", "Room", .reference(room)),
            field(11, "parts", "Parts", .references(piece), .byType, [.acyclic]),
            field(12, "tags", "Tags", .texts), field(13, "owners", "Owners", .items),
            field(14, "story", "Story", .prose),
          ]), Kind(room, "room", label: "Room", coding: .chosen, fields: []),
      ])
  }

  @Test func aFileOfAnotherDomainIsReadWithEveryTypeRuleAndConstraint() throws {
    let schema = try SchemaFile.read(Self.museum.utf8)
    #expect(try schema == Self.museumSchema())
    // Swift compares texts by canonical equivalence; the bytes must be in NFC too.
    let choices = schema.kinds[0].fields[6].type.scalar.choices
    #expect(choices.last?.utf8.elementsEqual("Yaound\u{E9}".utf8) == true)
  }

  @Test func whatIsPrintedIsReadAgainAndPrintedTheSame() throws {
    for schema in [CooperationRegister.schema, try Self.museumSchema()] {
      let printed = SchemaFile.print(schema)
      let read = try SchemaFile.read(printed.utf8)
      #expect(read == schema)
      #expect(SchemaFile.print(read) == printed)
    }
  }

  @Test(arguments: [
    ("", [Constraint.acyclic]), (#", "constraints": []"#, [.acyclic]),
    (#", "constraints": [{"acyclic": true}]"#, [.acyclic]),
    (#", "constraints": [{"acyclic": false}]"#, []),
  ])
  func aFieldOfItsOwnKindLeadsInNoCircleUnlessTheFileSaysSo(
    said: String, constraints: [Constraint]
  ) throws {
    let file = """
      {"version": 1, "kinds": [
        {"number": 1, "name": "book", "label": "Book", "coding": "chosen", "fields": [
          {"number": 1, "name": "of", "label": "Of", "type": "reference", "target": "book"\(said)},
          {"number": 2, "name": "by", "label": "By", "type": "reference", "target": "person"}]},
        {"number": 2, "name": "person", "label": "Person", "coding": "chosen", "fields": []}]}
      """
    let schema = try SchemaFile.read(file.utf8)
    #expect(schema.kinds[0].fields.map(\.constraints) == [constraints, []])
    #expect(try SchemaFile.read(SchemaFile.print(schema).utf8) == schema)
  }

  @Test func everyFieldOfTheDefaultSchemaThatRefersToItsOwnKindIsAcyclic() {
    for kind in CooperationRegister.schema.kinds {
      for field in kind.fields where field.target == kind.number {
        #expect(field.constraints == [.acyclic], "\(field.name)")
      }
    }
  }

  @Test func keysStandInOneOrderAndDefaultsAreLeftOut() throws {
    let schema = try Schema(
      version: 1,
      kinds: [
        Kind(
          KindNumber(1), "area", label: "Area", coding: .chosen,
          fields: [
            FieldDefinition(FieldNumber(1), "name", label: "Name", type: .text, isRequired: true),
            FieldDefinition(
              FieldNumber(2), "parent", label: "Parent", type: .reference(KindNumber(1)),
              constraints: [.acyclic]),
          ])
      ])
    #expect(
      SchemaFile.print(schema) == """
        {
          "version": 1,
          "kinds": [
            {
              "number": 1,
              "name": "area",
              "label": "Area",
              "coding": "chosen",
              "fields": [
                {"number": 1, "name": "name", "label": "Name", "type": "text", "required": true},
                {
                  "number": 2,
                  "name": "parent",
                  "label": "Parent",
                  "type": "reference",
                  "target": "area",
                  "constraints": [{"acyclic": true}]
                }
              ]
            }
          ]
        }

        """)
  }

  @Test func theKindsPrintedOneByOneAreTheSchema() throws {
    for schema in [CooperationRegister.schema, try Self.museumSchema()] {
      let kinds = schema.kinds.map { SchemaFile.print($0, of: schema) }.joined(separator: ",")
      let file = "{\"version\": \(schema.version), \"kinds\": [\(kinds)]}"
      #expect(try SchemaFile.read(file.utf8) == schema)
    }
  }

  @Test func noLineOfAPrintedSchemaIsWiderThanAPage() {
    let lines = SchemaFile.print(CooperationRegister.schema).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 101 })
    #expect(lines.count < 400, "a field takes a line if it fits")
  }

  @Test func theDefaultSchemaHasTheKindsOfTheDomain() {
    let schema = CooperationRegister.schema
    #expect(
      schema.kinds.map(\.name) == [
        "organization", "office", "body", "area", "goal", "instrument", "participation",
        "engagement", "action", "contact",
      ])
    #expect(schema.kind(named: "engagement")?.field(named: "last_contact")?.rule == .latest)
    #expect(schema.kind(named: "engagement")?.field(named: "agenda")?.type == .items)
    #expect(schema.kind(named: "area")?.field(named: "parent")?.constraints == [.acyclic])
    #expect(schema.kinds.filter { $0.coding == .numbered }.count == 4)
    #expect(schema.kind(named: "engagement")?.field(named: "starts")?.type == .moment)
    #expect(schema.kind(named: "participation")?.unique.count == 1)
  }

  @Test func whatAFieldHasLeftGoesRound() throws {
    let file = """
      {"version": 2, "kinds": [
        {"number": 1, "name": "ship", "label": "Ship", "coding": "chosen",
          "aliases": ["boat"], "unique": [["name", "state"]], "fields": [
          {"number": 1, "name": "name", "label": "Name", "type": "text", "aliases": ["title"]},
          {"number": 2, "name": "state", "label": "State", "type": "choice", "choices": ["lost"],
            "retired_choices": ["afloat"]},
          {"number": 3, "name": "launched", "label": "Launched", "type": "date", "retired": true},
          {"number": 4, "name": "launch", "label": "Launch", "type": "moment",
            "replaces": "launched"}
      ]}]}
      """
    let schema = try SchemaFile.read(file.utf8)
    let ship = try #require(schema.kind(named: "boat"))
    #expect(ship.unique == [[FieldNumber(1), FieldNumber(2)]])
    #expect(ship.field(named: "title")?.name == "name")
    #expect(ship.field(named: "state")?.past.choices == ["afloat"])
    #expect(ship.field(named: "launch")?.past.replaces == FieldNumber(3))
    #expect(ship.field(named: "launched")?.isRetired == true)
    #expect(try SchemaFile.read(SchemaFile.print(schema).utf8) == schema)
    for wrong in ["\"type\": \"opaque\"", "\"merge\": \"opaque\", \"type\": \"text\""] {
      let text = file.replacing("\"type\": \"text\"", with: wrong)
      #expect(throws: SchemaFileError.self) { try SchemaFile.read(text.utf8) }
    }
  }

  @Test func aFaultHasItsPlaceInTheFile() throws {
    let file = """
      {"version": 1, "kinds": [
        {"number": 1, "name": "a", "label": "Ä \\" ] }", "coding": "chosen", "fields": []},
        {"number": 1, "name": "b", "label": "B", "coding": "chosen", "fields": [
          {"number": 1, "name": "x", "label": "X", "type": "text"},  {"number": 1,
            "name": "y", "label": "Y", "type": "text"}
      ]}]}
      """
    let document = try SchemaDocument(file.utf8)
    let places = document.schema.faults.map { fault in
      let place = document.place(of: fault)
      return "\(place.line):\(place.column) \(fault)"
    }
    #expect(
      places == [
        "3:3 kinds[1] repeats the number 1", "4:64 kinds[1].fields[1] repeats the number 1",
      ])
    let whole = document.place(of: SchemaFault(.versionZero))
    #expect(whole.line == 1 && whole.column == 1)
  }
}
