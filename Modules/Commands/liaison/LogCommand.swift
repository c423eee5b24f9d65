import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Shows the revisions of a record that this replica has seen.",
    discussion: """
      A pull brings the latest revision only; earlier ones stay once they were here.

      Example: liaison log COMPACT
      """)
  @Argument(help: "The record's code or id.") var code: String
  @OptionGroup var options: ReplicaOptions

  private struct Item: Encodable {
    let revision: String
    let parents: [String]
    let office: String
    let author: String
    let time: String
    let note: String
    let state: String
  }

  func run() async throws {
    let replica = try await options.open()
    let record = try await replica.record(code)
    let history = try await replica.history(of: record)
    let waiting = history.count - (record.stored.head == nil ? 0 : 1)
    let pending = record.pending.map { $0.amendment == nil ? 1 : 2 } ?? 0
    let items = history.enumerated().map { index, entry in
      Item(
        revision: entry.0.id.description,
        parents: [entry.1.parent, entry.1.secondParent].compactMap { $0?.description },
        office: entry.1.office.text, author: entry.1.author, time: entry.1.time.description,
        note: entry.1.note,
        state: index < min(pending, waiting + 1)
          ? record.stateName : entry.1.state.isDeleted ? "deleted" : "accepted")
    }
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
