import ArgumentParser
import LiaisonCommand
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import Synchronization

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows what the register holds.")
  @OptionGroup var folder: Folder
  @Flag(help: "Print JSON.") var json = false

  private struct Status: Encodable {
    let register: String
    let head: Int64
    let records: Int
    let schemaVersion: UInt32
  }

  func run() async throws {
    let log = try folder.open()
    let status = try await log.status()
    let value = Status(
      register: status.register.description, head: status.head.sequence.number,
      records: try log.recordCount(), schemaVersion: status.schema.version)
    if json { return try Output.json(value) }
    Output.line("register \(value.register)")
    Output.line("\(value.records) records, \(value.head) changes, schema \(value.schemaVersion)")
  }
}

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks every record's bytes against their name.",
    discussion: """
      Prints a digest over all of them: two copies with the same digest hold the same bytes.
      """)
  @OptionGroup var folder: Folder

  func run() async throws {
    let log = try folder.open()
    let check = Mutex((count: 0, digest: RegisterDigest()))
    try await log.forEachHead { head in
      guard RevisionCodec().id(of: head.bytes) == head.id else {
        throw StoreError(.damaged, "the bytes of revision \(head.id.short) do not match its name")
      }
      check.withLock {
        $0.count += 1
        $0.digest.add(head.id)
      }
    }
    let (count, digest) = check.withLock { ($0.count, $0.digest.finish()) }
    Output.line("\(count) records, digest \(digest)")
  }
}
