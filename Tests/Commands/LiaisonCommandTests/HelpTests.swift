import Foundation
import TestSupport
import Testing

/// The texts of our own in every command's help, as a file that a person reads and
/// `LIAISON_REWRITE=1` writes anew. How the parser lays them out is not compared.
@Suite(.offPool) struct HelpTests {
  private struct Dump: Decodable { let command: Command }

  private struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let arguments: [Argument]?
    let subcommands: [Command]?
  }

  private struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String
    }

    let kind: String
    let names: [Name]?
    let valueName: String?
    let abstract: String?
    let isOptional: Bool

    /// `-n, --note <note>`, `--json`, `<code>`; nil for the parser's own.
    var spelling: String? {
      let names = (names ?? []).sorted { $0.kind > $1.kind }.map {
        ($0.kind == "short" ? "-" : "--") + $0.name
      }
      guard !names.contains("--help"), !names.contains("--version") else { return nil }
      let value = kind == "flag" ? [] : ["<\(valueName ?? "")>"]
      let spelling = ([names.joined(separator: ", ")].filter { !$0.isEmpty } + value)
        .joined(separator: " ")
      return isOptional ? "[\(spelling)]" : spelling
    }
  }

  private static func lines(_ command: Command, below path: String = "") -> [String] {
    guard command.commandName != "help" else { return [] }
    let name = path.isEmpty ? command.commandName : "\(path) \(command.commandName)"
    let texts = [command.abstract, command.discussion].compactMap(\.self)
      .flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
    let arguments = (command.arguments ?? []).compactMap { argument in
      argument.spelling.map { "  \($0)  \(argument.abstract ?? "")" }
    }
    return ["## \(name)"] + texts.map(String.init) + arguments + [""]
      + (command.subcommands ?? []).flatMap { lines($0, below: name) }
  }

  @Test(arguments: ["liaison", "liaisond"])
  func theTextsAreTheOnesThatAreWrittenDown(command: String) throws {
    let shop = try Workshop()
    let dump = try shop.output(command, "--experimental-dump-help")
    let help = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8))
    let actual = HelpTests.lines(help.command).joined(separator: "\n")
    let file = Workshop.root.appending(path: "Tests/Commands/Scenarios/help-\(command).txt")
    if ProcessInfo.processInfo.environment["LIAISON_REWRITE"] == "1" {
      try Data(actual.utf8).write(to: file)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == actual)
  }

  @Test(arguments: ["liaison", "liaisond"])
  func everyTextIsASentenceAndEveryExampleIsOfItsCommand(command: String) throws {
    let shop = try Workshop()
    let dump = try shop.output(command, "--experimental-dump-help")
    let help = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command
    for each in help.subcommands ?? [] where each.commandName != "help" {
      #expect(each.abstract?.hasSuffix(".") == true, "\(each.commandName)")
      for argument in each.arguments ?? [] where argument.spelling != nil {
        #expect(argument.abstract?.isEmpty == false, "\(each.commandName) \(argument)")
      }
      if let discussion = each.discussion, discussion.contains("Example") {
        #expect(discussion.contains("\(command) \(each.commandName)"), "\(each.commandName)")
      }
    }
  }
}
