import ArgumentParser
import LiaisonExchange
import LiaisonFolder
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Brings records into the register from a file.",
    discussion: """
      Each line is a JSON object {"kind", "code", "fields"}; references are codes. All of the file \
      is imported, or nothing. The server must not be running.

      Example: liaisond import reference.jsonl -C hq
      """)

  @Argument(help: "The file; - for what comes in through a pipe.")
  var file: String
  @Option(help: "The office that the imported records come from; SERVER for none.")
  var office = "SERVER"
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  private struct Imported: Encodable { let imported: Int }

  func run() async throws {
    let office = try OfficeArgument.parse(office)
    let author = try AuthorArgument.parse(System.author())
    let input = try InputArgument.parse(file)
    let log = try await folder.open()
    let lock = try await folder.lock(for: "liaisond import")
    defer { withExtendedLifetime(lock) {} }
    if office.text != "SERVER" { try await OfficeArgument.check(office, in: log) }
    let origin = Origin(
      office: office, author: author, note: "import", time: System.now())
    let importer = Importer(
      schema: try await log.status().schema, coding: RevisionCodec(), origin: origin,
      newID: System.newID)
    let progress = ProgressLine("importing")
    let count = try await importer.run(input, into: log) { progress.update($0, remaining: $1) }
    progress.end()
    try await log.change { try $0.note(.byPerson(.imported, office.text, "\(count) records")) }
    if json { return try Output.json(Imported(imported: count)) }
    Output.line("imported \(count) records")
  }
}
