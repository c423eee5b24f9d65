import Foundation
import TestSupport
import Testing

/// A register of another domain, a lending library, from a schema file.
@Suite(.offPool) struct OtherDomainTests {
  let shop: Workshop

  private static let schema = """
    {"version": 1, "kinds": [
      {"number": 1, "name": "book", "label": "Book", "coding": "chosen", "fields": [
        {"number": 1, "name": "title", "label": "Title", "type": "text", "required": true},
        {"number": 2, "name": "authors", "label": "Authors", "type": "text", "arity": "set"},
        {"number": 3, "name": "copies", "label": "Copies", "type": "number", "merge": "largest",
          "constraints": [{"minimum": 0}]},
        {"number": 4, "name": "sequel_of", "label": "Sequel of", "type": "reference",
          "target": "book", "constraints": [{"acyclic": true}]},
        {"number": 5, "name": "about", "label": "About", "type": "prose"}
      ]},
      {"number": 2, "name": "loan", "label": "Loan", "coding": "numbered", "fields": [
        {"number": 1, "name": "book", "label": "Book", "type": "reference", "target": "book",
          "required": true},
        {"number": 2, "name": "state", "label": "State", "type": "choice",
          "choices": ["out", "back"], "required": true}
      ]}
    ]}
    """

  init() throws { shop = try Workshop() }

  /// Runs a command that must end with this code.
  @discardableResult
  private func run(_ line: String, code: Int32 = 0) throws -> String {
    let result = try shop.run("bash", "-c", line)
    try #require(result.code == code, "\(line): \(result)")
    return result.output
  }

  @Test func itIsClonedEditedBroughtIntoConflictAndSettled() throws {
    _ = try shop.scratch.file("library.json", Data(Self.schema.utf8))
    try run("liaisond init hq --schema library.json")
    for office in ["VIE", "NYC"] { try run("liaisond office add \(office) --name \(office) -C hq") }
    let server = try shop.serve()
    defer { server.kill() }
    try run("liaison clone \(server.address) vienna --insecure-loopback --office VIE")
    try run("liaison -C vienna new book code=EMMA title=Emma copies=2 about=$'one\\ntwo\\nthree'")
    try run("liaison -C vienna new loan book=EMMA state=out")
    try run("liaison -C vienna sync")
    try run("liaison clone \(server.address) newyork --insecure-loopback --office NYC")

    try run(
      "liaison -C vienna edit EMMA title='Emma, a novel' copies=3 authors+='Jane Austen' "
        + "about=$'one, revised\\ntwo\\nthree'")
    try run(
      "liaison -C newyork edit EMMA title=EMMA copies=5 authors+='J. Austen' "
        + "about=$'one\\ntwo\\nthree, revised'")
    try run("liaison -C vienna sync")
    try run("liaison -C newyork sync", code: 3)
    let conflicts = try run("liaison -C newyork conflicts", code: 3)
    #expect(conflicts.contains("title") && !conflicts.contains("copies"), "\(conflicts)")
    try run("liaison -C newyork resolve EMMA --take theirs")
    try run("liaison -C newyork sync")
    try run("liaison -C vienna sync")
    let export = try run("liaison -C vienna export book")
    for part in [
      #""title":"Emma, a novel""#, #""copies":5"#, #""authors":["J. Austen","Jane Austen"]"#,
      #""about":"one, revised\ntwo\nthree, revised""#,
    ] { #expect(export.contains(part), "\(export)") }
    #expect(try run("liaison -C vienna verify") == run("liaisond verify -C hq"))
    #expect(try run("liaison -C vienna list loan").contains("VIE-"))
    let refused = try shop.run("liaison", "-C", "vienna", "list", "organization")
    #expect(refused.code == 2 && refused.errors.contains("one of book, loan"), "\(refused)")
  }

  @Test func theSchemaOfAReplicaIsPrintedAsTheServerPrintsIt() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    try run("liaison clone \(server.address) vienna --insecure-loopback --office VIE")
    let here = try run("liaison -C vienna schema --json")
    #expect(here == (try run("liaisond schema show -C hq")))
    #expect(here.contains("\"coordination-group\"") && here.contains("\"not_before\""))
    // What is printed makes the same register again.
    try run("liaison -C vienna schema --json > printed.json")
    try run("liaisond init again --schema printed.json")
    #expect(try run("liaisond schema show -C again") == here)
  }
}
