import ArgumentParser
import LiaisonModel
import LiaisonReplica
import LiaisonTerminal

struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Finds records by the words of their texts.",
    discussion: "Example: liaison search trafficking persons")
  private static let most = 10_000

  @Argument(help: "Words; each must occur, or begin one that does.") var text: [String]
  @Option(help: "At most so many.") var limit = 50
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    guard (1...Self.most).contains(limit) else {
      throw Failure("--limit \(limit) is out of range", advice: "--limit 50", status: .usage)
    }
    let progress = ProgressLine("indexing")
    let words = text.joined(separator: " ")
    let found = try await options.replica().search(words, limit: limit) {
      progress.update($0.done, remaining: $0.remaining)
    }
    progress.end()
    if options.json {
      try Output.json(found.records)
    } else {
      Output.table(
        ["", "CODE", "KIND", "TITLE"],
        found.records.map { [$0.place.mark, $0.code.text, $0.kind, $0.title] })
    }
    if found.isCut { options.print(CutLine(limit: limit, most: Self.most)) }
  }
}
