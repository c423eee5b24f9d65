import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import Synchronization

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the file, and every record's bytes against their name.",
    discussion: """
      Prints a digest over all of them: two copies with the same digest hold the same bytes.

      Example: liaisond verify -C hq
      """)
  @OptionGroup var folder: Folder
  @Flag(help: "Print JSON.") var json = false

  private struct Result: Encodable {
    let records: Int
    let digest: String
  }

  func run() async throws {
    let log = try folder.open()
    try await log.checkIntegrity()
    let check = Mutex((count: 0, digest: RegisterDigest()))
    try await log.forEachHead { head in
      guard RevisionCodec().id(of: head.bytes) == head.id else {
        throw StoreError.damaged("the bytes of revision \(head.id.short) do not match its name")
      }
      check.withLock {
        $0.count += 1
        $0.digest.add(head.id)
      }
    }
    let (count, digest) = check.withLock { ($0.count, $0.digest.finish()) }
    if json { return try Output.json(Result(records: count, digest: digest)) }
    Output.line("\(count) records, digest \(digest)")
  }
}
