import ArgumentParser
import LiaisonExchange
import LiaisonFolder
import LiaisonModel
import LiaisonSQLite
import LiaisonTerminal
import LiaisonWire

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Makes a new, empty register in a folder.",
    discussion: """
      Its kinds and fields are those of the cooperation register, or of a schema file, as \
      'liaisond schema show' prints it.

      Example: liaisond init /var/lib/liaison
      """)

  @Argument(help: "The folder; it is made, or must be empty.")
  var directory: String
  @Option(help: ArgumentHelp("A schema file.", valueName: "file"))
  var schema: String?
  @Flag(help: "Print JSON.") var json = false

  private struct Made: Encodable { let register: String }

  func run() async throws {
    let schema = try schema.map { try SchemaFile.read(InputArgument.bytes($0)) }
    let register = RegisterID(System.newID())
    try SQLiteChangeLog.create(
      DataDirectory(try FolderArgument.parse(directory), role: .server), register: register,
      schema: schema ?? CooperationRegister.schema,
      coding: SchemaCodec())
    if json { return try Output.json(Made(register: register.description)) }
    Output.line("register \(register) in \(directory)")
  }
}
