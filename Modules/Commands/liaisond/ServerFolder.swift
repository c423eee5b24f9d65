import ArgumentParser
import LiaisonFolder
import LiaisonSQLite
import LiaisonTerminal
import LiaisonWire

/// The server's folder, as most commands take it.
struct ServerFolder: ParsableArguments {
  @Option(
    name: [.customShort("C"), .long], help: ArgumentHelp("The server's folder.", valueName: "dir"),
    completion: .directory)
  var directory = "."

  var data: DataDirectory {
    get throws { DataDirectory(try FolderArgument.parse(directory), role: .server) }
  }

  /// Keeps other commands from writing while this one does.
  func lock(for holder: String) async throws -> DirectoryLock {
    try await Place(of: .server, folder: directory).naming {
      try DirectoryLock(try data, name: .server, holder: holder)
    }
  }

  func open(for access: SQLiteChangeLog.Access = .writing) throws -> SQLiteChangeLog {
    try SQLiteChangeLog(try data, coding: SchemaCodec(), for: access)
  }
}
