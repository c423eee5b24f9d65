import LiaisonExchange
import LiaisonModel
import Testing

/// What is no schema file, and where the reader says it stands.
struct SchemaFileErrorTests {
  private func error(_ text: String) -> SchemaFileError? { error(Array(text.utf8)) }

  private func error(_ bytes: [UInt8]) -> SchemaFileError? {
    do throws(SchemaFileError) {
      _ = try SchemaFile.read(bytes)
      return nil
    } catch let error {
      return error
    }
  }

  /// A file of one kind whose second field is this.
  private func file(field: String) -> String {
    """
    {"version": 1, "kinds": [{"number": 1, "name": "a", "label": "A", "coding": "chosen",
      "fields": [{"number": 1, "name": "since", "label": "S", "type": "date"}, \(field)]}]}
    """
  }

  private func field(_ more: String) -> String {
    file(field: "{\"number\": 2, \"name\": \"b\", \"label\": \"B\", \(more)}")
  }

  @Test func aFaultOfAFieldIsSaidWithItsPath() {
    let path = "kinds[0].fields[1]"
    let types = ScalarWord.allCases.map(\.rawValue)
    let rows: [(String, SchemaFileError?)] = [
      (#""type": "text""#, nil),
      (#""type": "image""#, .unknownWord(path: "\(path).type", known: types)),
      (#""type": 1"#, .wrongType(path: "\(path).type", expected: .text)),
      (#""label": "C", "type": "text""#, .repeatedKey(path: "\(path).label")),
      (#""l\u0061bel": "C", "type": "text""#, .repeatedKey(path: "\(path).label")),
      (#""required": true"#, .missingKey(path: "\(path).type")),
      (#""type": "text", "colour": 1"#, .unknownKey(path: "\(path).colour")),
      (
        #""type": "text", "required": "yes""#, .wrongType(path: "\(path).required", expected: .flag)
      ),
      (#""type": "text", "required": null"#, .wrongType(path: "\(path).required", expected: .flag)),
      (
        #""type": "text", "arity": "bag""#,
        .unknownWord(path: "\(path).arity", known: ["one", "set", "list"])
      ),
      (#""type": "date", "arity": "set""#, .refused(path: path, .notCarried(.set(.date)))),
      (
        #""type": "text", "merge": "first""#,
        .unknownWord(path: "\(path).merge", known: ["by_type", "latest", "largest"])
      ),
      (#""type": "text", "merge": "latest""#, .refused(path: path, .ruleDoesNotFit(.latest))),
    ]
    for (more, expected) in rows { #expect(error(field(more)) == expected, "\(more)") }
  }

  @Test func onlyAChoiceHasWordsAndOnlyAReferenceATarget() {
    let path = "kinds[0].fields[1]"
    let rows: [(String, SchemaFileError?)] = [
      (#""type": "choice""#, .missingKey(path: "\(path).choices")),
      (#""type": "choice", "choices": []"#, .refused(path: path, .choiceWithoutWords)),
      (
        #""type": "choice", "choices": ["x", 2]"#,
        .wrongType(path: "\(path).choices[1]", expected: .text)
      ),
      (
        #""type": "choice", "choices": "x""#,
        .wrongType(path: "\(path).choices", expected: .array)
      ),
      (#""type": "text", "choices": ["x"]"#, .unknownKey(path: "\(path).choices")),
      (#""type": "text", "target": "a""#, .unknownKey(path: "\(path).target")),
      (#""type": "reference""#, .missingKey(path: "\(path).target")),
      (
        #""type": "reference", "target": "z""#,
        .unknownName(path: "\(path).target", name: "z")
      ),
      (#""type": "reference", "target": 1"#, .wrongType(path: "\(path).target", expected: .text)),
    ]
    for (more, expected) in rows { #expect(error(field(more)) == expected, "\(more)") }
  }

  @Test func aFaultOfAConstraintIsSaidWithItsPath() {
    let path = "kinds[0].fields[1]"
    let constraint = "\(path).constraints[0]"
    let rows: [(String, SchemaFileError?)] = [
      (
        #""type": "number", "constraints": {"minimum": 0}"#,
        .wrongType(path: "\(path).constraints", expected: .array)
      ),
      (
        #""type": "number", "constraints": ["minimum"]"#,
        .wrongType(path: constraint, expected: .object)
      ),
      (
        #""type": "number", "constraints": [{}]"#,
        .wrongType(path: constraint, expected: .constraint)
      ),
      (
        #""type": "number", "constraints": [{"minimum": 0, "web": true}]"#,
        .wrongType(path: constraint, expected: .constraint)
      ),
      (
        #""type": "number", "constraints": [{"maximum": 0}]"#,
        .unknownKey(path: "\(constraint).maximum")
      ),
      (
        #""type": "number", "constraints": [{"minimum": 0.5}]"#,
        .wrongType(path: "\(constraint).minimum", expected: .whole)
      ),
      (
        #""type": "number", "constraints": [{"minimum": 9223372036854775808}]"#,
        .wrongType(path: "\(constraint).minimum", expected: .whole)
      ),
      (
        #""type": "text", "constraints": [{"web": false}]"#,
        .wrongType(path: "\(constraint).web", expected: .yes)
      ),
      (
        #""type": "text", "constraints": [{"acyclic": false}]"#,
        .refused(path: constraint, .constraintDoesNotFit(.acyclic))
      ),
      (
        #""type": "text", "constraints": [{"minimum": 0}]"#,
        .refused(path: path, .constraintDoesNotFit(.minimum(0)))
      ),
    ]
    for (more, expected) in rows { #expect(error(field(more)) == expected, "\(more)") }
  }

  @Test func aDateIsNotBeforeADateOfItsKindByName() {
    let path = "kinds[0].fields[1]"
    let constraint = "\(path).constraints[0]"
    let rows: [(String, SchemaFileError?)] = [
      (#""type": "date", "constraints": [{"not_before": "since"}]"#, nil),
      (
        #""type": "date", "constraints": [{"not_before": "then"}]"#,
        .unknownName(path: "\(constraint).not_before", name: "then")
      ),
      (
        #""type": "date", "constraints": [{"not_before": "b"}]"#,
        .refused(path: path, .noDateInField(FieldNumber(2)))
      ),
    ]
    for (more, expected) in rows { #expect(error(field(more)) == expected, "\(more)") }
  }

  @Test func aFaultOfAKindOrTheFileIsSaidWithItsPath() {
    func kind(_ text: String) -> String { "{\"version\": 1, \"kinds\": [\(text)]}" }
    let rows: [(String, SchemaFileError?)] = [
      ("[]", .wrongType(path: "", expected: .object)), ("{}", .missingKey(path: "version")),
      (#"{"version": 1}"#, .missingKey(path: "kinds")),
      (#"{"version": 1, "kinds": []}"#, nil),
      (#"{"version": 0, "kinds": []}"#, .refused(path: "", .versionZero)),
      (#"{"version": -1, "kinds": []}"#, .wrongType(path: "version", expected: .number)),
      (#"{"version": 1.0, "kinds": []}"#, .wrongType(path: "version", expected: .number)),
      (#"{"version": 4294967296, "kinds": []}"#, .wrongType(path: "version", expected: .number)),
      (#"{"version": 1, "version": 2, "kinds": []}"#, .repeatedKey(path: "version")),
      (#"{"version": 1, "kinds": [], "name": "x"}"#, .unknownKey(path: "name")),
      (kind("1"), .wrongType(path: "kinds[0]", expected: .object)),
      (kind("{}"), .missingKey(path: "kinds[0].name")),
      (
        kind(#"{"number": 1, "name": "a", "label": "A", "coding": "free", "fields": []}"#),
        .unknownWord(path: "kinds[0].coding", known: ["chosen", "numbered"])
      ),
      (
        kind(#"{"number": 1, "name": "a", "label": " ", "coding": "chosen", "fields": []}"#),
        .refused(path: "kinds[0]", .badLabel("is blank"))
      ),
      (
        kind(
          #"{"number": 1, "name": "a", "label": "A", "coding": "chosen", "fields": []}, "#
            + #"{"number": 2, "name": "a", "label": "A", "coding": "chosen", "fields": []}"#),
        .refused(path: "kinds[1]", .nameRepeated("a"))
      ),
      (
        kind(#"{"number": 1, "name": "a", "label": "A", "coding": "chosen", "fields": {}}"#),
        .wrongType(path: "kinds[0].fields", expected: .array)
      ),
    ]
    for (text, expected) in rows { #expect(error(text) == expected, "\(text)") }
  }

  @Test func whatIsNotJSONIsSaidWithItsLineAndColumn() {
    let deep = String(repeating: "[", count: 40)
    let rows: [(String, line: Int, column: Int, String)] = [
      ("", 1, 1, "the text ends where a value is due"),
      ("{\n  \"version\": 1,\n}", 3, 1, "a key in quotes is due"),
      ("{\"a\": [1,]}", 1, 10, "no value begins like this"),
      ("{\"a\" 1}", 1, 6, "a colon is due"), ("{\"a\": 1", 1, 8, "a comma or '}' is due"),
      ("[1 2]", 1, 4, "a comma or ']' is due"), ("{} {}", 1, 4, "something follows the value"),
      ("\"é\" x", 1, 5, "something follows the value"),
      ("// a", 1, 1, "no value begins like this"), ("nul", 1, 1, "no value begins like this"),
      ("[01]", 1, 4, "a number begins with 0"), ("-", 1, 2, "a digit is due"),
      ("1.", 1, 3, "a digit is due"), ("1e", 1, 3, "a digit is due"),
      ("\"a", 1, 3, "the text ends within quotes"),
      ("\"a\nb\"", 1, 3, "a control character stands in a text"),
      ("\"\\x\"", 1, 4, "no escape is written like this"),
      ("\"\\u12G4\"", 1, 4, "four hexadecimal digits are due"),
      ("\"\\ud800\"", 1, 8, "half a surrogate pair"),
      ("\"\\udc00\\ud800\"", 1, 8, "half a surrogate pair"),
      ("\u{FEFF}{}", 1, 1, "no value begins like this"), (deep, 1, 17, "too many levels"),
    ]
    for (text, line, column, reason) in rows {
      #expect(error(text) == .notJSON(line: line, column: column, reason: reason), "\(text)")
    }
  }

  @Test func escapesAreReadAsTheirCharacters() throws {
    let label = #"\"\\\/\u00e9\ud83d\ude00"#
    let text = field(#""type": "text""#).replacing("\"B\"", with: "\"\(label)\"")
    let schema = try SchemaFile.read(text.utf8)
    #expect(schema.kinds[0].fields[1].label == "\"\\/é😀")
    #expect(try SchemaFile.read(SchemaFile.print(schema).utf8) == schema)
  }

  @Test func whatIsNotUTF8OrTooLongIsRefused() {
    #expect(error(Array("{\"".utf8) + [0xFF] + Array("\": 1}".utf8)) == .notUTF8(offset: 2))
    #expect(error(Array("\"é".utf8) + [0xC0, 0x80]) == .notUTF8(offset: 3))
    #expect(error(Array("\"".utf8) + [0xED, 0xA0, 0x80]) == .notUTF8(offset: 1))
    let empty = #"{"version": 1, "kinds": []}"#
    let space = String(repeating: " ", count: SchemaFile.bytes - empty.utf8.count)
    #expect(error(empty + space) == nil)
    #expect(error(empty + space + " ") == .tooLarge(limit: SchemaFile.bytes))
  }

  @Test func aFileThatIsCutAnywhereIsRefused() {
    let text = Array(SchemaFileTests.museum.utf8)
    for count in 0..<text.count { #expect(error(Array(text.prefix(count))) != nil) }
  }

  @Test func everyErrorIsOneLineThatSaysWhereAndWhat() {
    let rows: [(SchemaFileError, String)] = [
      (.tooLarge(limit: 9), "the file is longer than 9 bytes"),
      (.notUTF8(offset: 2), "the byte at offset 2 is not of UTF-8"),
      (.notJSON(line: 3, column: 1, reason: "a colon is due"), "line 3, column 1: a colon is due"),
      (.repeatedKey(path: "kinds[2].name"), "kinds[2].name: the key is there twice"),
      (.unknownKey(path: "kinds[2].x"), "kinds[2].x: the key is unknown"),
      (.missingKey(path: "version"), "version: the key is missing"),
      (.wrongType(path: "", expected: .object), "the file: an object is due"),
      (
        .unknownWord(path: "kinds[0].coding", known: ["chosen", "numbered"]),
        "kinds[0].coding: must be one of chosen, numbered"
      ),
      (.unknownName(path: "a.target", name: "z"), "a.target: there is no 'z'"),
      (.refused(path: "", .versionZero), "the schema has version 0; a version starts at 1"),
      (
        .refused(path: "kinds[0].fields[1]", .ruleDoesNotFit(.latest)),
        "kinds[0].fields[1] has the merge rule 'latest', which is not for its type"
      ),
    ]
    for (error, text) in rows { #expect(error.description == text) }
  }
}
