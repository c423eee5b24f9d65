import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonSQLite
import LiaisonWire

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Makes a new, empty register in a folder.",
    discussion: "Example: liaisond init /var/lib/liaison")

  @Argument(help: "The folder; it is made, or must be empty.")
  var directory: String
  @Flag(help: "Print JSON.") var json = false

  private struct Made: Encodable { let register: String }

  func run() async throws {
    let register = RegisterID(System.newID())
    try SQLiteChangeLog.create(
      DataDirectory(directory, role: .server), register: register,
      lineage: Lineage(System.randomWord()), schema: .cooperationRegister, coding: SchemaCodec())
    if json { return try Output.json(Made(register: register.description)) }
    Output.line("register \(register) in \(directory)")
  }
}
