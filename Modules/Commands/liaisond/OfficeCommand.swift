import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonSQLite
import LiaisonSync

struct OfficeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "office", abstract: "Adds and lists the offices that may sync.",
    subcommands: [Add.self, List.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets an office sync.",
      discussion: "Example: liaisond office add VIE --name \"Vienna\" -C hq")

    @Argument(help: "The office's id: 2 to 12 of A-Z and 0-9.")
    var code: String
    @Option(help: "The office's name.")
    var name: String
    @OptionGroup var folder: Folder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      guard let id = OfficeID(code) else {
        throw Failure(
          "'\(code)' is not an office's id", advice: "2 to 12 of A-Z and 0-9, for example VIE",
          status: .usage)
      }
      if let fault = TextRules.problem(withLine: TextRules.normalized(name)) {
        throw Failure("the name \(fault)", advice: "another --name", status: .usage)
      }
      guard !TextRules.normalized(name).isEmpty else {
        throw Failure("the office has no name", advice: "--name \"Vienna\"", status: .usage)
      }
      let office = Office(id: id, name: TextRules.normalized(name))
      try folder.open().add(office)
      if json { return try Output.json(OfficeView(office)) }
      Output.line("office \(id): \(Terminal.safe(name))")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the offices.", discussion: "Example: liaisond office list -C hq")
    @OptionGroup var folder: Folder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let offices = try folder.open().offices()
      if json {
        try Output.json(offices.map(OfficeView.init))
      } else {
        Output.table(["OFFICE", "NAME"], offices.map { [$0.id.text, $0.name] })
      }
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
