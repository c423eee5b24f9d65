import ArgumentParser
import LiaisonFolder
import LiaisonSQLite
import LiaisonTerminal
import LiaisonWire

/// The server's folder, as most commands take it.
struct ServerFolder: ParsableArguments {
  @Option(
    name: [.customShort("C"), .long], help: ArgumentHelp("The server's folder.", valueName: "dir"))
  var directory = "."

  var data: DataDirectory { DataDirectory(directory, role: .server) }

  /// Keeps other commands from writing while this one does.
  func lock(for holder: String) async throws -> DirectoryLock {
    try await Place(folder: directory).naming {
      try DirectoryLock(data, name: .server, holder: holder)
    }
  }

  func open() throws -> SQLiteChangeLog { try SQLiteChangeLog(data, coding: SchemaCodec()) }
}
