import ArgumentParser
import LiaisonModel
import LiaisonReplica
import LiaisonTerminal

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the records of a kind.",
    discussion: """
      `!` marks a record in conflict or refused, `*` one with an edit that waits to be sent.

      Examples:
        liaison list body
        liaison list participation --where body=COMPACT --where role=member --sort since
      """)

  @Argument(help: "A kind: organization, body, engagement, …")
  var kind: String
  @Option(name: .customLong("where"), help: "Only records whose field has this value: field=value.")
  var filters: [String] = []
  @Option(help: "Sort by this field instead of the code.") var sort: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let progress = ProgressLine("indexing")
    let list = try await options.replica().list(kind, where: filters, sort: sort) {
      progress.update($0.done, remaining: $0.remaining)
    }
    progress.end()
    if options.json { return try Output.json(list.records) }
    let columns = list.columns.filter { name in list.records.contains { $0[name] != nil } }
      .prefix(5)
    Output.table(
      ["", "CODE"] + columns.map { $0.uppercased() },
      list.records.map { record in
        [record.place.mark, record.code.text] + columns.map { record[$0]?.text ?? "" }
      })
  }
}
