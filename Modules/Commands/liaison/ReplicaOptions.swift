import ArgumentParser
import Foundation
import LiaisonTerminal
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonWire

/// Which replica a command works on, and how it prints.
struct ReplicaOptions: ParsableArguments {
  @Option(
    name: [.customShort("C"), .long],
    help: ArgumentHelp(
      "The replica's folder. Otherwise this folder or the nearest above it.", valueName: "dir"))
  var directory: String?
  @Flag(help: "Print JSON.") var json = false

  var data: DataDirectory {
    get throws {
      if let directory { return DataDirectory(directory, role: .replica) }
      var path = FileManager.default.currentDirectoryPath
      while true {
        let data = DataDirectory(path, role: .replica)
        if data.exists { return data }
        let parent = (path as NSString).deletingLastPathComponent
        if parent == path || path.isEmpty {
          throw Failure(
            "there is no replica in this folder or above it",
            advice: "liaison clone HOST:PORT DIR --office OFFICE, or -C DIR")
        }
        path = parent
      }
    }
  }

  func store() throws -> SQLiteReplicaStore {
    try SQLiteReplicaStore(data, coding: SchemaCodec())
  }

  func open() async throws -> Replica {
    try await Replica(
      store: store(), coding: RevisionCodec(), environment: .system, author: System.author())
  }
}

extension ReplicaEnvironment {
  static let system = ReplicaEnvironment(
    now: System.now, random: System.randomWord, sleep: { try await Task.sleep(for: $0) })
}
