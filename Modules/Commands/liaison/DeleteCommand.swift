import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes a record; its history stays.",
    discussion: "Example: liaison delete VIE-2026-0012 --note \"entered twice\"")
  @Argument(help: "The record's code or id.", completion: .codes) var code: String
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @Flag(help: "Also if other records refer to it: they go on naming it.") var force = false
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let progress = ProgressLine("indexing")
    let deletion = try await options.replica().delete(code, note: note, isForced: force) {
      progress.update($0.done, remaining: $0.remaining)
    }
    progress.end()
    switch deletion {
    case .pending(let record): try options.print(record)
    case .forgotten(let record):
      if options.json { return try Output.json(Discarded(record)) }
      Output.line("\(record.code) \(record.kind): discarded, it was never sent")
    }
  }
}
