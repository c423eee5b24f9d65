import ArgumentParser
import LiaisonCommand
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import Synchronization

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks every record's bytes against their name.",
    discussion: """
      Prints a digest over all of them: two copies with the same digest hold the same bytes.

      Example: liaison verify -C vienna
      """)
  @OptionGroup var options: ReplicaOptions

  private struct Result: Encodable {
    let records: Int
    let digest: String
  }

  func run() async throws {
    let store = try options.store()
    let check = Mutex((count: 0, digest: RegisterDigest()))
    try await store.forEachHead { head in
      guard RevisionCodec().id(of: head.bytes) == head.id else {
        throw StoreError(.damaged, "the bytes of revision \(head.id.short) do not match its name")
      }
      check.withLock {
        $0.count += 1
        $0.digest.add(head.id)
      }
    }
    let (count, digest) = check.withLock { ($0.count, $0.digest.finish()) }
    if options.json { return try Output.json(Result(records: count, digest: digest)) }
    Output.line("\(count) records, digest \(digest)")
  }
}
