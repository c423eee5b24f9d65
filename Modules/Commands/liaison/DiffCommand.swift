import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Shows what was edited here and is not accepted yet.",
    discussion: """
      With a revision: what differs between it and what this office sees; with two: between them.

      Examples:
        liaison diff
        liaison diff COMPACT
        liaison diff COMPACT 3f2a91 04bc1e
      """)
  @Argument(help: "One record's code or id; otherwise all.", completion: .codes) var code: String?
  @Argument(help: "A revision, by the first digits of its name.") var from: String?
  @Argument(help: "Another revision.") var to: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try options.replica()
    let items =
      if let code, let from {
        try await replica.diff(code, from: from, to: to)
      } else {
        try await replica.diff(code)
      }
    if options.json { return try Output.json(items) }
    DiffText.lines(items).forEach { Output.line($0) }
  }
}
