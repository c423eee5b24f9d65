import ArgumentParser
import LiaisonCommand
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

    func run() async throws {
      guard let id = OfficeID(code) else {
        throw Failure(
          "'\(code)' is not an office's id", advice: "2 to 12 of A-Z and 0-9, for example VIE",
          status: .usage)
      }
      if let fault = TextRules.problem(withLine: TextRules.normalized(name)) {
        throw Failure("the name \(fault)", advice: "another --name", status: .usage)
      }
      try folder.open().add(Office(id: id, name: TextRules.normalized(name)))
      Output.line("office \(id): \(Terminal.safe(name))")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the offices.")
    @OptionGroup var folder: Folder
    @Flag(help: "Print JSON.") var json = false

    private struct Item: Encodable {
      let id: String
      let name: String
    }

    func run() async throws {
      let offices = try folder.open().offices()
      if json {
        try Output.json(offices.map { Item(id: $0.id.text, name: $0.name) })
      } else {
        Output.table(["OFFICE", "NAME"], offices.map { [$0.id.text, $0.name] })
      }
    }
  }
}
