import Foundation
import TestSupport
import Testing

/// What a shell offers: the parser's scripts, run by bash, and the codes of the replica at hand.
@Suite(.offPool) struct CompletionTests {
  /// What bash offers for the last of some words, as its `complete` would call for it.
  private func offers(
    _ shop: Workshop, _ command: String, _ words: String...
  ) throws -> [String] {
    let script = """
      source <("$0" --generate-completion-script bash)
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMPREPLY=()
      COMP_POINT=${#COMP_LINE}
      "_$0" "$0" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let result = try shop.run("bash", ["-c", script, command, command] + words)
    #expect(result.code == 0 && result.errors.isEmpty, "\(words): \(result)")
    return result.output.split(separator: "\n").map(String.init)
  }

  private func subcommands(of command: String, _ shop: Workshop) throws -> [String] {
    struct Dump: Decodable {
      struct Command: Decodable {
        let commandName: String
        let subcommands: [Command]?
      }
      let command: Command
    }
    let dump = try shop.output(command, "--experimental-dump-help")
    return try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command
      .subcommands?.map(\.commandName) ?? []
  }

  @Test(arguments: ["liaison", "liaisond"], ["bash", "zsh", "fish"])
  func everyShellHasAScriptOfAllCommands(command: String, shell: String) throws {
    let shop = try Workshop()
    let script = try shop.output(command, "--generate-completion-script", shell)
    for name in try subcommands(of: command, shop) {
      #expect(script.firstMatch(of: try Regex("\\b\(name)\\b")) != nil, "\(name)")
    }
    #expect(script == (try shop.output(command, "--generate-completion-script=\(shell)")))
  }

  @Test(arguments: ["liaison", "liaisond"])
  func anotherShellIsRefused(command: String) throws {
    let result = try Workshop().run(command, "--generate-completion-script", "csh")
    #expect(result.code == 2, "\(result)")
  }

  @Test func commandsAreOfferedAlsoBehindAFolder() throws {
    let shop = try Workshop()
    #expect(try offers(shop, "liaison", "ed") == ["edit"])
    #expect(try offers(shop, "liaison", "-C", "vienna", "ed") == ["edit"])
    #expect(try offers(shop, "liaisond", "-C", "hq", "back") == ["backup"])
    #expect(try offers(shop, "liaisond", "office", "inv").sorted() == ["invitations", "invite"])
  }

  @Test func theCodesOfTheReplicaAreOffered() throws {
    let shop = try Workshop()
    try shop.withReplicas(of: "VIE") { _ in
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(shop.path)/VIE").sorted()
      let codes = try offers(shop, "liaison", "-C", "VIE", "edit", "UN")
      #expect(codes.contains("UNODC") && codes.allSatisfy { $0.hasPrefix("UN") }, "\(codes)")
      #expect(try offers(shop, "liaison", "show", "-C", "VIE", "UNODC") == ["UNODC"])
      #expect(try offers(shop, "liaison", "show", "--directory", "VIE", "unod") == ["unodc"])
      #expect(try offers(shop, "liaison", "-C", ".", "log", "-C", "'VIE'", "COMPA") == ["COMPACT"])
      #expect(try offers(shop, "liaison", "-C", "VIE", "edit", "COMPACT", "UN").isEmpty)
      #expect(try offers(shop, "liaison", "-C", "VIE", "edit", "NO-SUCH").isEmpty)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: "\(shop.path)/VIE").sorted() == files)
      _ = try shop.output("liaison", "new", "area", "code=UNX", "name=New", "-C", "VIE")
      for command in ["edit", "show", "delete", "discard", "log", "diff", "restore", "resolve"] {
        #expect(try offers(shop, "liaison", "-C", "VIE", command, "UNX") == ["UNX"], "\(command)")
      }
    }
  }

  /// Whoever types is not disturbed, whatever is wrong.
  @Test func whereNoReplicaIsNothingIsOfferedAndNothingSaid() throws {
    let shop = try Workshop()
    try #require(shop.run("liaisond", "init", "hq").code == 0)
    for folder in ["hq", "nowhere", ""] {
      #expect(try offers(shop, "liaison", "-C", folder, "edit", "UN").isEmpty)
      #expect(try offers(shop, "liaison", "edit", "-C", folder, "UN").isEmpty)
    }
    #expect(try offers(shop, "liaison", "edit", "UN").isEmpty)
  }
}
