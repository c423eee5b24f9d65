import ArgumentParser
import LiaisonFolder
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import LiaisonTerminal

struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Brings replica and register together.",
    discussion: """
      Pulls what changed, merges it with what was edited here, and pushes the outbox. Interrupted \
      anywhere, it loses nothing. Exits with 3 if conflicts remain, with 4 if no server answers.

      Example: liaison sync --watch
      """)

  @OptionGroup var options: ReplicaOptions
  @Flag(help: "Stay, and sync whenever something changes on either side.") var watch = false
  @Flag(help: "Send every refused edit again, not only if something it depends on has changed.")
  var retry = false

  func run() async throws {
    let data = try options.data
    let replica = try Replica.opened(data)
    let identity = try await replica.identity()
    let syncing = Syncing(
      data: data, replica: replica,
      server: try Endpoint(argument: identity.address), office: identity.office,
      verb: "syncing", json: options.json, retriesAll: retry)
    if watch { try await syncing.watch() } else { try await syncing.run() }
  }
}
