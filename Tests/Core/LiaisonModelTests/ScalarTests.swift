import LiaisonModel
import TestSupport
import Testing

/// Words, examples, parsing and printing of scalars, and of the values made of them.
struct ScalarTests {
  static let record: RecordID = {
    var random = Seeded(3)
    return RecordID(UUIDv7(milliseconds: 1, random: &random))
  }()
  static let kind = KindNumber(1)

  /// One type of each word.
  static let types: [ScalarType] = [
    .text, .prose, .date, .moment, .number, .choice(["open", "done"]), .flag, .reference(kind),
  ]

  private func resolve(_ code: RecordCode) -> RecordID? {
    code.text == "CODE" ? Self.record : nil
  }

  private func scalar(_ type: ScalarType, _ text: String) throws -> Scalar {
    try type.scalar(from: text, resolve: resolve)
  }

  @Test func eachWordHasOneType() {
    #expect(Self.types.map(\.word) == ScalarWord.allCases)
    #expect(
      ScalarWord.allCases.map(\.rawValue) == [
        "text", "prose", "date", "moment", "number", "choice", "flag", "reference",
      ])
  }

  @Test func theExampleOfEachTypeIsOneOfItsValues() throws {
    for type in Self.types {
      for field in [FieldType.one(type), .set(type), .list(type)] {
        // As a shell hands it over, without the quotation marks.
        let example = String(field.example.filter { $0 != "\"" })
        let value = try #require(try field.value(from: .one(example), resolve: resolve))
        #expect(value.matches(field), "\(field)")
      }
    }
    #expect(FieldType.texts.example == "one,two" && FieldType.items.example == "\"an item\"")
    #expect(FieldType.references(Self.kind).example == "CODE,CODE")
  }

  @Test func whatIsPrintedIsReadAgain() throws {
    let date = try #require(PartialDate("2007-03"))
    let scalars: [Scalar] = [
      .text("a"), .prose("a\nb\n"), .date(date), .moment(Moment(date)), .number(.min),
      .choice("open"), .flag(true), .reference(Self.record),
    ]
    for (scalar, type) in zip(scalars, Self.types) {
      #expect(scalar.word == type.word)
      #expect(try self.scalar(type, scalar.text { _ in "CODE" }) == scalar)
      #expect(scalar.reference == (type.word == .reference ? Self.record : nil))
      for value in [FieldValue.one(scalar), .set([scalar]), .list([scalar, scalar])] {
        let type: FieldType =
          switch value {
          case .one: .one(type)
          case .set: .set(type)
          case .list: .list(type)
          }
        #expect(try type.value(from: value.input { _ in "CODE" }, resolve: resolve) == value)
      }
    }
  }

  @Test func whatIsNotOfTheTypeIsRefusedWithItsArticle() {
    let rows: [(ScalarType, String, String)] = [
      (.date, "2007-3", "is not a date (2007, 2007-03 or 2007-03-26)"),
      (.number, "1.5", "is not a whole number"),
      (.number, "9223372036854775808", "is not a whole number"),
      (.choice(["open", "done"]), "shut", "is not one of open, done"),
      (.flag, "maybe", "is not yes or no"),
      (.reference(Self.kind), "x", "names 'x', which is not a code"),
      (.reference(Self.kind), "NONE", "names NONE, which is not in the register"),
    ]
    for (type, text, message) in rows {
      #expect(throws: Problem(message)) { try self.scalar(type, text) }
    }
    #expect(throws: Problem("is a whole number, not several")) {
      try FieldType.number.value(from: .many(["1", "2"]), resolve: resolve)
    }
    #expect(throws: Problem("is not a whole number")) {
      try FieldType.set(.number).value(from: .one("1,x"), resolve: resolve)
    }
  }

  @Test func yesAndTrueAreOneFlag() throws {
    for (text, flag) in [("yes", true), ("true", true), ("no", false), ("false", false)] {
      #expect(try scalar(.flag, text) == .flag(flag))
    }
  }

  @Test func textIsBroughtToNFC() throws {
    let value = try #require(
      try FieldType.texts.value(from: .one("Yaounde\u{301}"), resolve: resolve))
    let text = value.text { _ in "" }
    #expect(text.utf8.elementsEqual("Yaound\u{E9}".utf8))
  }

  @Test func aSetTakesCommasAndAListTakesLines() throws {
    #expect(
      try FieldType.texts.value(from: .one(" b, a ,,b"), resolve: resolve) == .texts(["a", "b"]))
    #expect(
      try FieldType.items.value(from: .one("b, a\n\nb"), resolve: resolve) == .items(["b, a", "b"]))
    #expect(
      try FieldType.texts.value(from: .many(["a,b"]), resolve: resolve) == .texts(["a,b"]))
    for type in [FieldType.texts, .items, .text, .references(Self.kind), .number] {
      #expect(try type.value(from: .one(""), resolve: resolve) == nil)
    }
    #expect(try FieldType.texts.value(from: .many([]), resolve: resolve) == nil)
  }

  @Test func aValueIsPrintedOnOneLine() {
    #expect(FieldValue.texts(["b", "a"]).text { _ in "" } == "a, b")
    #expect(FieldValue.items(["b", "a"]).text { _ in "" } == "b, a")
    #expect(FieldValue.references([Self.record]).text { _ in "UN" } == "UN")
    #expect(FieldValue.flag(false).text { _ in "" } == "no")
  }

  @Test func emptyValuesAreNone() {
    for value in [FieldValue.text(""), .prose(""), .choice(""), .texts([]), .items([])] {
      #expect(value.isEmpty && value.unlessEmpty == nil)
    }
    for value in [FieldValue.number(0), .flag(false), .reference(Self.record), .items([""])] {
      #expect(!value.isEmpty && value.unlessEmpty == value)
    }
    #expect(FieldValue.references([Self.record]).references == [Self.record])
    #expect(FieldValue.list([.reference(Self.record)]).references == [Self.record])
    #expect(FieldValue.reference(Self.record).references == [Self.record])
    #expect(FieldValue.texts(["a"]).references.isEmpty)
  }

  @Test func aValueMatchesItsOwnTypeAlone() {
    let values: [FieldValue] = [
      .text("a"), .texts(["a"]), .items(["a"]), .number(1), .references([Self.record]),
      .set([.text("a"), .number(1)]), .choice("a"), .prose("a"),
    ]
    let types: [FieldType?] = [
      .text, .texts, .items, .number, .references(Self.kind), nil, .choice([]), .prose,
    ]
    for (value, own) in zip(values, types) {
      for type in types.compactMap({ $0 }) { #expect(value.matches(type) == (type == own)) }
    }
  }

  @Test func articlesAreAsPeopleReadThem() {
    #expect(FieldType.texts.article == "a set of texts")
    #expect(FieldType.items.article == "a list of texts")
    #expect(FieldType.references(Self.kind).article == "a set of codes of records")
    #expect(FieldType.choice(["a", "b"]).article == "one of a, b")
    #expect(FieldType.set(.date).article == "a set of dates")
  }
}
