import ArgumentParser
import LiaisonModel
import LiaisonReplica
import LiaisonTerminal
import Synchronization

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Prints the records as JSON lines, as import reads them.",
    discussion: """
      As this office sees them: with its own edits, also those that are not accepted yet. With --full \
      an import into an empty register makes the same records: with deleted ones, their ids, and what only \
      a newer version knows. \
      What an import would not take is named on standard error.

      Examples:
        liaison export > register.jsonl
        liaison export --full > register.jsonl
      """)
  @Argument(help: "Only this kind.") var kind: String?
  @Flag(help: "Also deleted records, all ids, and what this version does not know.") var full =
    false
  @OptionGroup var options: ReplicaOptions

  /// Losses that are told one by one.
  private static let most = 20

  func run() async throws {
    let progress = ProgressLine("exporting", isWanted: Terminal.columns == nil)
    let losses = Mutex<(first: [ExportLoss], count: Int)>(([], 0))
    try await options.replica().export(kind, isFull: full) { line, lost, done in
      try Output.jsonLine(line)
      progress.update(done.done, remaining: done.remaining)
      guard !lost.isEmpty else { return }
      losses.withLock {
        $0.first += lost.prefix(Self.most - $0.first.count)
        $0.count += lost.count
      }
    }
    progress.end()
    let (first, count) = losses.withLock { $0 }
    for loss in first { Output.error("liaison: \(text(loss))\n") }
    if count > first.count { Output.error("liaison: and \(count - first.count) more\n") }
    let isInFull = first.contains { $0.cause == .deadReference || $0.cause == .unknownField }
    if !full, isInFull {
      Output.error("Try: liaison export --full\n")
    }
  }

  private func text(_ loss: ExportLoss) -> String {
    let field = loss.field.map { "field '\($0)' of \(loss.code)" } ?? "\(loss.code)"
    return switch loss.cause {
    case .deadReference: "\(field) refers to a record that no import would find"
    case .unknownField: "\(field) is not in this schema, or needs a newer version, and is left out"
    case .unreadable: "\(field) needs a newer version, which this export lacks"
    case .codeTaken: "\(field) has a code that another record has: an import takes one of them"
    }
  }
}
