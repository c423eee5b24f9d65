import ArgumentParser
import LiaisonExchange
import LiaisonFolder
import LiaisonIdentity
import LiaisonModel
import LiaisonPostgres
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Makes a new, empty register in a folder or a database.",
    discussion: """
      Its kinds and fields are those of the cooperation register, or of a schema file, as \
      'liaisond schema show' prints it. The register's own authority is made with it: it signs the \
      certificates of the server and of the replicas, and stands in the folder, which nobody else \
      may read. In a database it stands in a namespace of its own, 'liaison' unless the URL ends in \
      ?namespace=NAME: several registers may share a database.

      Examples:
        liaisond init /var/lib/liaison --host sync.example.org
        liaisond init --store postgresql://liaison@db1,db2/hq --host sync.example.org
      """)

  @Argument(help: "The folder; it is made, or must be empty.")
  var directory: String?
  @Option(
    help: ArgumentHelp(
      "The database, in the place of a folder: postgresql://HOST/DATABASE.", valueName: "url"))
  var store: String?
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
    let place = try RegisterPlace(folder: directory, store: store)
    if case .folder = place, directory == nil {
      throw Failure(
        "nothing says where the register is to be",
        advice: "liaisond init DIR, or --store postgresql://HOST/DATABASE", status: .usage)
    }
    let schema = try schema.map { try SchemaFile.read(InputArgument.bytes($0)) }
    let hosts = try host.map(HostArgument.parse) + HostArgument.loopback
    let register = RegisterID(System.newID())
    let authority = try RegisterAuthority.make(of: register, at: System.now())
    try await make(
      place, register, schema ?? CooperationRegister.schema,
      Standing(certificate: authority.certificate, key: authority.key, hosts: hosts))
    if json { return try Output.json(Made(register: register.description)) }
    Output.line("register \(register) in \(place)")
  }

  private func make(
    _ place: RegisterPlace, _ register: RegisterID, _ schema: Schema, _ standing: Standing
  ) async throws {
    switch place {
    case .folder:
      try SQLiteChangeLog.create(
        place.data, register: register, schema: schema, coding: SchemaCodec(), standing: standing)
    case .database(let address):
      try await Place(of: .database).naming {
        try await PostgresChangeLog.create(
          address, register: register, schema: schema, coding: SchemaCodec(), standing: standing)
      }
    }
  }
}
