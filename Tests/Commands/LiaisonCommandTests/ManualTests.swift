import Foundation
import TestSupport
import Testing

/// The manual pages that the packages have: made of what the commands say of themselves.
@Suite(.offPool) struct ManualTests {
  private struct Dump: Decodable { let command: Command }

  private struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let subcommands: [Command]?

    /// The full names of all commands below it.
    func below(_ path: String) -> [(name: String, abstract: String?)] {
      (subcommands ?? []).filter { $0.commandName != "help" }.flatMap { each in
        let name = "\(path) \(each.commandName)"
        return [(name, each.abstract)] + each.below(name)
      }
    }
  }

  private func page(of command: String, _ shop: Workshop) throws -> [String] {
    let script = Workshop.root.appending(path: "Scripts/packaging/manual.py").path
    let binary = Workshop.binaries.appending(path: command).path
    let result = try shop.run(
      "python3", ["-B", script, binary], environment: ["SOURCE_DATE_EPOCH": "86400"])
    #expect(result.code == 0 && result.errors.isEmpty, "\(result)")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test(arguments: [("liaison", ".Dt LIAISON 1"), ("liaisond", ".Dt LIAISOND 8")])
  func aPageHasEveryCommandWithItsText(command: String, title: String) throws {
    let shop = try Workshop()
    let page = try page(of: command, shop)
    #expect(page.prefix(2) == [".Dd January 2, 1970", title])
    let dump = try shop.output(command, "--experimental-dump-help")
    let all = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command.below(command)
    #expect(all.count > 10)
    for (name, abstract) in all {
      let place = try #require(page.firstIndex(of: ".Ss \(name)"), "\(name)")
      #expect(page[place + 1] == abstract)
    }
  }

  @Test func exitCodesAreAListAndSectionsStandInTheirOrder() throws {
    let page = try page(of: "liaison", try Workshop())
    let sections = page.filter { $0.hasPrefix(".Sh ") }.map { $0.dropFirst(4) }
    #expect(
      sections == [
        "NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "ENVIRONMENT", "FILES", "EXIT STATUS",
        "SEE ALSO",
      ])
    let status = try #require(page.firstIndex(of: ".Sh EXIT STATUS"))
    #expect(page[(status + 2)...].prefix(4) == [".It 0", "Fine.", ".It 1", "Failure."])
    #expect(page.contains(".It 5"))
    #expect(!page.contains { $0.contains("Exit codes:") })
  }
}
