import ArgumentParser
import LiaisonReplica
import LiaisonSync
import LiaisonTerminal

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the file, every revision, and what is derived from them.",
    discussion: """
      Prints a digest over all records: two copies with the same digest hold the same bytes.

      Example: liaison verify -C vienna
      """)
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let found = try await options.replica().verify()
    if options.json { return try Output.json(found) }
    Output.line("\(found.records) records, digest \(found.digest)")
  }
}
