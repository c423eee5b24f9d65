import ArgumentParser
import LiaisonFolder
import LiaisonSQLite
import LiaisonWire

/// The server's folder, as most commands take it.
struct ServerFolder: ParsableArguments {
  @Option(
    name: [.customShort("C"), .long], help: ArgumentHelp("The server's folder.", valueName: "dir"))
  var directory = "."

  var data: DataDirectory { DataDirectory(directory, role: .server) }

  func open() throws -> SQLiteChangeLog { try SQLiteChangeLog(data, coding: SchemaCodec()) }
}
