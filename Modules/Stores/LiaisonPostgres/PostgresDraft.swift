internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// A register that is being made in a transaction of its own: nobody sees it, and it goes with its connection,
/// unless it is kept.
final class PostgresDraft: RegisterWriting {
  private let thread: BlockingThreads
  private let connection: Mutex<PostgresConnection>
  private let hashing: any Hashing

  private init(
    _ connection: sending PostgresConnection, _ hashing: any Hashing, _ thread: BlockingThreads
  ) {
    self.thread = thread
    self.connection = Mutex(connection)
    self.hashing = hashing
  }

  /// Makes the tables.
  /// - Throws: ``PostgresFault``, ``StoreError/exists(_:)`` if the namespace holds something already.
  static func begin(
    _ address: PostgresAddress, _ hashing: any Hashing
  ) async throws -> PostgresDraft {
    let thread = BlockingThreads(1)
    return try await thread.run {
      Swift.Result { try made(address, hashing, thread) }
    }.get()
  }

  private static func made(
    _ address: PostgresAddress, _ hashing: any Hashing, _ thread: BlockingThreads
  ) throws -> PostgresDraft {
    let connection = try PostgresConnection(address)
    try PostgresChangeLog.check(connection)
    try connection.run([Statement("BEGIN")] + connection.maintaining())
    try Layout.current.make(connection, address)
    return PostgresDraft(connection, hashing, thread)
  }

  func put(_ part: RegisterPart) throws {
    try connection.withLock { try PostgresRegister(connection: $0).put(part, hashing) }
  }

  func forEachPart(_ body: @Sendable (RegisterPart) throws -> Void) throws {
    try connection.withLock { try PostgresRegister(connection: $0).forEachPart(body) }
  }

  /// Commits: from now on it is a register.
  func keep() async throws {
    try await thread.run { [self] in
      Swift.Result { try connection.withLock { try $0.commit() } }
    }.get()
  }
}
