import ArgumentParser
import LiaisonExchange
import LiaisonFolder
import LiaisonIdentity
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Makes a new, empty register in a folder.",
    discussion: """
      Its kinds and fields are those of the cooperation register, or of a schema file, as \
      'liaisond schema show' prints it. The register's own authority is made with it: it signs the \
      certificates of the server and of the replicas, and stands in the folder, which nobody else \
      may read.

      Example: liaisond init /var/lib/liaison --host sync.example.org
      """)

  @Argument(help: "The folder; it is made, or must be empty.")
  var directory: String
  @Option(help: ArgumentHelp("A schema file.", valueName: "file"))
  var schema: String?
  @Option(
    help: ArgumentHelp(
      "A name or an address that offices call the server by; the first stands in invitations.",
      valueName: "host"))
  var host: [String] = []
  @Flag(help: "Print JSON.") var json = false

  private struct Made: Encodable { let register: String }

  func run() async throws {
    let schema = try schema.map { try SchemaFile.read(InputArgument.bytes($0)) }
    let hosts = try host.map(HostArgument.parse) + HostArgument.loopback
    let register = RegisterID(System.newID())
    let authority = try RegisterAuthority.make(of: register, at: System.now())
    try SQLiteChangeLog.create(
      DataDirectory(try FolderArgument.parse(directory), role: .server), register: register,
      schema: schema ?? CooperationRegister.schema,
      coding: SchemaCodec(),
      standing: Standing(
        certificate: authority.certificate, key: authority.key, hosts: hosts))
    if json { return try Output.json(Made(register: register.description)) }
    Output.line("register \(register) in \(directory)")
  }
}
