import ArgumentParser
import Foundation
import LiaisonFolder
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonTerminal
import LiaisonWire

/// Which replica a command works on, and how it prints.
struct ReplicaOptions: ParsableArguments {
  @Option(
    name: [.customShort("C"), .long],
    help: ArgumentHelp(
      "The replica's folder. Otherwise this folder or the nearest above it.", valueName: "dir"),
    completion: .directory)
  var directory: String?
  @Flag(help: "Print JSON.") var json = false

  var data: DataDirectory { get throws { try ReplicaOptions.data(in: directory) } }

  /// - Parameter directory: nil for this folder or the nearest above it.
  static func data(in directory: String?) throws -> DataDirectory {
    if let directory {
      return DataDirectory(try FolderArgument.parse(directory), role: .replica)
    }
    var path = FileManager.default.currentDirectoryPath
    while true {
      let data = DataDirectory(path, role: .replica)
      if data.exists { return data }
      let parent = (path as NSString).deletingLastPathComponent
      if parent == path || path.isEmpty {
        throw Failure(
          "there is no replica in this folder or above it",
          advice: "liaison clone INVITATION DIR, or -C DIR")
      }
      path = parent
    }
  }

  func replica() throws -> Replica { try Replica.opened(data) }

  /// Prints a line that is no part of JSON: beside it, on standard error.
  func print(_ line: CutLine) {
    if json { Output.error(line.text + "\n") } else { Output.line(line.text) }
  }

  /// Prints what a command that writes has made of a record.
  /// - Parameter done: what was done to it, if its state does not say so.
  func print(_ record: RecordView, done: String? = nil) throws {
    if json { return try Output.json(record) }
    Output.line("\(record.code) \(record.kind): \(done ?? record.place.rawValue)")
  }
}

extension Replica {
  static func opened(_ data: DataDirectory) throws -> Replica {
    Replica(
      store: try SQLiteReplicaStore(data, coding: SchemaCodec()), environment: .system)
  }
}

extension ReplicaEnvironment {
  static let system = ReplicaEnvironment(
    now: System.now, year: { System.year(of: $0) }, random: System.randomWord,
    // Where a replica really pauses: between tries, and between looks at its outbox. Nobody waits here for
    // something that could tell when it has happened.
    sleep: { try await Task.sleep(for: $0) }, coding: RevisionCodec(), author: System.givenAuthor,
    user: System.user(), client: Liaison.configuration.version)
}
