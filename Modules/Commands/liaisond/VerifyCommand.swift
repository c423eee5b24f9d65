import ArgumentParser
import LiaisonSQLite
import LiaisonServer
import LiaisonTerminal
import LiaisonWire

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the file, and every record's bytes against their name.",
    discussion: """
      Prints a digest over all of them: two copies with the same digest hold the same bytes.

      Example: liaisond verify -C hq
      """)
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  private struct Verified: Encodable {
    let records: Int
    let digest: String
  }

  func run() async throws {
    let result = try await SyncService(log: folder.open(), coding: RevisionCodec()).verify()
    if json {
      return try Output.json(Verified(records: result.records, digest: result.digest))
    }
    Output.line("\(result.records) records, digest \(result.digest)")
  }
}
