import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one record.",
    discussion: "Example: liaison show COMPACT")
  @Argument(help: "The record's code or id.") var code: String
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let shown = try await options.replica().show(code)
    if options.json { return try Output.json(shown.map(\.record)) }
    shown.flatMap(RecordText.lines).forEach { Output.line($0) }
  }
}
