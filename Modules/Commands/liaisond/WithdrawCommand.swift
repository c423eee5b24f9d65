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
    let log = try folder.open()
    try await OfficeArgument.check(office, in: log)
    let now = System.now()
    let entry = AuditEntry.byPerson(.withdrawn, office.text, note ?? "")
    let count = try await log.change { roster in
      let open = try roster.invitations(of: office).filter {
        $0.replica == nil && now < $0.ends && (note == nil || $0.note == note)
      }
      for var invitation in open {
        invitation.ends = now
        try roster.put(invitation)
      }
      if !open.isEmpty { try roster.note(entry) }
      return open.count
    }
    if json { return try Output.json(Done(withdrawn: count)) }
    Output.line("invitations withdrawn: \(count)")
  }
}
