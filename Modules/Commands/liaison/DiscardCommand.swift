import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync

struct DiscardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discard", abstract: "Takes back an edit that was not accepted yet.",
    discussion: """
      A conflict ends with it: theirs stands.

      Example: liaison discard COMPACT
      """)
  @Argument(help: "The record's code or id.") var code: String
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let records = try await replica.records(code)
    let pending = records.filter { $0.pending != nil }
    let record = pending.count > 1 ? try await replica.record(code) : pending.first ?? records[0]
    let wasSent = record.pending?.status == .inFlight
    let referring = record.stored.head == nil ? try await replica.referring(to: record) : []
    try await replica.discard(record)
    if options.json { return try Output.json(Discarded(discarded: record.code.text)) }
    Output.line(
      "discarded the edit of \(record.code)"
        + (wasSent ? "; it was sent already, and may come back with the next sync" : ""))
    for code in referring {
      Output.line("\(code) refers to it, and is refused until it does not")
    }
  }
}
