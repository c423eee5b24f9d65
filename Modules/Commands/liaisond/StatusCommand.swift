import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows what the register holds.",
    discussion: "Example: liaisond status -C hq")
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  private struct Status: Encodable {
    let register: String
    let head: Int64
    let records: Int
    let schemaVersion: UInt32
    let replicas: Replicas
  }

  /// How many were let in, and which of them somebody should look at.
  private struct Replicas: Encodable {
    let letIn: Int
    let revoked: Int
    let wentBack: [String]

    init(_ all: [EnrolledReplica], _ seen: [ReplicaID: ReplicaSighting]) {
      let open = all.filter { $0.revoked == nil }
      letIn = open.count
      revoked = all.count - open.count
      wentBack = open.filter { seen[$0.id]?.wentBack != nil }.map(\.name)
    }

    var line: String {
      "\(letIn) replicas let in, \(revoked) revoked"
        + (wentBack.isEmpty ? "" : "; went back in time: " + wentBack.joined(separator: ", "))
    }
  }

  func run() async throws {
    let log = try await folder.open(for: .reading)
    let status = try await log.status()
    let value = Status(
      register: status.register.description, head: status.head.position.number,
      records: try await log.count(after: .zero).live, schemaVersion: status.schema.version,
      replicas: Replicas(try await log.replicas(), try await log.sightings()))
    if json { return try Output.json(value) }
    Output.line("register \(value.register)")
    Output.line("\(value.records) records, \(value.head) changes, schema \(value.schemaVersion)")
    Output.line(value.replicas.line)
  }
}
