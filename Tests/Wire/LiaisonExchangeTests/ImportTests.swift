import Foundation
import LiaisonExchange
import LiaisonModel
import LiaisonSync
import Synchronization
import TestSupport
import Testing

struct ImportTests {
  let scratch: Scratch
  let maker: AreaMaker
  let log: MemoryChangeLog
  let importer: Importer

  init() throws {
    scratch = try Scratch()
    let maker = try AreaMaker(seed: 7)
    self.maker = maker
    let schema = try TestRegister.schema()
    log = MemoryChangeLog(register: maker.newID(), schema: schema)
    importer = Importer(
      schema: schema, coding: maker.coding,
      origin: Origin(
        office: maker.office, author: "A", note: "import", time: Timestamp(milliseconds: 0)),
      newID: { maker.uuid() })
  }

  private func run(_ text: String) async throws -> Int {
    try await importer.run(.file(scratch.file("lines", Data(text.utf8))), into: log)
  }

  private func line(_ kind: String, _ code: String, _ fields: String = "") -> String {
    "{\"kind\": \"\(kind)\", \"code\": \"\(code)\", \"fields\": {\(fields)}}"
  }

  private func area(_ code: String, parent: String? = nil) -> String {
    line("area", code, "\"name\": \"A\"" + (parent.map { ", \"parent\": \"\($0)\"" } ?? ""))
  }

  private func states(
    of other: MemoryChangeLog? = nil
  ) async throws -> [String: RecordState] {
    let log = other ?? log
    let states = Mutex<[String: RecordState]>([:])
    let coding = maker.coding
    try await log.forEachRevision { kept in
      guard kept.filed != nil else { return }
      let state = try coding.decode(kept.encoded.bytes).state
      states.withLock { $0[state.code.text] = state }
    }
    return states.withLock { $0 }
  }

  @Test func referencesMayNameWhatComesBeforeAfterOrWasThere() async throws {
    #expect(try await run(area("OLD")) == 1)
    let lines = [
      area("FIRST", parent: "SECOND"), area("SECOND", parent: "OLD"), "",
      area("THIRD", parent: "FIRST"), line("goal", "SDG-1", "\"aligned\": [\"SDG-2\", \"SDG-1\"]"),
      line("goal", "SDG-2", "\"aligned\": [\"SDG-1\"]"),
    ]
    #expect(try await run(lines.joined(separator: "\n")) == 5)
    let states = try await states()
    #expect(states.count == 6)
    var question = CommitQuestion()
    question.codes = Set(states.keys.compactMap { RecordCode($0) })
    let holders = try await log.transaction { [question] in try $0.facts(for: question).holders }
    let records = holders.reduce(into: [:]) { $0[$1.key.text] = $1.value }
    func parent(_ code: String) -> RecordID? {
      states[code]?.fields[TestRegister.parent]?.references.first
    }
    #expect(parent("FIRST") == records["SECOND"] && parent("SECOND") == records["OLD"])
    #expect(parent("THIRD") == records["FIRST"])
    #expect(
      states["SDG-1"]?.fields[TestRegister.aligned]?.references
        == Set([records["SDG-1"], records["SDG-2"]].compactMap { $0 }))
  }

  @Test func promisesAreKeptOverMoreLinesThanAreCommittedAtATime() async throws {
    let count = 2 * Tuning.importLines + 10
    var lines = (0..<count).map { area("ROW-\($0)", parent: "ROW-\($0 + 1)") }
    lines.append(area("ROW-\(count)"))
    #expect(try await run(lines.joined(separator: "\r\n")) == count + 1)
    #expect(try await log.status().head.position.number == Int64(count + 1))
    lines[count] = area("ROW-\(count)", parent: "ROW-0")
    await #expect(throws: ImportError.self) { try await run(lines.joined(separator: "\n")) }
  }

  @Test func theNextLinesAreMadeReadyWhileSomeAreCommittedAndNoMoreOfThem() async throws {
    // Two ids for each line: its record's and its edit's.
    let ids = 2 * Tuning.importLines
    let given = Mutex(0)
    let (second, isMade) = (2 * ids, DispatchSemaphore(value: 0))
    let importer = Importer(
      schema: try TestRegister.schema(), coding: maker.coding,
      origin: Origin(office: maker.office, author: "A", time: Timestamp(milliseconds: 0)),
      newID: { [maker] in
        let count = given.withLock { given in
          given += 1
          return given
        }
        if count == second { isMade.signal() }
        return maker.uuid()
      })
    let text = (0..<4 * Tuning.importLines).map { area("ROW-\($0)") }.joined(separator: "\n")
    let file = try scratch.file("lines", Data(text.utf8))
    let count = try await importer.run(.file(file), into: log) { count, _ in
      if count == Tuning.importLines {
        #expect(isMade.wait(timeout: .now() + 60) == .success, "nothing was made ready meanwhile")
      }
      #expect(given.withLock { $0 } <= ids * (count / Tuning.importLines + 1))
    }
    #expect(count == 4 * Tuning.importLines)
  }

  @Test func ofTwoFaultsTheFirstIsTold() async throws {
    // The first is seen when its batch is committed, the second when the next one is read or made.
    for fault in ["{", line("planet", "P-1"), area("A-1", parent: "NO-1")] {
      var lines = (0..<Tuning.importLines).map { area("ROW-\($0)") }
      lines[20] = area("ROW-10")
      lines.append(fault)
      await #expect(throws: ImportError(line: 21, "another record has the code ROW-10")) {
        try await run(lines.joined(separator: "\n"))
      }
      #expect(try await log.status().head.position == .zero)
    }
  }

  static let faults: [(String, Int, String)] = [
    ("{\"kind\": \"area\"", 2, "the line is not JSON: a comma or '}' is due, at byte 16"),
    ("[]", 2, "the line is not a JSON object"),
    ("{\"kind\": \"area\", \"fields\": {}}", 2, "the line has no 'code'"),
    (
      "{\"kind\": 1, \"code\": \"A-1\", \"fields\": {}}", 2, "'kind' has the wrong type"
    ),
    (
      "{\"kind\": \"area\", \"code\": \"A-1\", \"feilds\": {}}", 2,
      "the line has an unknown key 'feilds'"
    ),
    (
      "{\"kind\": \"planet\", \"code\": \"A-1\", \"fields\": {}}", 2,
      "the register has no kind 'planet'"
    ),
    ("{\"kind\": \"area\", \"code\": \"a\", \"fields\": {}}", 2, "'a' is not a code"),
    (
      "{\"kind\": \"area\", \"code\": \"A-1\", \"fields\": {\"size\": 1}}", 2,
      "area has no field 'size'"
    ),
    (
      "{\"kind\": \"area\", \"code\": \"A-1\", \"fields\": {}}", 2, "field 'name' is required"
    ),
    (
      "{\"kind\": \"area\", \"code\": \"FIRST\", \"fields\": {\"name\": \"B\"}}", 2,
      "another record has the code FIRST"
    ),
    (
      "{\"kind\": \"area\", \"code\": \"A-1\", \"fields\": {\"name\": \"B\", \"parent\": \"NO-1\"}}",
      2, "field 'parent' names NO-1, which is not in the register"
    ),
    (
      "{\"kind\": \"area\", \"code\": \"A-1\", \"fields\": {\"name\": \"B\", \"parent\": \"A-1\"}}",
      2, "field 'parent' leads back to its own record"
    ),
    (
      "{\"kind\": \"goal\", \"code\": \"A-1\", \"fields\": {\"aligned\": [\"FIRST\"]}}", 2,
      "field 'aligned' refers to a record of another kind"
    ),
    (
      """
      {"kind": "goal", "code": "G-1", "fields": {"aligned": ["A-1"]}}
      {"kind": "area", "code": "A-1", "fields": {"name": "B"}}
      """, 2, "field 'aligned' refers to a record of another kind"
    ),
    (
      """
      {"kind": "area", "code": "A-1", "fields": {"name": "B", "parent": "A-2"}}
      {"kind": "area", "code": "A-2", "fields": {"name": ""}}
      """, 3, "field 'name' is required"
    ),
  ]

  /// What JSON can hold, and a line or a field does not take.
  static let types: [(String, Int, String)] = [
    (
      #"{"kind":"area","code":"A-1","code":"A-2","fields":{"name":"B"}}"#,
      "the line has 'code' twice"
    ),
    (
      #"{"kind":"area","code":"A-1","fields":{"name":"B","name":"C"}}"#,
      "the line has the field 'name' twice"
    ),
    (#"{"kind":"area","code":"A-1","fields":[]}"#, "'fields' has the wrong type"),
    (#"{"kind":"area","code":"A-1","fields":{"name":true}}"#, "field 'name' has the wrong type"),
    (#"{"kind":"area","code":"A-1","fields":{"name":5}}"#, "field 'name' has the wrong type"),
    (#"{"kind":"area","code":"A-1","fields":{"name":1.5}}"#, "field 'name' has the wrong type"),
    (#"{"kind":"area","code":"A-1","fields":{"name":{}}}"#, "field 'name' has the wrong type"),
    (#"{"kind":"area","code":"A-1","fields":{"name":[1]}}"#, "field 'name' has the wrong type"),
    (#"{"kind":"area","code":"A-1","fields":{"name":null}}"#, "field 'name' is required"),
    (
      "{\"kind\":\"area\",\"code\":\"A-1\",\"fields\":{\"name\":\"\u{200B}\u{2800}\"}}",
      "field 'name' is blank"
    ),
  ].map { ($0, 2, $1) }

  @Test(arguments: faults + types)
  func aFileWithAFaultIsNamedByItsLineAndLeavesNothing(
    _ text: String, line: Int, message: String
  ) async throws {
    await #expect(throws: ImportError(line: line, message)) {
      try await run(area("FIRST") + "\n" + text + "\n")
    }
    #expect(try await log.status().head.position == .zero)
  }

  @Test func aLineThatIsNotUTF8OrTooLongIsNamed() async throws {
    let file = try scratch.file("bad", Data([0x22, 0xFF, 0x22]))
    await #expect(throws: ImportError(line: 1, "the line is not valid UTF-8")) {
      try await importer.run(.file(file), into: log)
    }
    let long = try scratch.file("long", Data(repeating: 0x61, count: 2 * 1024 * 1024))
    await #expect(throws: ImportError(line: 1, "the line is longer than any record")) {
      try await importer.run(.file(long), into: log)
    }
    await #expect(throws: ImportError(line: 1, "the file cannot be read")) {
      try await importer.run(.file(scratch.folder("none")), into: log)
    }
  }

  @Test func trueAndFalseAreTakenForAFlag() async throws {
    let open = FieldNumber(1)
    let schema = try Schema(
      version: 1,
      kinds: [
        Kind(
          TestRegister.area, "area", label: "Area", coding: .chosen,
          fields: [FieldDefinition(open, "open", label: "Open", type: .flag)])
      ])
    let log = MemoryChangeLog(register: maker.newID(), schema: schema)
    let origin = Origin(office: maker.office, author: "A", time: Timestamp(milliseconds: 0))
    let importer = Importer(
      schema: schema, coding: maker.coding, origin: origin, newID: { [maker] in maker.uuid() })
    let lines = [("A-1", "true"), ("A-2", "false"), ("A-3", "\"yes\""), ("A-4", "null")].map {
      line("area", $0, "\"open\": \($1)")
    }
    let file = try scratch.file("flags", Data(lines.joined(separator: "\n").utf8))
    #expect(try await importer.run(.file(file), into: log) == 4)
    let values = try await states(of: log).mapValues { $0.fields[open] }
    let (yes, no) = (FieldValue.one(.flag(true)), FieldValue.one(.flag(false)))
    #expect(values == ["A-1": yes, "A-2": no, "A-3": yes, "A-4": nil])
    let wrong = try scratch.file("wrong", Data(line("area", "A-5", "\"open\": 1").utf8))
    await #expect(throws: ImportError(line: 1, "field 'open' has the wrong type")) {
      try await importer.run(.file(wrong), into: log)
    }
  }

  @Test func aByteOrderMarkAndAMissingLastLineEndAreTaken() async throws {
    #expect(try await run("\u{FEFF}" + area("FIRST") + "\r\n" + area("SECOND")) == 2)
  }

  @Test func aPipeIsReadAsItComes() async throws {
    let path = scratch.folder("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let text = (0..<3000).map { area("ROW-\($0)") + "\n" }.joined()
    let progress = Collected<Int?>()
    async let written: Void = Task.detached {
      try Data(text.utf8).write(to: URL(filePath: path))
    }.value
    let count = try await importer.run(.file(path), into: log) { progress.add($1) }
    try await written
    #expect(count == 3000)
    #expect(progress.all.allSatisfy { $0 == nil }, "a pipe has no end that is known")
  }
}
