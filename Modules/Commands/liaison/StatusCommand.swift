import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Synchronization

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows what waits to be sent, and what waits for a person.",
    discussion: """
      `!` marks what waits for a person, `*` what waits for the next sync. Exits with 3 where \
      conflicts remain.

      Example: liaison status
      """)
  @OptionGroup var options: ReplicaOptions

  private struct Status: Encodable {
    let office: String
    let address: String
    let register: String?
    let position: Int64?
    /// The register's last change when it was last heard of.
    let head: Int64?
    let records: Int
    let conflicts: Int
    let refused: Int
    let pending: [RecordView]
  }

  func run() async throws {
    let replica = try await options.open()
    let counts = try await replica.store.outboxCounts()
    let records = try await replica.store.recordCount()
    let identity = replica.identity
    let json = options.json
    let found = Mutex((views: [RecordView](), rows: [[String]]()))
    try await replica.forEachPending { record, code in
      found.withLock {
        if json {
          $0.views.append(RecordView(record, code))
        } else {
          $0.rows.append([
            record.mark, record.code.text, record.kind.name, record.stateName,
            record.reason ?? record.title,
          ])
        }
      }
    }
    let pending = found.withLock { $0 }
    if json {
      try Output.json(
        Status(
          office: identity.office.text, address: identity.address,
          register: identity.register?.description, position: identity.cursor?.position.number,
          head: identity.head?.number, records: records, conflicts: counts.conflicts,
          refused: counts.refused, pending: pending.views))
    } else {
      Output.line(
        "office \(identity.office), server \(identity.address), \(records) records, "
          + "change \(identity.cursor?.position.number ?? 0)")
      if let cursor = identity.cursor, let head = identity.head, cursor.position < head {
        Output.line("incomplete: the register is at change \(head); liaison sync goes on")
      }
      if pending.rows.isEmpty { Output.line("nothing to send") }
      Output.table(["", "CODE", "KIND", "STATE", "TITLE"], pending.rows)
    }
    if counts.conflicts > 0 { throw StatusExit(.conflicts) }
  }
}
