import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonWire

struct CloneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clone", abstract: "Makes an office's replica from a server's register.",
    discussion: """
      Stopped in the middle, it keeps what it has: `liaison sync` in the folder goes on.

      Example: liaison clone 127.0.0.1:7401 vienna --office VIE
      """)

  @Argument(help: "The server: HOST:PORT.")
  var address: String
  @Argument(help: "The replica's folder; it is made, or must be empty.")
  var directory: String
  @Option(help: "This office's id.")
  var office: String
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    guard let id = OfficeID(office) else {
      throw Failure("'\(office)' is not an office's id", advice: "--office VIE", status: .usage)
    }
    guard GRPCSyncTransport.isAddress(address) else {
      throw Failure("'\(address)' is not an address", advice: "HOST:PORT", status: .usage)
    }
    let data = DataDirectory(directory, role: .replica)
    let wasThere = try SQLiteReplicaStore.create(data, office: id, address: address)
    let store = try SQLiteReplicaStore(data, coding: SchemaCodec())
    do {
      try await Syncing(data: data, store: store, verb: "cloning", json: json).run(address)
    } catch let status as StatusExit {
      throw status
    } catch {
      guard try await store.identity().register != nil, let failure = Failure(known: error) else {
        // A folder that has received nothing is of no use.
        try data.remove(keepingFolder: wasThere)
        throw error
      }
      throw Failure(
        failure.message, advice: "liaison -C \(directory) sync, which goes on where this stopped",
        status: failure.status)
    }
  }
}
