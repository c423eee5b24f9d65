import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Prints the records as JSON lines, as import reads them.",
    discussion: """
      As this office sees them: with its own edits, also those that are not accepted yet.

      Example: liaison export > register.jsonl
      """)
  @Argument(help: "Only this kind.") var kind: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let progress = ProgressLine("exporting", isWanted: Terminal.columns == nil)
    try await options.replica().export(kind) { line, done in
      try Output.jsonLine(line)
      progress.update(done.done, remaining: done.remaining)
    }
    progress.end()
  }
}
