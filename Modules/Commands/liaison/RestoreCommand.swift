import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Makes a record again what it was in one of its revisions.",
    discussion: """
      Also a record that is deleted. It is an edit like any other: the next sync sends it.

      Example: liaison restore COMPACT --to 3f2a91
      """)
  @Argument(help: "The record's code or id.", completion: .codes) var code: String
  @Option(help: "The revision, by the first digits of its name: see liaison log.")
  var to: String
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    try options.print(try await options.replica().restore(code, to: to, note: note))
  }
}
