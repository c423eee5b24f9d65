import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Lists the latest changes of the register, latest first.",
    discussion: """
      Examples:
        liaisond log -C hq
        liaisond log --handed-back -C hq
      """)
  @Option(name: .customShort("n"), help: "How many.") var count = 50
  @Flag(help: "Only what offices have handed back after the register had lost it.")
  var handedBack = false
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  private struct Item: Encodable {
    let position: Int64
    /// The version of a schema that became the register's; all else is of a revision.
    var schema: UInt32?
    var revision: String?
    var code: String?
    var office: String?
    var author: String?
    var time: String?
    var note: String?
    var isDeleted: Bool?
    var handedBackBy: String?

    init(_ logged: LoggedSchema) {
      position = logged.position.number
      schema = logged.filed.schema.version
    }

    init(_ entry: LoggedRevision, _ revision: Revision) {
      position = entry.position.number
      self.revision = entry.revision.id.description
      code = revision.state.code.text
      office = revision.office.text
      author = revision.author
      time = revision.time.description
      note = revision.note
      isDeleted = revision.state.isDeleted
      handedBackBy = entry.handedBackBy?.text
    }
  }

  func run() async throws {
    guard count > 0 else {
      throw Failure("-n takes a number of changes", advice: "-n 50", status: .usage)
    }
    let log = try await folder.open(for: .reading)
    let revisions = try await log.latest(count, isHandedBack: handedBack).map {
      Item($0, try RevisionCodec().decode($0.revision.bytes))
    }
    let schemas = handedBack ? [] : try await log.schemas().map { Item($0) }
    let items = (revisions + schemas).sorted { $0.position > $1.position }.prefix(count)
    if json { return try Output.json(Array(items)) }
    Output.table(
      ["POSITION", "TIME", "CODE", "OFFICE", "AUTHOR", "NOTE", "HANDED BACK BY"],
      items.map { item in
        [
          String(item.position), item.time ?? "",
          item.schema.map { "schema \($0)" }
            ?? (item.code ?? "") + (item.isDeleted == true ? " (deleted)" : ""),
          item.office ?? "", item.author ?? "", item.note ?? "", item.handedBackBy ?? "",
        ]
      })
  }
}
