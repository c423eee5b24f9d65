import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct WithdrawCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Ends an office's invitations that nobody has used.",
    discussion: """
      For a line that went astray. Who was let in by one stays in: revoke that replica.

      Example: liaisond office withdraw VIE -C hq
      """)

  @Argument(help: "The office's id.") var code: String
  @Option(help: "Only those with this note.") var note: String?
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  private struct Done: Encodable { let withdrawn: Int }

  func run() async throws {
    let office = try OfficeArgument.parse(code, advice: "the office's id, for example VIE")
    let note = try note.map(NoteArgument.parse)
    let log = try await folder.open()
    try await OfficeArgument.check(office, in: log)
    let entry: @Sendable (Int) -> AuditEntry = { count in
      .byPerson(.withdrawn, office.text, "\(count)" + (note.map { " with the note \($0)" } ?? ""))
    }
    let count = try await log.change { roster in
      let open = try roster.invitations(of: office).filter {
        $0.replica == nil && $0.issued < $0.ends && (note == nil || $0.note == note)
      }
      // Whatever a clock shows later, it has ended.
      for var invitation in open {
        invitation.ends = invitation.issued
        try roster.put(invitation)
      }
      if !open.isEmpty { try roster.note(entry(open.count)) }
      return open.count
    }
    guard count > 0 else {
      throw Failure(
        "no invitation of \(office) is open" + (note.map { " with the note '\($0)'" } ?? ""),
        advice: "liaisond office invitations")
    }
    if json { return try Output.json(Done(withdrawn: count)) }
    Output.line("invitations withdrawn: \(count)")
  }
}
