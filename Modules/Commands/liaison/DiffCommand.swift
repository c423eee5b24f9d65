import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Shows what was edited here and is not accepted yet.",
    discussion: "Examples: liaison diff; liaison diff COMPACT")
  @Argument(help: "One record's code or id; otherwise all.") var code: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let items = try await options.replica().diff(code)
    if options.json { return try Output.json(items) }
    for item in items {
      Output.line("\(item.code) \(item.field)")
      for change in LineChange.all(from: item.register?.lines ?? [], to: item.here?.lines ?? []) {
        switch change {
        case .removed(let line): Output.line(Terminal.styled("- \(Terminal.safe(line))", .red))
        case .added(let line): Output.line(Terminal.styled("+ \(Terminal.safe(line))", .green))
        }
      }
    }
  }
}
