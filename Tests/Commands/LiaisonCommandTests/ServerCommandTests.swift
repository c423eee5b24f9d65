import Foundation
import LiaisonSync
import TestSupport
import Testing

/// Each command of a server, with what it prints for people and for programs.
@Suite(.offPool) struct ServerCommandTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  @Test func initMakesARegisterThatIsOnlyItsOwners() throws {
    let register: [String: String] = try shop.json("liaisond", "init", "hq")
    #expect(register["register"]?.count == 36)
    let mode = try FileManager.default.attributesOfItem(atPath: shop.path + "/hq")
    #expect(mode[.posixPermissions] as? Int == 0o700)
    #expect(try shop.run("liaisond", "init", "hq").isPlainFailure)
  }

  @Test func officesAreAddedOnceAndListedInOrder() throws {
    _ = try shop.output("liaisond", "init", "hq")
    for office in ["VIE", "NYC"] {
      let added = try shop.output("liaisond", "office", "add", office, "--name", "N", "-C", "hq")
      #expect(added == "office \(office): N\n")
    }
    #expect(
      try shop.run("liaisond", "office", "add", "VIE", "--name", "N", "-C", "hq").isPlainFailure)
    let offices: [[String: Any]] = try shop.json("liaisond", "office", "list", "-C", "hq")
    #expect(offices.map { $0["id"] as? String } == ["NYC", "VIE"])
  }

  @Test func aRegisterOfAnotherSchemaFollowsItsFile() throws {
    let schema = try shop.scratch.file(
      "ships.json",
      Data(
        #"""
        {"version": 1, "kinds": [
          {"number": 1, "name": "ship", "label": "Ship", "coding": "chosen", "fields": [
            {"number": 1, "name": "name", "label": "Name", "type": "text", "required": true},
            {"number": 2, "name": "tons", "label": "Tons", "type": "number"}]}]}
        """#.utf8))
    _ = try shop.output("liaisond", "init", "hq", "--schema", schema)
    for office in ["VIE", "NYC"] {
      _ = try shop.output("liaisond", "office", "add", office, "--name", "N", "-C", "hq")
    }
    let server = try shop.serve()
    defer { server.kill() }
    for office in ["VIE", "NYC"] {
      _ = try shop.output(
        "liaison", "clone", server.address, office, "--insecure-loopback", "--office", office)
    }
    _ = try shop.output("liaison", "new", "ship", "code=ROVER", "name=Rover", "-C", "VIE")
    for office in ["VIE", "NYC"] { _ = try shop.output("liaison", "sync", "-C", office) }
    _ = try shop.output("liaison", "edit", "ROVER", "tons=1", "-C", "VIE")
    _ = try shop.output("liaison", "edit", "ROVER", "tons=2", "-C", "NYC")
    _ = try shop.output("liaison", "sync", "-C", "VIE")
    #expect(try shop.run("liaison", "sync", "-C", "NYC").code == 3)
    _ = try shop.output("liaison", "resolve", "ROVER", "--take", "theirs", "-C", "NYC")
    _ = try shop.output("liaison", "sync", "-C", "NYC")
    #expect(
      try shop.output("liaison", "schema", "--json", "-C", "NYC")
        == shop.output("liaisond", "schema", "show", "-C", "hq"))
  }

  @Test func statusVerifyAndServeTellOfOneRegister() throws {
    try shop.makeHeadquarters()
    #expect(try shop.output("liaisond", "status", "-C", "hq").contains("157 records"))
    let verified: [String: Any] = try shop.json("liaisond", "verify", "-C", "hq")
    #expect(verified["records"] as? Int == 157)
    let server = try shop.serve()
    #expect(server.address.hasPrefix("127.0.0.1:") && server.stop() == 0)
  }

  @Test func aDamagedServerIsAdvisedItsBackup() throws {
    _ = try shop.output("liaisond", "init", "hq")
    let file = URL(filePath: shop.path + "/hq/server.sqlite")
    try Data(repeating: 0x41, count: 8192).write(to: file)
    for arguments in [["status", "-C", "hq"], ["verify", "-C", "hq"], ["serve", "hq"]] {
      let result = try shop.run("liaisond", arguments)
      #expect(result.code == 1 && result.isPlainFailure, "\(result)")
      #expect(result.errors.hasSuffix("the last backup\n"), "\(result)")
    }
  }

  @Test func aServerLogsItsStartWhatItRefusesAndItsStop() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    let clone = try shop.run(
      "liaison", "clone", server.address, "new", "--insecure-loopback", "--office", "NOBODY")
    #expect(clone.code == 1, "\(clone)")
    #expect(server.stop() == 0)
    let status: [String: Any] = try shop.json("liaisond", "status", "-C", "hq")
    let register = try #require(status["register"] as? String)
    let log = try server.logged()
    let expected = [
      ["notice", "started", "address=\(server.address)", "register=\(register)"],
      ["notice", "refused", "office=NOBODY", "the register has no such office"],
      ["notice", "draining"], ["notice", "stopped"],
    ]
    try #require(log.count == expected.count, "\(log)")
    for (line, parts) in zip(log, expected) {
      #expect(parts.allSatisfy { line.contains($0) }, "\(line)")
    }
    #expect(server.lines.next() == nil, "standard output has one line")
  }

  @Test func aServerTakesAsManyConnectionsAsItsSystemLetsIt() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve(files: 100)
    defer { server.kill() }
    let endpoint = try #require(Endpoint(server.address))
    let held = try (0..<100 - Tuning.otherFiles).map { _ in try PlainSocket(to: endpoint) }
    defer { for socket in held { socket.close() } }
    let more = try PlainSocket(to: endpoint)
    defer { more.close() }
    #expect(more.read(1) == nil, "it is closed as it comes")
    // Each of the others is greeted: with a frame of SETTINGS.
    #expect(held.allSatisfy { $0.read(9)?[3] == 4 })
  }

  @Test func aDiskThatTakesNoMoreIsInTheServersLog() throws {
    try shop.makeHeadquarters()
    // Enough to open the register, and not for the edit.
    let server = try shop.serve(room: 36)
    defer { server.kill() }
    _ = try shop.output(
      "liaison", "clone", server.address, "VIE", "--insecure-loopback", "--office", "VIE")
    let mandate = (0..<300).map { "Paragraph \($0) of a mandate that needs room." }
    _ = try shop.output(
      "liaison", "edit", "COMPACT", "mandate=" + mandate.joined(separator: "\n"), "-C", "VIE")
    let sync = try shop.run("liaison", "sync", "-C", "VIE")
    #expect(sync.code == 1 && sync.isPlainFailure, "\(sync)")
    let told = try server.logged().filter { $0.contains("error") }
    #expect(
      told.count == 1 && told[0].contains("the store cannot answer: the disk refused"), "\(told)")
  }

  @Test func whatOnlyReadsWorksInAFolderThatTakesNoWriting() throws {
    try shop.makeHeadquarters()
    // In place of the file that SQLite would make beside the database stands a folder.
    try FileManager.default.createDirectory(
      atPath: shop.path + "/hq/server.sqlite-shm", withIntermediateDirectories: false)
    for command in [["status"], ["verify"], ["office", "list"], ["schema", "show"]] {
      let result = try shop.run("liaisond", command + ["-C", "hq"])
      #expect(result.code == 0 && result.errors.isEmpty, "\(command): \(result)")
    }
    let add = try shop.run("liaisond", "office", "add", "ROM", "--name", "Rome", "-C", "hq")
    #expect(add.code == 1 && add.isPlainFailure, "\(add)")
    #expect(add.errors.contains("cannot be written"), "\(add)")
    // Nothing serves what it could not write into.
    let serve = try shop.run(
      "timeout", "60", "liaisond", "serve", "hq", "--insecure-loopback", "--listen", "127.0.0.1:0")
    #expect(serve.code == 1 && serve.isPlainFailure, "\(serve)")
  }

  @Test func anImportReadsAPipe() throws {
    _ = try shop.output("liaisond", "init", "hq")
    let line = #"{"kind": "area", "code": "A1", "fields": {"name": "A"}}"#
    let piped = try shop.run("sh", "-c", "echo '\(line)' | liaisond import - -C hq")
    #expect(piped.output == "imported 1 records\n", "\(piped)")
  }

  @Test func aServersBadInputLikewise() throws {
    try shop.makeHeadquarters()
    let cases: [([String], Int32)] = [
      (["init", "hq"], 1), (["office", "add", "vie", "--name", "x", "-C", "hq"], 2),
      (["office", "add", "VIE", "--name", "x", "-C", "hq"], 1),
      (["import", "nowhere.jsonl", "-C", "hq"], 1), (["serve", "nowhere"], 1),
      (["serve", "hq", "--insecure-loopback", "--listen", "0.0.0.0:7401"], 1),
      (["serve", "hq", "--insecure-loopback", "--listen", "x"], 2),
    ]
    for (arguments, code) in cases {
      let result = try shop.run("liaisond", arguments)
      #expect(result.code == code && result.isPlainFailure, "\(arguments): \(result)")
    }
    let loopback = try shop.run(
      "liaisond", "serve", "hq", "--insecure-loopback", "--listen", "10.0.0.1:7401")
    #expect(loopback.errors.contains("callers are not checked"))
  }

  @Test(arguments: [" ", "\u{7}", String(repeating: "x", count: 1001)])
  func anAuthorThatCannotBeIsNoFaultOfALine(author: String) throws {
    _ = try shop.output("liaisond", "init", "hq")
    let result = try shop.run(
      "liaisond", ["import", "-", "-C", "hq"], environment: ["LIAISON_AUTHOR": author])
    #expect(result.code == 1 && result.errors.hasPrefix("liaisond: the author "), "\(result)")
    #expect(result.errors.hasSuffix("\nTry: another LIAISON_AUTHOR\n"), "\(result)")
  }

  @Test func anImportIsAllOrNothingAndNamesTheLine() throws {
    try shop.makeHeadquarters()
    let good = #"{"kind": "area", "code": "GOOD-1", "fields": {"name": "Good"}}"#
    let bad =
      [
        Data(#"{"kind": "area", "code": "BAD-1", "fields": {"name": "\u{FF}"#.utf8.dropLast())
          + Data(#""}}"#.utf8)
      ]
      + [
        #"{"kind": "area", "code": "BAD-1""#, #"[1, 2]"#, #"{"kind": "area", "fields": {}}"#,
        #"{"kind": "planet", "code": "BAD-1", "fields": {}}"#,
        #"{"kind": "area", "code": "bad", "fields": {"name": "x"}}"#,
        #"{"kind": "area", "code": "BAD-1", "fields": {"name": 3, "colour": "red"}}"#,
        #"{"kind": "area", "code": "BAD-1", "fields": {}}"#,
        #"{"kind": "area", "code": "FTF", "fields": {"name": "taken"}}"#,
        #"{"kind": "area", "code": "BAD-1", "fields": {"name": "x", "parent": "NOWHERE"}}"#,
        #"{"kind": "body", "code": "BAD-1", "fields": {"name": "x", "type": "club"}}"#,
        #"{"kind": "area", "code": "BAD-1", "fields": {"name": "a\u0000b"}}"#,
        #"{"kind": "area", "code": "BAD-1", "fields": {"name": {"a": 1}}}"#,
        #"{"kind": "area", "code": "BAD-1", "fields": {"name": "x", "parent": "UNODC"}}"#,
        #"{"kind": "area", "code": "BAD-1", "fields": {"name": "x", "parent": "BAD-1"}}"#,
      ].map { Data($0.utf8) }
    for line in bad {
      let file = try shop.scratch.file("bad.jsonl", Data((good + "\n").utf8) + line)
      let result = try shop.run("liaisond", "import", file, "-C", "hq")
      #expect(result.code == 1 && result.isPlainFailure, "\(line): \(result)")
      #expect(result.errors.contains("line 2: "), "\(line): \(result)")
    }
    #expect(try shop.run("liaisond", "status", "-C", "hq").output.contains("157 records"))
  }

  @Test func aDiskThatTakesNoMoreIsSaidSoAndNothingIsLost() throws {
    try shop.run("liaisond", "init", "hq")
    let file = Workshop.root.appending(path: "Scripts/data/reference.jsonl").path
    // The system refuses to let a file grow past 20 KiB, as a full disk would.
    let full = try shop.run(
      "bash", "-c", "trap '' XFSZ; ulimit -f 20; exec liaisond import '\(file)' -C hq")
    #expect(full.code == 1 && full.isPlainFailure, "\(full)")
    #expect(full.errors.contains("the disk refused"), "\(full)")
    #expect(try shop.run("liaisond", "status", "-C", "hq").output.contains("\n0 records"))
    #expect(
      try shop.run("liaisond", "import", file, "-C", "hq").output == "imported 157 records\n")
  }

  @Test func linesThatReferToLaterOnesAreImportedAndCirclesAreNot() throws {
    try shop.run("liaisond", "init", "hq")
    func goal(_ code: String, _ other: String) -> String {
      #"{"kind": "goal", "code": "\#(code)", "fields": {"name": "G", "framework": "sdg", "#
        + #""number": 1, "aligned_with": ["\#(other)"]}}"#
    }
    let lines = [
      #"{"kind": "area", "code": "CHILD", "fields": {"name": "Child", "parent": "PARENT"}}"#,
      #"{"kind": "area", "code": "PARENT", "fields": {"name": "Parent"}}"#,
      goal("SDG-1", "SDG-2"), goal("SDG-2", "SDG-3"),
      #"{"kind": "goal", "code": "SDG-3", "fields": {"name": "G", "framework": "sdg", "number": 3}}"#,
      "",
    ]
    // As an editor on another system leaves it: a byte order mark, and CR LF.
    let text = "\u{FEFF}" + lines.joined(separator: "\r\n") + "\r\n"
    let file = try shop.scratch.file("later.jsonl", Data(text.utf8))
    let piped = try shop.run("sh", "-c", "cat '\(file)' | liaisond import /dev/stdin -C hq")
    #expect(piped.output == "imported 5 records\n", "\(piped)")
    let circles = [
      ["A1", "A2"].map { code in
        let other = code == "A1" ? "A2" : "A1"
        return
          #"{"kind": "area", "code": "\#(code)", "fields": {"name": "A", "parent": "\#(other)"}}"#
      }, [goal("GPG-1", "GPG-2"), goal("GPG-2", "GPG-1")], [goal("GPG-1", "GPG-1")],
      [
        #"{"kind": "organization", "code": "OO", "fields": {"name": "O", "type": "other", "part_of": "OO"}}"#
      ],
    ]
    for circle in circles {
      let bad = try shop.scratch.file("circle.jsonl", Data(circle.joined(separator: "\n").utf8))
      let refused = try shop.run("liaisond", "import", bad, "-C", "hq")
      #expect(refused.isPlainFailure && refused.errors.contains("leads back"), "\(refused)")
    }
  }
}
