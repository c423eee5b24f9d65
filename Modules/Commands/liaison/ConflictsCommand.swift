import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync

struct ConflictsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "Shows each conflict with all its sides.",
    discussion: """
      Works without a network. Exits with 3 where there are any.

      Examples: liaison conflicts; liaison conflicts COMPACT
      """)
  @Argument(help: "One record's code or id; otherwise all.") var code: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let ids = try await code == nil ? nil : Set(replica.records(code ?? "").map(\.id))
    let conflicts = try await replica.conflicts().filter { ids?.contains($0.record.id) ?? true }
    let code = try await replica.codes(
      of: conflicts.reduce(into: []) {
        $0.formUnion($1.record.references)
      })
    if options.json {
      try Output.json(conflicts.map { ConflictView($0, code) })
    } else if conflicts.isEmpty {
      Output.line("no conflicts")
    }
    for conflict in conflicts where !options.json {
      Output.line(
        "\(Terminal.styled(conflict.record.code.text, .bold))  \(conflict.record.kind.name)")
      RecordText.sides(conflict, code).forEach { Output.line($0) }
    }
    if !conflicts.isEmpty { throw StatusExit(.conflicts) }
  }
}
