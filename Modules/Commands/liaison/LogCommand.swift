import ArgumentParser
import LiaisonGRPC
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import LiaisonTerminal

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "Shows the changes of the register, or the revisions of a record, that are here.",
    discussion: """
      A pull brings the latest revision only; earlier ones stay once they were here. A side is what \
      was merged, or was not taken when a conflict was settled: show, diff and restore take it like \
      any other.

      Examples:
        liaison log --since yesterday
        liaison log --office NYC --kind engagement -n 10
        liaison log COMPACT -p
        liaison show COMPACT@3f2a91
      """)
  @Argument(help: "One record's code or id; otherwise all.", completion: .codes) var code: String?
  @OptionGroup var filter: LogFilter
  @Flag(name: .shortAndLong, help: "Of a record: show what each has changed.") var patch = false
  @Flag(help: "Of a record: ask the server first for those that are not here.") var fetch = false
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try options.replica()
    guard let code else { return try await register(replica) }
    guard filter.isEmpty else {
      throw Failure(
        "--since, --until, --office, --author, --kind and -n are of the whole register",
        advice: "liaison log \(code)", status: .usage)
    }
    if fetch { try await self.fetch(code, into: replica) }
    let items = try await replica.history(of: code, withChanges: patch)
    if options.json { return try Output.json(items) }
    guard patch else { return table(items) }
    for item in items {
      Output.line(
        "\(item.revision.prefix(10))  \(item.time)  \(item.office), \(Terminal.safe(item.author))"
          + "  \(item.state)" + (item.note.isEmpty ? "" : "  \(Terminal.safe(item.note))"))
      guard let changes = item.changes else {
        Output.line("  made from a revision that is not here")
        continue
      }
      DiffText.lines(changes, indent: "  ").forEach { Output.line($0) }
    }
  }

  private func register(_ replica: Replica) async throws {
    guard !patch, !fetch else {
      throw Failure(
        "-p and --fetch are of one record", advice: "liaison log CODE -p", status: .usage)
    }
    let page = try await replica.log(try filter.query)
    if options.json { return try Output.json(page.items) }
    Output.table(
      ["TIME", "CODE", "OFFICE", "AUTHOR", "STATE", "CHANGED", "NOTE"],
      page.items.map {
        [$0.time, $0.code, $0.office, $0.author, $0.state, $0.change, $0.note]
      })
    if page.isCut { Output.line("there are more: -n") }
  }

  private func fetch(_ code: String, into replica: Replica) async throws {
    let identity = try await replica.identity()
    let server = try Endpoint(argument: identity.address)
    let place = Place(
      of: .replica, address: server.description, office: identity.office.text)
    try await place.naming {
      try await replica.fetchHistory(
        of: code,
        over: try await GRPCConnector.from(
          try options.data, of: identity, to: server))
    }
  }

  private func table(_ items: [HistoryItem]) {
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
