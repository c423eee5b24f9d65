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
      abstract: "Lists the replicas.",
      discussion: """
        What waits there unsent, since when, and how many conflicts are open is what the replica said at \
        its last pull, less what it has sent since.

        Example: liaisond replica list -C hq
        """)
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let log = try await folder.open(for: .reading)
      let (seen, head) = (try await log.sightings(), try await log.status().head.position)
      let replicas = try await log.replicas()
      if json {
        return try Output.json(replicas.map { ReplicaView($0, seen[$0.id], head: head) })
      }
      Output.table(
        [
          "REPLICA", "NOTE", "STATE", "CERTIFICATE UNTIL", "LAST CALL", "FROM", "BEHIND", "PUSHES",
          "WAITING", "SINCE", "CONFLICTS", "CLIENT",
        ],
        replicas.map { replica in
          let sighting = seen[replica.id]
          return [
            replica.name, replica.note, Self.state(of: replica, sighting), "\(replica.expires)",
            sighting.map { "\($0.called)" } ?? "", sighting?.peer ?? "",
            sighting.map { "\(max(0, head.number - $0.sent.number))" } ?? "",
            sighting.map { "\($0.pushes)" } ?? "", sighting?.outbox.map { "\($0.waiting)" } ?? "",
            sighting?.outbox?.oldest.map { "\($0)" } ?? "",
            sighting?.outbox.map { "\($0.conflicts)" } ?? "", sighting?.client ?? "",
          ]
        })
    }

    /// What somebody should look at.
    private static func state(of replica: EnrolledReplica, _ sighting: ReplicaSighting?) -> String {
      if let revoked = replica.revoked { return "revoked \(revoked)" }
      return sighting?.wentBack.map { "went back in time \($0)" } ?? ""
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets a replica in no more.",
      discussion: """
        For a machine that was stolen or lost. Its calls end within a second. Names what it still holds, \
        which nothing takes back. A revocation cannot be taken back either: invite the office anew.

        Example: liaisond replica revoke VIE-B -C hq
        """)
    @Argument(help: "The replica, as 'liaisond replica list' shows it.")
    var name: String
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let log = try await folder.open()
      guard let found = try await log.replicas().first(where: { $0.name == name.uppercased() })
      else {
        throw Failure(
          "the register has no replica '\(name)'", advice: "one of liaisond replica list")
      }
      let now = System.now()
      let entry = AuditEntry.byPerson(.revoked, found.name, found.note)
      let revoked = try await log.change { roster in
        guard var replica = try roster.replica(with: found.key) else { return found }
        guard replica.revoked == nil else { return replica }
        replica.revoked = now
        try roster.put(replica)
        try roster.note(entry)
        return replica
      }
      let (seen, head) = (try await log.sightings()[found.id], try await log.status().head.position)
      let held = seen?.sent ?? .zero
      let records = try await log.records(through: held)
      if json { return try Output.json(ReplicaView(revoked, seen, head: head, records: records)) }
      Output.line("\(revoked.name) is let in no more")
      Output.line(
        seen.map {
          "it holds what was sent to it: \(records) records up to change \(held.number) of "
            + "\(head.number); it called last \($0.called) from \($0.peer)"
        } ?? "it has never called: it holds nothing of the register")
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
  let lastCall: String?
  let from: String?
  let protocolVersion: UInt32?
  let pulled: String?
  let pushed: String?
  let pushes: Int?
  let applied: Int64?
  let sent: Int64?
  let behind: Int64?
  let wentBack: String?
  let waiting: Int?
  let waitingSince: String?
  let conflicts: Int?
  let client: String?
  /// How many records it holds, if that was asked for.
  let records: Int?

  init(
    _ replica: EnrolledReplica, _ sighting: ReplicaSighting?, head: LogPosition,
    records: Int? = nil
  ) {
    self.records = records
    lastCall = sighting?.called.description
    from = sighting?.peer
    protocolVersion = sighting?.version
    pulled = sighting?.pulled?.description
    pushed = sighting?.pushed?.description
    pushes = sighting?.pushes
    applied = sighting?.applied.number
    sent = sighting?.sent.number
    behind = sighting.map { max(0, head.number - $0.sent.number) }
    wentBack = sighting?.wentBack?.description
    waiting = sighting?.outbox?.waiting
    waitingSince = sighting?.outbox?.oldest?.description
    conflicts = sighting?.outbox?.conflicts
    client = sighting.flatMap { $0.client.isEmpty ? nil : $0.client }
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
