import ArgumentParser
import LiaisonReplica
import LiaisonSync
import LiaisonTerminal

struct MoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "move", abstract: "Follows the server to another address.",
    discussion: """
      Syncs there, and keeps the address if that is a server of this replica's register; else all \
      stays as it was.

      Example: liaison move sync.example.org:7401
      """)
  @Argument(help: "The server's new address, HOST:PORT.") var address: String
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let server = try Endpoint(argument: address)
    let data = try options.data
    let replica = try Replica.opened(data)
    try await Syncing(
      data: data, replica: replica, server: server, office: try await replica.identity().office,
      verb: "moving", json: options.json
    ).run()
  }
}
