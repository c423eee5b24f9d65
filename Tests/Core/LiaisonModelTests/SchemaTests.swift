import LiaisonModel
import TestSupport
import Testing

/// What a schema says about a record.
struct SchemaTests {
  let schema: Schema
  let ship = KindNumber(1)
  let valid: [String: FieldValue]
  let record: RecordID

  init() throws {
    schema = try Schema(
      version: 1,
      kinds: [
        Kind(
          ship, "ship", label: "Ship", coding: .chosen,
          fields: [
            FieldDefinition(FieldNumber(1), "name", label: "Name", type: .text, isRequired: true),
            FieldDefinition(
              FieldNumber(2), "state", label: "State", type: .choice(["afloat", "lost"])),
            FieldDefinition(
              FieldNumber(3), "crew", label: "Crew", type: .number, constraints: [.minimum(0)]),
            FieldDefinition(
              FieldNumber(4), "page", label: "Page", type: .text, constraints: [.web]),
            FieldDefinition(
              FieldNumber(5), "flag", label: "Flag", type: .text, constraints: [.country]),
            FieldDefinition(FieldNumber(6), "launched", label: "Launched", type: .date),
            FieldDefinition(
              FieldNumber(7), "sunk", label: "Sunk", type: .date,
              constraints: [.notBefore(FieldNumber(6))]),
            FieldDefinition(FieldNumber(8), "fleet", label: "Fleet", type: .references(ship)),
            FieldDefinition(FieldNumber(9), "names", label: "Names", type: .texts),
            FieldDefinition(FieldNumber(10), "log", label: "Log", type: .items),
            FieldDefinition(FieldNumber(11), "story", label: "Story", type: .prose),
          ])
      ])
    var random = Seeded(7)
    record = RecordID(UUIDv7(milliseconds: 1, random: &random))
    valid = ["name": .text("Argo"), "launched": .date(try #require(PartialDate("2018-12")))]
  }

  private func problem(_ fields: [String: FieldValue]) throws -> String? {
    let kind = try #require(schema.kind(ship))
    let all = valid.merging(fields) { $1 }
    let numbered = try Dictionary(
      uniqueKeysWithValues: all.map { (try #require(kind.field(named: $0)).number, $1) })
    let state = RecordState(code: try #require(RecordCode("AA")), fields: numbered)
    return schema.problems(with: state, of: ship).first?.message
  }

  @Test func requiredFieldsAreRequired() throws {
    let state = RecordState(code: try #require(RecordCode("AA")), fields: [:])
    #expect(
      schema.problems(with: state, of: ship).map(\.message) == ["field 'name' is required"])
    #expect(try problem([:]) == nil)
    let gone = RecordState(code: try #require(RecordCode("AA")), content: .deleted)
    #expect(schema.problems(with: gone, of: ship).isEmpty)
    #expect(
      schema.problems(with: state, of: KindNumber(9)).map(\.message) == [
        "kind 9 is not in the schema"
      ])
  }

  @Test func aValueIsOfItsFieldsTypeAndKeepsItsConstraints() throws {
    let dates = try ["2018-12", "2018", "2019", "2017"].map { try #require(PartialDate($0)) }
    let long = String(repeating: "x", count: Limits.textBytes + 1)
    let many = (0...Limits.members).map(String.init)
    let rows: [(String, FieldValue, String?)] = [
      ("crew", .number(0), nil), ("crew", .number(-1), "must be at least 0"),
      ("crew", .text("39"), "is not a whole number"),
      ("crew", .set([.number(1)]), "is not a whole number"),
      ("state", .choice("lost"), nil), ("state", .choice("found"), "must be one of afloat, lost"),
      ("state", .text("lost"), "is not one of afloat, lost"),
      ("page", .text("https://x.org"), nil), ("page", .text("HTTPS://x.org"), nil),
      ("page", .text("Http://x.org"), nil),
      ("page", .text("HTTPS:/x.org"), "must begin with http:// or https://"),
      ("page", .text("ftp://x.org"), "must begin with http:// or https://"),
      ("page", .text("http://"), "must begin with http:// or https://"),
      ("page", .text("http://a b"), "must begin with http:// or https://"),
      ("flag", .text("AT"), nil),
      ("flag", .text("at"), "must be a country code of two capital letters (ISO 3166-1)"),
      ("flag", .text("AUT"), "must be a country code of two capital letters (ISO 3166-1)"),
      ("sunk", .date(dates[0]), nil), ("sunk", .date(dates[2]), nil),
      ("sunk", .date(dates[1]), nil), ("sunk", .date(dates[3]), "must not be before 'launched'"),
      ("fleet", .references([record]), nil), ("fleet", .references([]), "is empty"),
      ("fleet", .reference(record), "is not a set of codes of records"),
      ("fleet", .texts(["AA"]), "is not a set of codes of records"),
      ("names", .texts(["a"]), nil), ("names", .texts(["a", ""]), "has an empty member"),
      ("names", .texts([" "]), "has a member that is blank"),
      ("names", .texts(Set(many)), "has more than 1000 members"),
      ("names", .items(["a"]), "is not a set of texts"),
      ("names", .set([.text("a"), .number(1)]), "is not a set of texts"),
      ("log", .items(["a", "a"]), nil), ("log", .items(many), "has more than 1000 members"),
      ("log", .items([long]), "has a member that is longer than 1000 bytes"),
      ("story", .prose("a\nb"), nil), ("story", .text("a"), "is not a text of many lines"),
      ("name", .text("a\nb"), "must be one line without control characters"),
      ("name", .text(""), "is empty"),
    ]
    for (name, value, expected) in rows {
      #expect(try problem([name: value]) == expected.map { "field '\(name)' \($0)" }, "\(name)")
    }
  }

  @Test func aFieldOfANewerSchemaIsKeptIfItsTextIsClean() throws {
    func problems(_ value: FieldValue) throws -> [String] {
      let state = RecordState(
        code: try #require(RecordCode("AA")),
        fields: [FieldNumber(1): .text("A"), FieldNumber(99): value])
      return schema.problems(with: state, of: ship).map(\.message)
    }
    #expect(try problems(.flag(true)) == [])
    #expect(try problems(.choice("any")) == [])
    #expect(
      try problems(.text("a\u{7}")) == [
        "field number 99 must be one line without control characters"
      ])
    #expect(try problems(.items([""])) == ["field number 99 has an empty member"])
  }
}
