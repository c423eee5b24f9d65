import ArgumentParser
import LiaisonModel
import LiaisonReplica
import LiaisonTerminal

struct DiscardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discard", abstract: "Takes back an edit that was not accepted yet.",
    discussion: """
      A conflict ends with it: theirs stands.

      Example: liaison discard COMPACT
      """)
  @Argument(help: "The record's code or id.", completion: .codes) var code: String
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let discard = try await options.replica().discard(code)
    if options.json { return try Output.json(Discarded(discard.record)) }
    let back = discard.wasSent ? "; it was sent already, and may come back with the next sync" : ""
    Output.line("discarded the edit of \(discard.record.code)\(back)")
    for code in discard.referring {
      Output.line("\(code) refers to it, and is refused until it does not")
    }
  }
}

/// An edit that is no more, as JSON.
struct Discarded: Encodable {
  let discarded: String
  init(_ record: RecordView) { discarded = record.code.text }
}
