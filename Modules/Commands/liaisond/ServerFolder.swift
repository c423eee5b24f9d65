import ArgumentParser
import Foundation
import LiaisonFolder
import LiaisonOperation
import LiaisonPostgres
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

/// Where a register is kept: in a server's folder, or in a database.
enum RegisterPlace {
  case folder(String)
  case database(PostgresAddress)

  /// The variables that name a database and a folder, where no argument says otherwise.
  static let variable = "LIAISON_STORE"
  static let folderVariable = "LIAISON_DIRECTORY"
  static let storeAdvice = "--store postgresql://HOST/DATABASE"

  /// - Throws: ``Failure`` if both are named.
  init(folder: String?, store: String?) throws {
    guard folder == nil || store == nil else {
      throw Failure(
        "a folder and a store are named, and the register is in one of them",
        advice: "one of them alone; LIAISON_DIRECTORY and LIAISON_STORE count as well",
        status: .usage)
    }
    let named = store ?? (folder == nil ? ProcessInfo.processInfo.environment[Self.variable] : nil)
    guard let named, !named.isEmpty else {
      self = .folder(folder ?? ".")
      return
    }
    do {
      self = .database(try PostgresAddress(named))
    } catch StoreError.unfit(let why) {
      throw Failure(why, advice: Self.storeAdvice, status: .usage)
    }
  }

  func open(for access: RegisterAccess = .writing) async throws -> any RegisterStore {
    switch self {
    case .folder: try SQLiteChangeLog(try data, coding: SchemaCodec(), for: access)
    case .database(let address):
      try await Place(of: .database).naming {
        try await PostgresChangeLog(address, coding: SchemaCodec(), for: access)
      }
    }
  }

  /// Makes a register there of what `body` puts there: as a whole, or nothing.
  func fill<Result: Sendable>(
    _ body: (any RegisterWriting) async throws -> Result
  ) async throws -> Result {
    switch self {
    case .folder: return try await SQLiteChangeLog.fill(try data, coding: SchemaCodec(), body)
    case .database(let address):
      do {
        return try await PostgresChangeLog.fill(address, coding: SchemaCodec(), body)
      } catch let error as StoreError {
        // What is wrong with a database is not mended by another folder.
        guard case .unfit = error else { throw error }
        throw Failure(error, at: Place(of: .database))
      }
    }
  }

  /// Keeps other commands from writing into a folder while this one does; a database sees to that itself.
  func lock(for holder: String) async throws -> DirectoryLock? {
    guard case .folder(let folder) = self else { return nil }
    return try await Place(of: .server, folder: folder).naming {
      try DirectoryLock(try data, name: .server, holder: holder)
    }
  }

  /// - Throws: ``Failure`` if the register is in a database.
  var data: DataDirectory {
    get throws {
      switch self {
      case .folder(let folder):
        return DataDirectory(
          try FolderArgument.parse(folder, advice: Self.storeAdvice), role: .server)
      case .database:
        throw Failure("this is for a register in a folder", advice: "-C DIR", status: .usage)
      }
    }
  }
}

extension RegisterPlace {
  /// What is free on the disk of the folder; nil for a database, whose server tells that itself.
  var room: DiskRoom? {
    switch self {
    case .folder(let folder): DiskRoom.of(folder)
    case .database: nil
    }
  }
}

extension RegisterPlace: CustomStringConvertible {
  var description: String {
    switch self {
    case .folder(let folder): folder
    case .database(let address): address.description
    }
  }
}

/// Where a register is kept, as most commands take it.
struct ServerFolder: ParsableArguments {
  @Option(
    name: [.customShort("C"), .long],
    help: ArgumentHelp("The server's folder. (default: .)", valueName: "dir"),
    completion: .directory)
  var directory: String?
  @Option(
    help: ArgumentHelp(
      "The database, in the place of a folder: postgresql://HOST/DATABASE.", valueName: "url"))
  var store: String?

  var place: RegisterPlace {
    get throws {
      guard directory == nil, store == nil else {
        return try RegisterPlace(folder: directory, store: store)
      }
      // As the server has it: a backup by its unit must not be of another register.
      let environment = ProcessInfo.processInfo.environment
      let named = [RegisterPlace.folderVariable, RegisterPlace.variable].map { variable in
        environment[variable].flatMap { $0.isEmpty ? nil : $0 }
      }
      return try RegisterPlace(folder: named[0], store: named[1])
    }
  }

  /// - Throws: ``Failure`` if the register is in a database.
  var data: DataDirectory { get throws { try place.data } }

  func lock(for holder: String) async throws -> DirectoryLock? {
    try await place.lock(for: holder)
  }

  func open(for access: RegisterAccess = .writing) async throws -> any RegisterStore {
    try await place.open(for: access)
  }
}
