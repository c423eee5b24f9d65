import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the file, and every revision's bytes against their name.",
    discussion: """
      Prints a digest over all of them: two copies with the same digest hold the same bytes.

      Example: liaison verify -C vienna
      """)
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let found = try await options.replica().verify()
    if options.json { return try Output.json(found) }
    Output.line("\(found.records) records, digest \(found.digest)")
  }
}
