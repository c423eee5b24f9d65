import ArgumentParser
import LiaisonCommand
import LiaisonModel
import LiaisonReplica
import LiaisonSync

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
    let sequence: Int64?
    let records: Int
    let conflicts: Int
    let refused: Int
    let pending: [RecordView]
  }

  func run() async throws {
    let replica = try await options.open()
    let counts = try await replica.store.outboxCounts()
    let records = try await replica.store.recordCount()
    let outbox = try await replica.outbox()
    let references = outbox.reduce(into: Set()) { $0.formUnion($1.references) }
    let code = try await replica.codes(of: references)
    let identity = replica.identity
    if options.json {
      try Output.json(
        Status(
          office: identity.office.text, address: identity.address,
          register: identity.register?.description, sequence: identity.cursor?.sequence.number,
          records: records, conflicts: counts.conflicts, refused: counts.refused,
          pending: outbox.map { RecordView($0, code) }))
    } else {
      Output.line(
        "office \(identity.office), server \(identity.address), \(records) records, "
          + "change \(identity.cursor?.sequence.number ?? 0)")
      if outbox.isEmpty {
        Output.line("nothing to send")
      } else {
        Output.table(
          ["", "CODE", "KIND", "STATE", "TITLE"],
          outbox.map {
            [$0.mark, $0.code.text, $0.kind.name, $0.stateName, $0.reason ?? $0.title]
          })
      }
    }
    if counts.conflicts > 0 { throw StatusExit(.conflicts) }
  }
}
