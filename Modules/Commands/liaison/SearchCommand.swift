import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync

struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Finds records by the words of their texts.",
    discussion: "Example: liaison search trafficking persons")
  @Argument(help: "Words; each must occur, or begin one that does.") var text: [String]
  @Option(help: "At most so many.") var limit = 50
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    guard (1...10_000).contains(limit) else {
      throw Failure("--limit \(limit) is out of range", advice: "--limit 50", status: .usage)
    }
    let replica = try await options.open()
    let progress = ProgressLine("indexing")
    let records = try await replica.search(text.joined(separator: " "), limit: limit) {
      progress.update($0, remaining: nil)
    }
    progress.end()
    let code = try await replica.codes(
      of: records.reduce(into: []) { $0.formUnion($1.visible.state.references) })
    if options.json { return try Output.json(records.map { RecordView($0, code) }) }
    Output.table(
      ["", "CODE", "KIND", "TITLE"],
      records.map { [$0.mark, $0.code.text, $0.kind.name, $0.title] })
  }
}
