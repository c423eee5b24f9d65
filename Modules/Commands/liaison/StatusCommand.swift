import ArgumentParser
import LiaisonModel
import LiaisonReplica
import LiaisonTerminal

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows what waits to be sent, and what waits for a person.",
    discussion: """
      `!` marks what waits for a person, `*` what waits for the next sync. Exits with 3 if \
      conflicts remain.

      Example: liaison status
      """)
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let status = try await options.replica().status()
    if options.json {
      try Output.json(status)
    } else {
      Output.line(
        "office \(status.office)\(status.role.map { ", \($0)" } ?? ""), server \(status.address), \(status.records) records, "
          + "change \(status.position ?? 0)")
      if status.isIncomplete, let head = status.head {
        Output.line("incomplete: the register is at change \(head); liaison sync goes on")
      }
      if status.pending.isEmpty { Output.line("nothing to send") }
      Output.table(
        ["", "CODE", "KIND", "STATE", "TITLE"],
        status.pending.map {
          [$0.place.mark, $0.code.text, $0.kind, $0.place.rawValue, $0.reason ?? $0.title]
        })
      if !status.lost.isEmpty { Output.line("lost by the server until it opens healing:") }
      Output.table(
        ["CODE", "REVISION", "OFFICE", "AUTHOR", "CHANGED"],
        status.lost.map {
          [$0.code, String($0.revision.prefix(10)), $0.office, $0.author, $0.change]
        })
    }
    if status.conflicts > 0 { throw StatusExit(.conflicts) }
  }
}
