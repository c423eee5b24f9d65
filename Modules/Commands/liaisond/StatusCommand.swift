import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows what the register holds.",
    discussion: "Example: liaisond status -C hq")
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  private struct Status: Encodable {
    let register: String
    let head: Int64
    let records: Int
    let schemaVersion: UInt32
  }

  func run() async throws {
    let log = try folder.open(for: .reading)
    let status = try await log.status()
    let value = Status(
      register: status.register.description, head: status.head.position.number,
      records: try await log.count(after: .zero).live, schemaVersion: status.schema.version)
    if json { return try Output.json(value) }
    Output.line("register \(value.register)")
    Output.line("\(value.records) records, \(value.head) changes, schema \(value.schemaVersion)")
  }
}
