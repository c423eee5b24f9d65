import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct OfficeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "office", abstract: "Adds, invites and lists the offices that may sync.",
    subcommands: [Add.self, InviteCommand.self, List.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets an office sync.",
      discussion: "Example: liaisond office add VIE --name \"Vienna\" -C hq")

    @Argument(help: "The office's id: 2 to 12 of A-Z and 0-9.")
    var code: String
    @Option(help: "The office's name.")
    var name: String
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let id = try OfficeArgument.parse(code, advice: "2 to 12 of A-Z and 0-9, for example VIE")
      let office = Office(id: id, name: try OfficeArgument.parse(name: name))
      try await folder.open().add(office)
      if json { return try Output.json(OfficeView(office)) }
      Output.line("office \(id): \(Terminal.safe(name))")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the offices.", discussion: "Example: liaisond office list -C hq")
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let offices = try await folder.open(for: .reading).offices()
      if json { return try Output.json(offices.map(OfficeView.init)) }
      Output.table(["OFFICE", "NAME"], offices.map { [$0.id.text, $0.name] })
    }
  }
}

private struct OfficeView: Encodable {
  let id: String
  let name: String

  init(_ office: Office) {
    id = office.id.text
    name = office.name
  }
}
