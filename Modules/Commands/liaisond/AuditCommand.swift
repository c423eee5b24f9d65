import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Prints who was invited, let in, refused and revoked, latest first.",
    discussion: """
      Entries are only added, never changed. The same refusal of the same replica is noted once an hour.

      Example: liaisond audit -n 20 -C hq
      """)

  @Option(name: .customShort("n"), help: "How many entries at most.")
  var count = 100
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print one JSON object a line.") var json = false

  private struct View: Encodable {
    let time, act, subject, actor, note: String

    init(_ entry: AuditEntry) {
      time = entry.time.description
      act = entry.act.rawValue
      subject = entry.subject
      actor = entry.actor
      note = entry.note
    }
  }

  func run() async throws {
    guard (1...1_000_000).contains(count) else {
      throw Failure("-n is not from 1 to 1000000", advice: "-n 100", status: .usage)
    }
    let entries = try await folder.open(for: .reading).audit(limit: count).map(View.init)
    if json {
      for entry in entries { try Output.jsonLine(entry) }
      return
    }
    Output.table(
      ["TIME", "ACT", "SUBJECT", "BY", "NOTE"],
      entries.map { [$0.time, $0.act, $0.subject, $0.actor, $0.note] })
  }
}

extension AuditEntry {
  /// Done by the person at the server.
  static func byPerson(_ act: Act, _ subject: String, _ note: String = "") -> AuditEntry {
    AuditEntry(time: System.now(), act, subject, by: System.author(), note: note)
  }
}
