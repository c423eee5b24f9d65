public import LiaisonModel
public import LiaisonSync
import Synchronization

/// A change log in memory, in the plainest way: what every other one is compared with.
public final class MemoryChangeLog: ChangeLog {
  struct State {
    struct Head {
      var position: LogPosition
      var revision: FiledRevision
      var links = Links()
      var keys: [UniqueKey] = []
    }

    var offices: [OfficeID: Office] = [:]
    var edits: [EditID: FiledEdit] = [:]
    var ancestors: [RevisionID: EncodedRevision] = [:]
    var holders: [RevisionID: Committed] = [:]
    var wanted: [RevisionID: FiledEdit] = [:]
    var entries: [Entry] = []
    /// What stands at each position.
    var names: [RevisionID] = []
    var schema: FiledSchema
    var schemas: [LoggedSchema] = []
    var heads: [RecordID: Head] = [:]
    var handedBack: [LogPosition: OfficeID] = [:]
    var isHealing = false
    var isStandby = false
    /// The log's cursors, from before its first entry on.
    var cursors: [Cursor]
    var chain: LogChain

    /// What a record's entries are filed under, the last one's edit first.
    func ids(of entries: [Entry]) -> EditIDs? {
      let all = entries.flatMap { entry -> [EditID] in
        let here = edits.filter { $0.value.committed.position == entry.position }.keys.sorted()
        return here.filter { $0 != entry.edits?.edit } + [entry.edits?.edit].compactMap(\.self)
      }
      guard let edit = entries.last?.edits?.edit else { return nil }
      return EditIDs(
        edit, absorbed: all.filter { $0 != edit }.suffix(SyncLimits.changeEdits))
    }
  }

  /// What the log was asked, for tests that count.
  public struct Work: Sendable {
    public var commits = 0
    public var facts = 0
    /// How often it was read.
    public var reads = 0
  }

  private let register: RegisterID
  private let state: Mutex<State>
  private let done = Mutex(Work())

  public init(
    register: RegisterID, schema: Schema, hashing: any Hashing = PlainCoding()
  ) {
    self.register = register
    let chain = LogChain(of: register, hashing)
    state = Mutex(
      State(schema: FiledSchema(plain: schema), cursors: [chain.end], chain: chain))
  }

  private init(_ register: RegisterID, _ state: State) {
    self.register = register
    self.state = Mutex(state)
  }

  /// The log as it is now, on a disk of its own.
  public func backup() -> MemoryChangeLog {
    MemoryChangeLog(register, state.withLock { $0 })
  }

  /// A log that copies this one, and is as far as this one is now.
  public func standby() -> MemoryChangeLog {
    let copy = backup()
    copy.state.withLock { $0.isStandby = true }
    return copy
  }

  /// It copies no other log any more.
  public func promote() { state.withLock { $0.isStandby = false } }

  /// From now on it is what another log is now: its server asks another database.
  public func failOver(to other: MemoryChangeLog) {
    let other = other.state.withLock { $0 }
    state.withLock { $0 = other }
  }

  /// All entries, in their order.
  public var entries: [Entry] { state.withLock { $0.entries } }

  /// What stands behind second parents and is no entry.
  public var ancestors: [RevisionID: EncodedRevision] { state.withLock { $0.ancestors } }

  /// The cursor of an entry; one of no log past the last one.
  public func cursor(at position: Int64) -> Cursor {
    let cursors = state.withLock { $0.cursors }
    return cursors.indices.contains(Int(position)) ? cursors[Int(position)] : .test(position)
  }

  public var work: Work { done.withLock { $0 } }

  public func status(among places: [Cursor]) async throws -> LogStatus {
    let state = state.withLock { $0 }
    let shared = places.filter(state.cursors.contains).max { $0.position < $1.position }
    return LogStatus(
      register: register, head: state.chain.end, schema: state.schema, isHealing: state.isHealing,
      isStandby: state.isStandby, shared: shared,
      wanted: Array(
        state.wanted.map { WantedRevision(record: $1.record, revision: $0) }
          .sorted { $0.revision.bytes.lexicographicallyPrecedes($1.revision.bytes) }
          .prefix(SyncLimits.wanted)))
  }

  public func count(after position: LogPosition) async throws -> RecordCount {
    let heads = changed(after: position)
    return RecordCount(
      all: heads.count, live: heads.count { !$0.revision.summary.isDeleted })
  }

  public func office(_ id: OfficeID) async throws -> Office? {
    state.withLock { $0.offices[id] }
  }

  public func offices() async throws -> [Office] {
    state.withLock { $0.offices.values.sorted { $0.id.text < $1.id.text } }
  }

  public func add(_ office: Office) async throws {
    try state.withLock { state in
      guard state.offices[office.id] == nil else {
        throw StoreError.exists("the register has an office \(office.id) already")
      }
      state.offices[office.id] = office
    }
  }

  public func changes(
    after position: LogPosition, since: LogPosition, limit: BatchLimit
  ) async throws -> LogBatch {
    done.withLock { $0.reads += 1 }
    let (cursors, schemas) = state.withLock { ($0.cursors, $0.schemas) }
    func schema(through last: Cursor) -> FiledSchema? {
      schemas.last { $0.position > position && $0.position <= last.position }?.filed
    }
    var changes: [Change] = []
    var size = 0
    for head in changed(after: position) {
      size += head.revision.bytes.count
      if let last = changes.last, changes.count >= limit.count || size > limit.bytes {
        let through = cursors[Int(last.position.number)]
        return LogBatch(
          changes: changes, schema: schema(through: through), through: through, isLast: false)
      }
      let earlier = entries.filter {
        $0.revision.summary.record == head.revision.summary.record && $0.position > since
          && $0.position <= head.position
      }
      changes.append(
        Change(
          position: head.position, bytes: head.revision.bytes,
          edits: state.withLock { $0.ids(of: earlier) }))
    }
    let end = cursors[cursors.count - 1]
    return LogBatch(changes: changes, schema: schema(through: end), through: end, isLast: true)
  }

  public func setHealing(_ isHealing: Bool) async throws {
    state.withLock { $0.isHealing = isHealing }
  }

  public func committed(_ edits: Set<EditID>) async throws -> [EditID: FiledEdit] {
    state.withLock { $0.edits.filter { edits.contains($0.key) } }
  }

  public func history(
    of record: RecordID, parents: @escaping @Sendable ([UInt8]) throws -> [RevisionID]
  ) async throws -> [Change] {
    let state = state.withLock { $0 }
    let entries = Dictionary(state.entries.map { ($0.revision.id, $0) }) { first, _ in first }
    var open = state.entries.filter { $0.revision.summary.record == record }.map(\.revision.id)
    var found: [RevisionID: Change] = [:]
    while let next = open.popLast() {
      let entry = entries[next].map {
        Change(position: $0.position, bytes: $0.revision.bytes, edits: state.ids(of: [$0]))
      }
      let ancestor = state.ancestors[next].map { Change(position: .zero, bytes: $0.bytes) }
      guard found[next] == nil, let change = entry ?? ancestor else { continue }
      found[next] = change
      open += try parents(change.bytes)
    }
    return found.values.sorted { $0.position > $1.position }
  }

  public func latest(_ limit: Int, isHandedBack: Bool) async throws -> [LoggedRevision] {
    let (entries, handedBack) = state.withLock { ($0.entries, $0.handedBack) }
    let all = entries.reversed().map {
      LoggedRevision(
        position: $0.position, revision: $0.revision.encoded,
        handedBackBy: handedBack[$0.position])
    }
    return Array(all.filter { !isHandedBack || $0.handedBackBy != nil }.prefix(limit))
  }

  public func forEachEntry(
    _ body: @escaping @Sendable (RevisionID, Cursor) throws -> Void
  ) async throws {
    let (names, cursors) = state.withLock { ($0.names, $0.cursors) }
    for (name, cursor) in zip(names, cursors.dropFirst()) { try body(name, cursor) }
  }

  public func schemas() async throws -> [LoggedSchema] { state.withLock { $0.schemas } }

  private func changed(after position: LogPosition) -> [State.Head] {
    state.withLock { state in
      state.heads.values.filter { $0.position > position }.sorted { $0.position < $1.position }
    }
  }

  public func forEachRevision(
    _ body: @escaping @Sendable (KeptRevision) throws -> Void
  ) async throws {
    let (entries, heads) = state.withLock { ($0.entries, $0.heads) }
    let sorted = entries.sorted {
      let (one, other) = ($0.revision.summary.record, $1.revision.summary.record)
      return one == other ? $0.position < $1.position : one < other
    }
    for entry in sorted {
      let record = entry.revision.summary.record
      let head = heads[record].flatMap { $0.position == entry.position ? $0 : nil }
      try body(
        KeptRevision(
          position: entry.position, record: record, encoded: entry.revision.encoded,
          filed: head?.revision.summary, links: head?.links ?? Links()))
    }
  }

  public func commit(
    _ question: CommitQuestion,
    decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict] {
    try await transaction { log in
      let facts = try log.facts(for: question)
      self.done.withLock { work in
        work.commits += 1
        work.facts += facts.count
      }
      return try log.append(decide(facts))
    }
  }

  public func transaction<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result {
    try state.withLock { state in
      let transaction = MemoryLogTransaction(state)
      let result = try body(transaction)
      state = transaction.state
      return result
    }
  }

  public func checkIntegrity() async throws {}
}
