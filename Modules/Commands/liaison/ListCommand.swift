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
    let isCut = options.json ? try await printJSON(replica) : try await printTable(replica)
    if isCut, let limit { options.print(CutLine(limit: limit)) }
  }

  private func query(_ fields: [String]? = nil) -> ListQuery {
    ListQuery(kind, where: filters, sort: sort, limit: limit ?? .max, fields: fields)
  }

  /// - Returns: whether there are more.
  private func printJSON(_ replica: Replica) async throws -> Bool {
    let records = Mutex(JSONArray())
    let isCut = try await list(replica, query()) { record in
      try records.withLock { try $0.add(record) }
    }
    records.withLock { $0 }.end()
    return isCut
  }

  /// - Returns: whether there are more.
  private func printTable(_ replica: Replica) async throws -> Bool {
    let columns = try await replica.columns(of: kind)
    let table = Mutex(Table(["", "CODE"] + columns.map { $0.uppercased() }))
    let isCut = try await list(replica, query(columns)) { record in
      let row = [record.place.mark, record.code.text] + columns.map { record[$0]?.text ?? "" }
      table.withLock { $0.add(row) }
    }
    table.withLock { $0 }.print(most: 5)
    return isCut
  }

  private func list(
    _ replica: Replica, _ query: ListQuery,
    _ body: @escaping @Sendable (RecordView) throws -> Void
  ) async throws -> Bool {
    let progress = ProgressLine("indexing")
    defer { progress.end() }
    return try await replica.list(
      query, progress: { progress.update($0.done, remaining: $0.remaining) }, body)
  }
}
