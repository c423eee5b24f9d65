import ArgumentParser
import LiaisonIdentity
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

/// Writes an invitation, and files what it is known by.
struct InviteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "Invites one replica of an office.",
    discussion: """
      Prints one line for 'liaison clone', and on standard error the same as it can be read over the \
      telephone. Whoever has it can be that office until it is used or ends: give it to the office \
      alone. Only what it is known by is kept here.

      Example: liaisond office invite VIE --note "laptop 2" -C hq
      """)

  @Argument(help: "The office's id.")
  var code: String
  @Option(help: "What to call the replica, for people.")
  var note = ""
  @Option(help: "How long it is valid: 30m, 24h, 7d.")
  var valid = "24h"
  @Option(
    help:
      "HOST:PORT that the office calls. Otherwise the first --host of init, where the server listened last."
  )
  var address: String?
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  private struct Made: Encodable {
    let invitation: String
    let spoken: String
    let office: String
    let ends: String
  }

  func run() async throws {
    let office = try OfficeArgument.parse(code, advice: "the office's id, for example VIE")
    let life = try DurationArgument.milliseconds(valid)
    let note = try NoteArgument.parse(note)
    let log = try await folder.open()
    try await OfficeArgument.check(office, in: log)
    guard try await log.office(office)?.isDisabled == false else {
      throw Failure(
        "the office \(office) is disabled", advice: "liaisond office enable \(office)")
    }
    let standing = try await log.standing()
    let authority = try RegisterAuthority(certificate: standing.certificate, key: standing.key)
    let invitation = Invitation(
      office: office, server: try endpoint(standing), authority: authority.fingerprint,
      secret: (0..<Invitation.secretBytes).map { _ in UInt8.random(in: .min ... .max) })
    let now = System.now()
    let issued = IssuedInvitation(
      secret: authority.digest(invitation.secret), office: office, note: note, issued: now,
      ends: Timestamp(milliseconds: now.milliseconds + life))
    let entry = AuditEntry.byPerson(.invited, office.text, note)
    try await log.change { roster in
      try roster.put(issued)
      try roster.note(entry)
    }
    let made = Made(
      invitation: "\(invitation)", spoken: "\(office)@\(invitation.server)#\(invitation.spoken)",
      office: office.text, ends: "\(issued.ends)")
    if json { return try Output.json(made) }
    Output.line(made.invitation)
    Output.flush()
    Output.error("until \(made.ends), once; or spoken: \(made.spoken)\n")
  }

  private func endpoint(_ standing: Standing) throws -> LiaisonSync.Endpoint {
    if let address {
      guard let endpoint = Endpoint(address), endpoint.port != 0 else {
        throw Failure(
          "'\(address)' is no address to call", advice: "--address sync.example.org:7401",
          status: .usage)
      }
      guard standing.hosts.contains(endpoint.host.lowercased()) else {
        throw Failure(
          "the server's certificate is not for \(endpoint.host)",
          advice: "liaisond serve … --host \(endpoint.host), then the same command", status: .usage)
      }
      return endpoint
    }
    let own = standing.hosts.first { !HostArgument.loopback.contains($0) } ?? "127.0.0.1"
    return Endpoint(host: own, port: standing.port == 0 ? 7401 : standing.port)
  }
}
