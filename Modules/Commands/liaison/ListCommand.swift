import ArgumentParser
import LiaisonModel
import LiaisonReplica
import LiaisonTerminal
import Synchronization

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
  @Option(help: "At most so many.") var limit: Int?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    guard limit.map({ $0 > 0 }) ?? true else {
      throw Failure("--limit is for at least one", advice: "--limit 50", status: .usage)
    }
    let replica = try options.replica()
    let progress = ProgressLine("indexing")
    let indexed: @Sendable (LiaisonReplica.Progress) -> Void = {
      progress.update($0.done, remaining: $0.remaining)
    }
    if options.json {
      let query = ListQuery(kind, where: filters, sort: sort, limit: limit ?? .max)
      let records = Mutex<[RecordView]>([])
      try await replica.list(query, progress: indexed) { record in
        records.withLock { $0.append(record) }
      }
      progress.end()
      return try Output.json(records.withLock { $0 })
    }
    let columns = try await replica.columns(of: kind)
    let table = Mutex(Table(["", "CODE"] + columns.map { $0.uppercased() }))
    let query = ListQuery(
      kind, where: filters, sort: sort, limit: limit ?? .max, fields: columns)
    try await replica.list(query, progress: indexed) { record in
      let row = [record.place.mark, record.code.text] + columns.map { record[$0]?.text ?? "" }
      table.withLock { $0.add(row) }
    }
    progress.end()
    table.withLock { $0 }.print(most: 5)
  }
}
