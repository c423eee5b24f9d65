import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct InvitationsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invitations", abstract: "Lists the invitations, and what became of each.",
    discussion: """
      One that is exposed was tried with a second key: somebody else has had the line. Revoke the replica \
      that it let in, if that is not the office's.

      Example: liaisond office invitations -C hq
      """)

  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  private struct View: Encodable {
    let office, note, issued, ends: String
    let replica, exposed: String?

    init(_ invitation: IssuedInvitation, _ names: [ReplicaID: String]) {
      office = invitation.office.text
      note = invitation.note
      issued = invitation.issued.description
      ends = invitation.ends.description
      replica = invitation.replica.map { names[$0] ?? $0.description }
      exposed = invitation.exposed?.description
    }
  }

  func run() async throws {
    let log = try await folder.open(for: .reading)
    let names = Dictionary(try await log.replicas().map { ($0.id, $0.name) }) { first, _ in first }
    let all = try await log.invitations().map { View($0, names) }
    if json { return try Output.json(all) }
    Output.table(
      ["OFFICE", "NOTE", "ISSUED", "UNTIL", "LET IN", "EXPOSED"],
      all.map { [$0.office, $0.note, $0.issued, $0.ends, $0.replica ?? "", $0.exposed ?? ""] })
  }
}
