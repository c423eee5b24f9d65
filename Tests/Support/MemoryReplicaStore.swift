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
    try body(MemoryTransaction(replica.withLock { $0 }))
  }

  public func write<Result: Sendable>(
    _ durability: Durability,
    _ body: @escaping @Sendable (any ReplicaTransaction) throws -> Result
  ) async throws -> Result {
    try replica.withLock { replica in
      let transaction = MemoryTransaction(replica)
      let result = try body(transaction)
      replica = transaction.replica
      return result
    }
  }

  public func checkIntegrity() async throws {}
}

/// What a replica holds, as a value.
struct MemoryReplica: Sendable {
  struct Record: Sendable {
    /// Grows with each record that comes.
    let place: Int
    let kind: KindNumber
    var head: Entry?
    var earlier: [LogPosition: EncodedRevision] = [:]
    var pending: OutboxEntry?
    /// Grows with each edit that comes; an edit in another's place keeps its age.
    var age = 0
  }

  struct Year: Hashable, Sendable {
    let office: OfficeID
    let year: Int
  }

  var identity: ReplicaIdentity
  var records: [RecordID: Record] = [:]
  var ancestors: [RecordID: [EncodedRevision]] = [:]
  var steps: [RememberedStep] = []
  var waypoints: [Cursor] = []
  var lost: [LostRevision] = []
  var places = 0
  var ages = 0
  var given: [Year: Int] = [:]
  /// The words of each indexed record; none for one that is not to be found.
  var words: [RecordID: [String]] = [:]
  /// The records whose references are indexed.
  var linked: Set<RecordID> = []

  init(office: OfficeID, address: String) {
    identity = ReplicaIdentity(
      office: office, address: address, register: nil, cursor: nil, schema: nil)
  }
}
