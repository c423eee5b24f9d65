import Foundation
import LiaisonModel
import LiaisonPostgres
import LiaisonSync
import Synchronization
import TestSupport

/// What a server's log is kept in, and what a history does to it that no server does.
protocol SimulatedDisk: Sendable {
  func log() throws -> any ChangeLog
  /// Whether the log works on threads of its own. A history's thread waits for it: what runs once runs again in
  /// the same order.
  var isElsewhere: Bool { get }

  /// The names of all revisions that are entries, in their order.
  func names() throws -> [RevisionID]

  /// The names of what stands behind second parents and is no entry.
  func ancestors() throws -> Set<RevisionID>

  /// Another disk that holds the same.
  func copy() throws -> any SimulatedDisk
}

/// How a history gets its disk.
typealias DiskMaker = @Sendable (RegisterID, Schema, SimulatedSchemas) throws -> any SimulatedDisk

extension MemoryChangeLog: SimulatedDisk {
  func log() -> any ChangeLog { self }
  var isElsewhere: Bool { false }
  func names() -> [RevisionID] { entries.map(\.revision.id) }
  func ancestors() -> Set<RevisionID> { Set(ancestors.keys) }
  func copy() -> any SimulatedDisk { backup() }

  static let disk: DiskMaker = { MemoryChangeLog(register: $0, schema: $1, hashing: $2.hashing) }
}

/// A register in a real PostgreSQL.
struct PostgresDisk: SimulatedDisk {
  let isElsewhere = true
  private let database: PostgresServer
  private let namespace: String
  private let schemas: SimulatedSchemas
  /// The register, and what it was made with.
  private let made: (register: RegisterID, schema: Schema)
  private let opened = Opened()

  /// A backup is not opened.
  private final class Opened: Sendable {
    let log = Mutex<PostgresChangeLog?>(nil)
  }

  static let disk: DiskMaker = {
    try PostgresDisk(PostgresServer.shared.get(), made: ($0, $1), $2)
  }

  /// An empty one.
  private init(
    _ database: PostgresServer, made: (register: RegisterID, schema: Schema),
    _ schemas: SimulatedSchemas
  ) throws {
    let address = try PostgresAddress(database.newPlace())
    (self.database, self.made, self.schemas) = (database, made, schemas)
    namespace = address.namespace
    try waiting {
      try await PostgresChangeLog.create(
        address, register: made.register, schema: made.schema, coding: schemas)
    }
  }

  func log() throws -> any ChangeLog {
    try opened.log.withLock { log in
      if let log { return log }
      let address = try PostgresAddress(database.place(namespace: namespace))
      let new = try waiting { [schemas] in try await PostgresChangeLog(address, coding: schemas) }
      log = new
      return new
    }
  }

  func names() throws -> [RevisionID] {
    let log = try log()
    let latest = try waiting { try await log.latest(.max, isHandedBack: false) }
    return latest.reversed().map(\.revision.id)
  }

  func ancestors() throws -> Set<RevisionID> {
    let rows = try database.sql("SELECT encode(revision, 'hex') FROM \(namespace).ancestor")
    return Set(rows.split(separator: "\n").compactMap { name(of: $0) })
  }

  private func name(of hex: Substring) -> RevisionID? {
    var rest = hex[...]
    var bytes: [UInt8] = []
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return RevisionID(bytes)
  }

  func copy() throws -> any SimulatedDisk {
    let copy = try PostgresDisk(database, made: made, schemas)
    try database.sql(
      """
      BEGIN;
      -- The copy is exact: no row is checked against another while not all are there.
      SET LOCAL session_replication_role = replica;
      DO $$ DECLARE name text; columns text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '\(namespace)' LOOP
          SELECT string_agg(quote_ident(attname), ',') INTO columns FROM pg_attribute
            WHERE attrelid = format('\(namespace).%I', name)::regclass
              AND attnum > 0 AND attgenerated = '' AND NOT attisdropped;
          EXECUTE format('DELETE FROM \(copy.namespace).%I', name);
          EXECUTE format('INSERT INTO \(copy.namespace).%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM \(namespace).%I',
            name, columns, columns, name);
        END LOOP;
      END $$;
      COMMIT;
      """)
    return copy
  }
}

/// Waits on this thread for what happens on others.
func waiting<Value: Sendable>(
  _ body: @escaping @Sendable () async throws -> Value
) throws -> Value {
  let awaited = Awaited<Value>()
  // Not from here: what this thread makes ready it would have to run itself, see Turns.
  Thread.detachNewThread {
    Task {
      do { awaited.has(.success(try await body())) } catch { awaited.has(.failure(error)) }
    }
  }
  return try awaited.result().get()
}

private final class Awaited<Value: Sendable>: Sendable {
  private let outcome = Mutex<Result<Value, any Error>?>(nil)
  private let isThere = DispatchSemaphore(value: 0)

  func has(_ result: Result<Value, any Error>) {
    outcome.withLock { $0 = result }
    isThere.signal()
  }

  func result() -> Result<Value, any Error> {
    isThere.wait()
    guard let result = outcome.withLock({ $0 }) else { preconditionFailure("signalled when there") }
    return result
  }
}
