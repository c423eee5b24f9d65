import LiaisonSync
import Synchronization

/// A store that counts what it is asked, and lets something else come first once; or one that refuses
/// to be written.
final class CountingStore: ReplicaStore {
  private struct Counts {
    var identities = 0
    var reads = 0
    var writes: [Durability] = []
  }

  private let inner: any ReplicaStore
  private let counts = Mutex(Counts())

  private let first = Mutex<(@Sendable () async throws -> Void)?>(nil)

  private let refusal: StoreError?

  init(_ inner: any ReplicaStore, refusing refusal: StoreError? = nil) {
    (self.inner, self.refusal) = (inner, refusal)
  }

  /// Runs before the next durable write begins.
  func beforeDurableWrite(_ body: @escaping @Sendable () async throws -> Void) {
    first.withLock { $0 = body }
  }

  var identities: Int { counts.withLock { $0.identities } }
  var reads: Int { counts.withLock { $0.reads } }
  var writes: Int { counts.withLock { $0.writes.count } }
  var durableWrites: Int { counts.withLock { $0.writes.count { $0 == .durable } } }

  func identity() async throws -> ReplicaIdentity {
    counts.withLock { $0.identities += 1 }
    return try await inner.identity()
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any ReplicaReader) throws -> Result
  ) async throws -> Result {
    counts.withLock { $0.reads += 1 }
    return try await inner.read(body)
  }

  func write<Result: Sendable>(
    _ durability: Durability,
    _ body: @escaping @Sendable (any ReplicaTransaction) throws -> Result
  ) async throws -> Result {
    counts.withLock { $0.writes.append(durability) }
    if durability == .durable {
      let body = first.withLock { first in
        defer { first = nil }
        return first
      }
      try await body?()
    }
    if let refusal { throw refusal }
    return try await inner.write(durability, body)
  }

  func checkIntegrity() async throws { try await inner.checkIntegrity() }
}
