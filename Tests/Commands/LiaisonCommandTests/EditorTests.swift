import Foundation
import TestSupport
import Testing

/// `liaison edit CODE` in an editor.
@Suite(.offPool) struct EditorTests {
  let shop: Workshop

  init() throws {
    shop = try Workshop()
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    let clone = try shop.run(
      "liaison", "clone", server.address, "vienna", "--insecure-loopback", "--office", "VIE")
    try #require(clone.code == 0, "\(clone)")
  }

  /// Edits the Compact with a script of sed.
  private func edit(_ script: String) throws -> Workshop.Result {
    try shop.run(
      "liaison", ["edit", "COMPACT", "-C", "vienna"],
      environment: ["EDITOR": "sed -i '\(script)'", "VISUAL": ""])
  }

  private func diff() throws -> String { try shop.run("liaison", "diff", "-C", "vienna").output }

  @Test func whatIsChangedThereIsChangedInTheRecord() throws {
    #expect(try edit("s/^un_entities: 39/un_entities: 40/").code == 0)
    #expect(try diff() == "COMPACT un_entities\n- 39\n+ 40\n")
  }

  @Test func anUnchangedTextChangesNothing() throws {
    let result = try edit("s/nothing of this/at all/")
    #expect(result.code == 0 && result.output == "COMPACT body: unchanged\n", "\(result)")
    #expect(try diff().isEmpty)
  }

  @Test func blankLinesOfAProseStayWhateverTheEditorDoesToBlanks() throws {
    let text = "\n\nPara one.\n\nPara two.\n  indented"
    let set = try shop.run("liaison", "edit", "COMPACT", "mandate=" + text, "-C", "vienna")
    #expect(set.code == 0, "\(set)")
    for script in ["s/[ ]*$//; s/^un_entities: 39/un_entities: 40/", "s/$/\\r/; s/: 40/: 41/"] {
      #expect(try edit(script).code == 0)
      let export = try shop.run("liaison", "export", "body", "-C", "vienna").output
      #expect(export.contains(#""mandate":"\n\nPara one.\n\nPara two.\n  indented""#), "\(export)")
    }
    #expect(try diff().contains("+ 41"))
  }

  @Test func aSetIsChangedByItsMembersAndAllElseOfItStays() throws {
    try shop.run("liaison", "edit", "ICAT", "areas=FTF", "-C", "vienna")
    try shop.run("liaison", "new", "area", "code=NEW", "name=New", "-C", "vienna")
    func areas(_ script: String) throws -> String {
      let result = try shop.run(
        "liaison", ["edit", "ICAT", "-C", "vienna"],
        environment: ["EDITOR": "sed -i '\(script)'", "VISUAL": ""])
      #expect(result.code == 0, "\(result)")
      let show = try shop.run("liaison", "show", "ICAT", "-C", "vienna").output
      return String(show.split(separator: "\n").first { $0.contains("Areas") } ?? "none")
    }
    #expect(try areas("s/^- FTF/- FTF\\n- NEW/").hasSuffix("  FTF, NEW"))
    #expect(try areas("/^- FTF/d").hasSuffix("  NEW"))
    #expect(try areas("s/^areas:/areas: FTF, NEXUS/; /^- NEW/d").hasSuffix("  FTF, NEXUS"))
  }

  @Test func whatWasTypedIsKeptWhereItCannotBeSaved() throws {
    for script in [
      "s/^established: .*/established: 2018-02-30/; s/^seat/HOURS OF WORK/", "1a no field",
      "s/^name: .*/name:/",
    ] {
      let result = try edit(script + "; $a working_groups: 99")
      #expect(result.code != 0 && result.isPlainFailure, "\(result)")
      let path = try #require(result.errors.split(separator: " ").last).dropLast()
      let kept = try String(contentsOfFile: String(path), encoding: .utf8)
      #expect(kept.contains("working_groups: 99"))
      let folder = URL(filePath: String(path)).deletingLastPathComponent()
      try FileManager.default.removeItem(at: folder)
    }
    #expect(try diff().isEmpty)
  }

  @Test func aDraftStandsInTheReplicasOwnFolderWhileItIsEdited() throws {
    let script = """
      #!/bin/sh
      printf '%s %s' "$(stat -c %a "${1%/*}")" "$1" > "$WHERE"
      """
    let editor = try shop.scratch.file("editor", Data(script.utf8))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: editor)
    let place = shop.path + "/where"
    let result = try shop.run(
      "liaison", ["edit", "COMPACT", "-C", "vienna"],
      environment: ["EDITOR": editor, "VISUAL": "", "WHERE": place])
    #expect(result.code == 0, "\(result)")
    let said = try String(contentsOfFile: place, encoding: .utf8)
    #expect(said.hasPrefix("700 ") && said.hasSuffix("/COMPACT.txt"), "\(said)")
    let scratch = URL(filePath: shop.path).lastPathComponent
    #expect(said.contains("/\(scratch)/vienna/draft-"), "\(said)")
    let left = try FileManager.default.contentsOfDirectory(atPath: shop.path + "/vienna")
    #expect(!left.contains { $0.hasPrefix("draft-") }, "\(left)")
  }

  @Test func anEditorMayReadFromTheTerminal() throws {
    let script = """
      #!/bin/sh
      read answer </dev/tty
      sed -i "s/^un_entities: 39/un_entities: $answer/" "$1"
      """
    let path = try shop.scratch.file("editor", Data(script.utf8))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    let result = try shop.run(
      "sh", "-c",
      "echo 44 | EDITOR=\(path) timeout 60 script -qec 'liaison edit COMPACT -C vienna' /dev/null")
    #expect(result.code == 0, "\(result)")
    #expect(try diff().contains("+ 44"))
  }
}
