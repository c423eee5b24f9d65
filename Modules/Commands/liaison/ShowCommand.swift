import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one record.",
    discussion: "Examples: liaison show COMPACT; liaison show COMPACT@3f2a91")
  @Argument(help: "The record's code or id, or CODE@REVISION.", completion: .codes) var code: String
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let shown = try await options.replica().show(code)
    if options.json { return try Output.json(shown.map(\.record)) }
    shown.flatMap(RecordText.lines).forEach { Output.line($0) }
  }
}
