import ArgumentParser
import LiaisonExchange
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Shows the register's kinds and fields.",
    subcommands: [Show.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the schema as a file that init takes.",
      discussion: "Example: liaisond schema show -C hq > schema.json")
    @OptionGroup var folder: ServerFolder

    func run() async throws {
      let text = SchemaFile.print(try await folder.open(for: .reading).status().schema)
      Output.line(String(text.hasSuffix("\n") ? text.dropLast() : text[...]))
    }
  }
}
