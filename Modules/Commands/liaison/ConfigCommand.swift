import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Shows and sets what a replica keeps for its people.",
    subcommands: [Author.self])

  struct Author: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows or sets who stands at what is written in this replica.",
      discussion: """
        LIAISON_AUTHOR goes before it, for one command. Where nobody is named, it is the system's user.

        Example: liaison config author "M. Huber"
        """)
    @Argument(help: "Who writes.") var name: String?
    @Flag(help: "Name nobody any more.") var unset = false
    @OptionGroup var options: ReplicaOptions

    func validate() throws {
      guard name == nil || !unset else {
        throw ValidationError("a name and --unset exclude each other")
      }
    }

    func run() async throws {
      let replica = try options.replica()
      if name != nil || unset { try await replica.setAuthor(name) }
      let author = try await replica.author()
      if options.json { return try Output.json(author) }
      Output.line(Terminal.safe(author.author) + (author.source == .replica ? "" : from(author)))
    }

    private func from(_ author: AuthorView) -> String {
      author.source == .environment ? ", of LIAISON_AUTHOR" : ", the system's user"
    }
  }
}
