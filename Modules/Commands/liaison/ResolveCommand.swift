import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct ResolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Settles a conflict, without a network.",
    discussion: """
      What could be merged is merged. For what remains: --take for all of it, --field NAME --take … \
      for one field, or field=value. The next sync sends it.

      Examples:
        liaison resolve COMPACT --take theirs
        liaison resolve COMPACT --field un_entities --take ours
        liaison resolve COMPACT un_entities=40
      """)
  @Argument(help: "The record's code or id.") var code: String
  @Argument(help: "field=value …") var changes: [String] = []
  @Option(help: "ours, theirs or base: for the --field before it, or for all that remains.")
  var take: [String] = []
  @Option(help: "A field that the --take after it is for.") var field: [String] = []
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    var choice = try Choice(sidesIn: CommandLine.arguments, of: code)
    choice.assignments = try changes.map { try Assignment($0) }
    let resolved = try await options.replica().resolve(code, choice, note: note)
    try options.print(resolved, done: "resolved")
  }
}
