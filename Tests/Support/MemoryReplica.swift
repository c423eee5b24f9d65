public import LiaisonModel
public import LiaisonSync

/// What a replica holds, as a value.
public struct MemoryReplica: Sendable {
  public struct Record: Sendable {
    /// Grows with each record that comes.
    let place: Int
    let kind: KindNumber
    public internal(set) var head: Entry?
    public internal(set) var earlier: [LogPosition: Entry] = [:]
    public var pending: OutboxEntry?
    /// Grows with each edit that comes; an edit in another's place keeps its age.
    var age = 0
  }

  struct Year: Hashable, Sendable {
    let series: NumberSeries
    let year: Int
  }

  public internal(set) var identity: ReplicaIdentity
  public var records: [RecordID: Record] = [:]
  var ancestors: [RecordID: [EncodedRevision]] = [:]
  public internal(set) var steps: [RememberedStep] = []
  var waypoints: [Cursor] = []
  public internal(set) var lost: [LostRevision] = []
  var places = 0
  var ages = 0
  var given: [Year: Int] = [:]
  /// The words of each indexed record; none for one that is not to be found.
  var words: [RecordID: [String]] = [:]
  /// The records whose references are indexed.
  var linked: Set<RecordID> = []

  public init(office: OfficeID, address: String) {
    identity = ReplicaIdentity(
      office: office, address: address, register: nil, cursor: nil, schema: nil)
  }

  /// What persons wrote and is in the outbox, or was kept as the ancestor of an edit.
  public var kept: Set<RevisionID> {
    let pending = records.values.compactMap(\.pending).flatMap {
      [$0.ours.id, $0.amendment?.revision.id].compactMap(\.self)
    }
    return Set(pending).union(ancestors.values.joined().map(\.id))
  }

  public func reading<Result>(_ body: (any ReplicaReader) throws -> Result) rethrows -> Result {
    try body(MemoryTransaction(self))
  }

  /// - Returns: what `body` did, and the replica as it is then.
  public func writing<Result>(
    _ body: (any ReplicaTransaction) throws -> Result
  ) rethrows -> (result: Result, after: MemoryReplica) {
    let transaction = MemoryTransaction(self)
    let result = try body(transaction)
    return (result, transaction.replica)
  }
}
