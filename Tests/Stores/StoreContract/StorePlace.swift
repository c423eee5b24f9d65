import LiaisonFolder
import LiaisonModel
import LiaisonPostgres
import LiaisonSQLite
import LiaisonSync
import TestSupport

/// Where a register can be kept as a whole.
enum StorePlace: Sendable, CustomStringConvertible {
  case folder(DataDirectory)
  case database(PostgresAddress)

  enum Kind: String, CaseIterable, Sendable {
    case folder
    case database

    var other: Kind { self == .folder ? .database : .folder }

    func new(in scratch: Scratch, _ name: String) throws -> StorePlace {
      switch self {
      case .folder: .folder(DataDirectory(scratch.folder(name), role: .server))
      case .database: .database(try PostgresAddress(PostgresServer.shared.get().newPlace()))
      }
    }
  }

  var description: String {
    switch self {
    case .folder(let directory): directory.path
    case .database(let address): address.description
    }
  }

  func create(_ register: RegisterID, _ standing: Standing, _ coding: NotedCoding) async throws {
    let schema = try TestRegister.schema()
    switch self {
    case .folder(let directory):
      try SQLiteChangeLog.create(
        directory, register: register, schema: schema, coding: coding, standing: standing)
    case .database(let address):
      try await PostgresChangeLog.create(
        address, register: register, schema: schema, coding: coding, standing: standing)
    }
  }

  func open(
    _ coding: NotedCoding, for access: RegisterAccess = .writing
  ) async throws -> any RegisterStore {
    switch self {
    case .folder(let directory): try SQLiteChangeLog(directory, coding: coding, for: access)
    case .database(let address): try await PostgresChangeLog(address, coding: coding, for: access)
    }
  }

  func fill<Result: Sendable>(
    _ coding: NotedCoding, _ body: (any RegisterWriting) async throws -> Result
  ) async throws -> Result {
    switch self {
    case .folder(let directory): try await SQLiteChangeLog.fill(directory, coding: coding, body)
    case .database(let address): try await PostgresChangeLog.fill(address, coding: coding, body)
    }
  }
}
