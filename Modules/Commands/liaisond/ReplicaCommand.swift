import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct ReplicaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replica", abstract: "Lists the replicas that were let in, and revokes them.",
    subcommands: [List.self, Revoke.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the replicas.", discussion: "Example: liaisond replica list -C hq")
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let replicas = try await folder.open(for: .reading).replicas()
      if json { return try Output.json(replicas.map(ReplicaView.init)) }
      Output.table(
        ["REPLICA", "NOTE", "ENROLLED", "CERTIFICATE UNTIL", "REVOKED"],
        replicas.map {
          [
            $0.name, $0.note, "\($0.enrolled)", "\($0.expires)",
            $0.revoked.map { "\($0)" } ?? "",
          ]
        })
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a replica in no more.",
      discussion: """
        For a machine that was stolen or lost. Its calls end within a second; what it holds it still \
        holds. It cannot be taken back: invite the office anew.

        Example: liaisond replica revoke VIE-B -C hq
        """)
    @Argument(help: "The replica, as 'liaisond replica list' shows it.")
    var name: String
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let log = try folder.open()
      guard let found = try await log.replicas().first(where: { $0.name == name.uppercased() })
      else {
        throw Failure(
          "the register has no replica '\(name)'", advice: "one of liaisond replica list")
      }
      let now = System.now()
      let entry = AuditEntry.byPerson(.revoked, found.name, found.note)
      let revoked = try await log.change { roster in
        guard var replica = try roster.replica(with: found.key) else { return found }
        replica.revoked = replica.revoked ?? now
        try roster.put(replica)
        try roster.note(entry)
        return replica
      }
      if json { return try Output.json(ReplicaView(revoked)) }
      Output.line("\(revoked.name) is let in no more")
    }
  }
}

private struct ReplicaView: Encodable {
  let replica: String
  let id: String
  let office: String
  let note: String
  let key: String
  let enrolled: String
  let certificateUntil: String
  let revoked: String?

  init(_ replica: EnrolledReplica) {
    self.replica = replica.name
    id = replica.id.description
    office = replica.office.text
    note = replica.note
    key = replica.key.description
    enrolled = replica.enrolled.description
    certificateUntil = replica.expires.description
    revoked = replica.revoked?.description
  }
}
