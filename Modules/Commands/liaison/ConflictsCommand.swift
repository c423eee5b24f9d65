import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct ConflictsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "Shows each conflict with all its sides.",
    discussion: """
      Works without a network. Exits with 3 if there are any.

      Examples: liaison conflicts; liaison conflicts COMPACT
      """)
  @Argument(help: "One record's code or id; otherwise all.", completion: .codes) var code: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let conflicts = try await options.replica().conflicts(code)
    if options.json {
      try Output.json(conflicts)
    } else if conflicts.isEmpty {
      Output.line("no conflicts")
    } else {
      conflicts.flatMap(ConflictText.lines).forEach { Output.line($0) }
    }
    if !conflicts.isEmpty { throw StatusExit(.conflicts) }
  }
}
