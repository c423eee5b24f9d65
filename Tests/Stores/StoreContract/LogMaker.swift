import LiaisonFolder
import LiaisonModel
import LiaisonPostgres
import LiaisonSQLite
import LiaisonSync
import TestSupport

/// A kind of change log that keeps to the contract. The next one is a case, and a branch of ``make(in:_:)``.
enum LogMaker: String, CaseIterable, Sendable {
  case memory
  case sqlite
  case postgres

  /// Makes an empty log, and says how it is opened: each time anew if it can be.
  func make(
    in scratch: Scratch, _ maker: AreaMaker
  ) async throws -> @Sendable () async throws -> any ChangeLog {
    let schema = try TestRegister.schema()
    let register: RegisterID = maker.newID()
    switch self {
    case .memory:
      let log = MemoryChangeLog(
        register: register, schema: schema, hashing: maker.coding)
      return { log }
    case .sqlite:
      let directory = DataDirectory(scratch.folder("hq"), role: .server)
      try SQLiteChangeLog.create(
        directory, register: register, schema: schema, coding: maker.coding)
      return { try SQLiteChangeLog(directory, coding: maker.coding) }
    case .postgres:
      let address = try PostgresAddress(try PostgresServer.shared.get().newPlace())
      try await PostgresChangeLog.create(
        address, register: register, schema: schema, coding: maker.coding)
      return { try await PostgresChangeLog(address, coding: maker.coding) }
    }
  }
}
