import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Shows the revisions of a record that this replica has seen.",
    discussion: """
      A pull brings the latest revision only; earlier ones stay once they were here.

      Example: liaison log COMPACT
      """)
  @Argument(help: "The record's code or id.") var code: String
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let items = try await options.replica().history(of: code)
    if options.json { return try Output.json(items) }
    Output.table(
      ["REVISION", "TIME", "OFFICE", "AUTHOR", "STATE", "NOTE", "PARENTS"],
      items.map { item in
        [
          String(item.revision.prefix(10)), item.time, item.office, item.author, item.state,
          item.note, item.parents.map { String($0.prefix(10)) }.joined(separator: " "),
        ]
      })
  }
}
