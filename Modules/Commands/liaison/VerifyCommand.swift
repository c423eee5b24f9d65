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
    abstract: "Checks the file, and every revision's bytes against their name.",
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
    try await store.checkIntegrity()
    try await store.forEachPending { record, _ in
      let edits = [record.pending?.base, record.pending?.ours, record.pending?.amendment]
      try edits.compactMap { $0 }.forEach(Self.check)
    }
    let check = Mutex((count: 0, digest: RegisterDigest()))
    try await store.forEachHead { head in
      try Self.check(head)
      check.withLock {
        $0.count += 1
        $0.digest.add(head.id)
      }
    }
    let (count, digest) = check.withLock { ($0.count, $0.digest.finish()) }
    if options.json { return try Output.json(Result(records: count, digest: digest)) }
    Output.line("\(count) records, digest \(digest)")
  }

  private static func check(_ revision: EncodedRevision) throws {
    guard RevisionCodec().id(of: revision.bytes) == revision.id else {
      throw StoreError.damaged("the bytes of revision \(revision.id.short) do not match its name")
    }
  }
}
