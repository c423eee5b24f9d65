internal import Dispatch
internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// A register that is being made in a transaction of its own: nobody sees it, and it goes with its connection,
/// unless it is kept.
final class PostgresDraft: RegisterWriting {
  private static let threads = DispatchQueue(
    label: "liaison.postgres.draft", attributes: .concurrent)
  private let connection: Mutex<PostgresConnection>
  private let hashing: any Hashing

  private init(_ connection: sending PostgresConnection, _ hashing: any Hashing) {
    self.connection = Mutex(connection)
    self.hashing = hashing
  }

  /// Makes the tables.
  /// - Throws: ``PostgresFault``, ``StoreError/exists(_:)`` if the namespace holds something already.
  static func begin(
    _ address: PostgresAddress, _ hashing: any Hashing
  ) async throws -> PostgresDraft {
    try await offPool {
      let connection = try PostgresConnection(address)
      try PostgresChangeLog.check(connection)
      try connection.begin(Statement("BEGIN"))
      try Layout.make(connection, address)
      return PostgresDraft(connection, hashing)
    }
  }

  func put(_ part: RegisterPart) throws {
    try connection.withLock { try PostgresRegister(connection: $0).put(part, hashing) }
  }

  func forEachPart(_ body: @Sendable (RegisterPart) throws -> Void) throws {
    try connection.withLock { try PostgresRegister(connection: $0).forEachPart(body) }
  }

  /// Commits: from now on it is a register.
  func keep() async throws {
    try await Self.offPool { [self] in try connection.withLock { try $0.commit() } }
  }

  private static func offPool<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { caller in
      threads.async { caller.resume(with: Swift.Result { try body() }) }
    }
  }
}
