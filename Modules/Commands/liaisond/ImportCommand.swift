import ArgumentParser
import Foundation
import LiaisonTerminal
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonWire

struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Brings records into the register from a file.",
    discussion: """
      Each line is a JSON object {"kind", "code", "fields"}; references are codes. All of the file \
      is imported, or nothing. The server must not be running.

      Example: liaisond import reference.jsonl -C hq
      """)

  @Argument(help: "The file.")
  var file: String
  @Option(help: "The office that the imported records come from; SERVER for none.")
  var office = "SERVER"
  @OptionGroup var folder: Folder
  @Flag(help: "Print JSON.") var json = false

  private struct Imported: Encodable { let imported: Int }

  func run() async throws {
    guard let id = OfficeID(office) else {
      throw Failure("'\(office)' is not an office's id", advice: "--office LYO", status: .usage)
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
      !isFolder.boolValue, FileManager.default.isReadableFile(atPath: file)
    else { throw Failure("the file \(file) cannot be read", advice: "another file") }
    let log = try folder.open()
    let lock = try DirectoryLock(folder.data, name: "server", holder: "liaisond import")
    let isKnown = try await log.office(id) != nil
    guard office == "SERVER" || isKnown else {
      throw Failure(
        "the register has no office \(id)", advice: "liaisond office add \(id) --name …")
    }
    let origin = Origin(
      office: id, author: TextRules.normalized(System.author()), note: "import", time: System.now())
    let importer = Importer(
      schema: try await log.status().schema, coding: RevisionCodec(), origin: origin,
      newID: System.newID)
    let progress = ProgressLine("importing")
    let count = try await importer.run(URL(filePath: file), into: log) {
      progress.update($0, remaining: $1)
    }
    progress.end()
    withExtendedLifetime(lock) {}
    if json { return try Output.json(Imported(imported: count)) }
    Output.line("imported \(count) records")
  }
}
