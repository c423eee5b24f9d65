import ArgumentParser
import LiaisonFolder
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal
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
    let server = try Endpoint(argument: address)
    let data = DataDirectory(try FolderArgument.parse(directory), role: .replica)
    let new = try await Place(of: .replica, folder: directory).naming {
      try NewReplica(
        data, office: id, address: server.description, holder: "liaison clone",
        coding: SchemaCodec())
    }
    do {
      try await Syncing(
        data: data, replica: Replica(store: new.store, environment: .system), server: server,
        office: id, verb: "cloning", json: json
      ).run(under: new.lock)
    } catch let status as StatusExit {
      throw status
    } catch {
      // A folder that has received nothing is of no use.
      throw explained(error, isGone: try new.takeBack())
    }
  }

  /// Why it failed, and what is left of it.
  private func explained(_ error: any Error, isGone: Bool) -> any Error {
    guard let failure = Failure(known: error) else { return error }
    guard isGone else {
      return Failure(
        failure.message, advice: "liaison -C \(directory) sync, which goes on where this stopped",
        status: failure.status)
    }
    guard failure.status == .unreachable else { return error }
    return Failure(
      failure.message, advice: "again later, or another address; nothing was made",
      status: failure.status)
  }
}
