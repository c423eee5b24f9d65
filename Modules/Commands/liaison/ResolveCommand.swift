import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct ResolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Settles a conflict, without a network.",
    discussion: """
      What could be merged is merged. For what remains: --take SIDE for all of it, --take FIELD=SIDE \
      for one field, or field=value. A side is ours, theirs or base. The next sync sends it.

      Examples:
        liaison resolve COMPACT --take theirs
        liaison resolve COMPACT --take un_entities=ours
        liaison resolve COMPACT un_entities=40
      """)
  @Argument(help: "The record's code or id.") var code: String
  @Argument(help: "field=value …") var changes: [String] = []
  @Option(help: "A side for all that remains, or FIELD=SIDE; may be repeated.")
  var take: [String] = []
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    var choice = try Choice(taking: take)
    choice.assignments = try changes.map { try Assignment($0) }
    let resolved = try await options.replica().resolve(code, choice, note: note)
    try options.print(resolved, done: "resolved")
  }
}
