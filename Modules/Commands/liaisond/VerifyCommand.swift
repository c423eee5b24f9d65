import ArgumentParser
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the file, every entry of the log, and what is derived from it.",
    discussion: """
      Prints a digest over all records: two copies with the same digest hold the same bytes.

      Example: liaisond verify -C hq
      """)
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let result = try await SyncService(
      log: await folder.open(for: .reading), coding: RevisionCodec()
    )
    .verify()
    if json { return try Output.json(result) }
    Output.line("\(result.records) records, digest \(result.digest)")
  }
}
