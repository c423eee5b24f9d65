public import LiaisonModel
public import LiaisonSync
import Synchronization

/// An office's replica in memory: what a ``ReplicaStore`` promises, in as few lines as it takes.
///
/// A transaction works on a copy, which takes the place of the replica when it ends: a throw leaves
/// nothing. A copy of the store itself is what a backup is.
public final class MemoryReplicaStore: ReplicaStore {
  private let replica: Mutex<MemoryReplica>

  public init(office: OfficeID, address: String) {
    replica = Mutex(MemoryReplica(office: office, address: address))
  }

  private init(_ replica: MemoryReplica) { self.replica = Mutex(replica) }

  /// The replica as it is now, on a disk of its own.
  public func backup() -> MemoryReplicaStore { MemoryReplicaStore(replica.withLock { $0 }) }

  public func identity() async throws -> ReplicaIdentity { replica.withLock { $0.identity } }

  public func read<Result: Sendable>(
    _ body: @escaping @Sendable (any ReplicaReader) throws -> Result
  ) async throws -> Result {
    try replica.withLock { $0 }.reading(body)
  }

  public func write<Result: Sendable>(
    _ durability: Durability,
    _ body: @escaping @Sendable (any ReplicaTransaction) throws -> Result
  ) async throws -> Result {
    try replica.withLock { replica in
      let (result, after) = try replica.writing(body)
      replica = after
      return result
    }
  }

  public func checkIntegrity() async throws {}
}
