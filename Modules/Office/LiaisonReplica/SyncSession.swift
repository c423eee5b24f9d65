public import LiaisonModel
public import LiaisonSync

/// Drives one sync of a replica: performs the actions of ``SyncMachine``, one after the other.
public actor SyncSession {
  /// What a person is told while it runs.
  public enum Progress: Hashable, Sendable {
    case received(Int, remaining: Int)
    case sent(Int, remaining: Int)
  }

  /// What a sync did.
  public struct Report: Hashable, Sendable {
    public let machine: SyncMachine.Report
    public let rebased: Int
    public let conflicts: Int
  }

  private let store: any ReplicaStore
  private let coding: any RevisionCoding
  private let transport: any SyncTransport
  private let environment: ReplicaEnvironment
  private let progress: @Sendable (Progress) -> Void
  private var machine: SyncMachine
  private var rebases = Rebase.Report()
  private var unsent: [Int64] = []
  private var sent = 0
  private var amended = 0
  private var limit = BatchLimit()

  public init(
    store: any ReplicaStore, coding: any RevisionCoding, transport: any SyncTransport,
    environment: ReplicaEnvironment, progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) async throws {
    self.store = store
    self.coding = coding
    self.transport = transport
    self.environment = environment
    self.progress = progress
    machine = SyncMachine(try await store.identity())
  }

  /// Runs the round to its end. Stopped anywhere, it loses nothing: the next one goes on.
  /// - Throws: ``SyncError`` or ``StoreError``.
  public func run() async throws -> Report {
    var action = SyncMachine.Action.pull(machine.start())
    while action != .finish { action = try await perform(action) }
    return Report(
      machine: machine.report, rebased: rebases.rebased, conflicts: rebases.conflicts)
  }

  private func perform(_ action: SyncMachine.Action) async throws -> SyncMachine.Action {
    switch action {
    case .pull(let request):
      try await transport.pull(request) { try await self.receive($0) }
      return try machine.handle(.pullEnded)
    case .rebase:
      return try machine.handle(.rebased(sendable: try await rebase()))
    case .push:
      amended = 0
      try await transport.push(
        next: { try await self.nextBatch() }, receive: { try await self.receive($0) })
      return try machine.handle(.pushEnded(unsent: unsent.count, amended: amended))
    case .wait(let milliseconds):
      try await environment.sleep(.milliseconds(milliseconds))
      return try machine.handle(.waited)
    case .adopt, .apply, .settle, .finish, .proceed:
      preconditionFailure("\(action) is performed where its event is received")
    }
  }

  private func receive(_ message: PullResponse) async throws {
    switch try machine.handle(.received(message)) {
    case .adopt(let header):
      limit = BatchLimit(
        count: min(SyncLimits.batchCount, header.limits.batchCount),
        bytes: min(SyncLimits.batchBytes, header.limits.batchBytes))
      try await store.adopt(header)
    case .apply(let batch):
      try await store.apply(batch)
      progress(.received(machine.report.received, remaining: batch.remaining))
    default: preconditionFailure("a message of a pull is adopted or applied")
    }
  }

  private func rebase() async throws -> Int {
    let identity = try await store.identity()
    guard let schema = identity.schema else {
      throw SyncError(.peerFault, "the server sent no schema")
    }
    let rebase = Rebase(schema: schema, coding: coding)
    let report = try await store.rebase { [environment] entry, head in
      try rebase.outcome(of: entry, onto: head, edit: environment.newEdit())
    }
    rebases.rebased += report.rebased
    rebases.conflicts += report.conflicts
    unsent = try await store.sendable()
    return unsent.count
  }

  /// The next edits, marked as in flight before they leave.
  private func nextBatch() async throws -> PushRequest? {
    let identity = try await store.identity()
    guard let register = identity.register, let cursor = identity.cursor else {
      preconditionFailure("a push follows a pull")
    }
    while !unsent.isEmpty {
      let entries = try await store.entries(at: unsent, limit: limit)
      guard let last = entries.last?.position, let place = unsent.firstIndex(of: last) else {
        unsent = []
        return nil
      }
      unsent.removeFirst(place + 1)
      let revisions = try entries.map { (edit: $0.edit, revision: try outgoing($0)) }
      let marked = try await store.markInFlight(
        Dictionary(uniqueKeysWithValues: revisions.map { ($0.edit, $0.revision) }))
      guard !marked.isEmpty else { continue }
      sent += marked.count
      progress(.sent(sent, remaining: unsent.count))
      let edits = revisions.filter { marked.contains($0.edit) }
        .map { Edit(id: $0.edit, bytes: $0.revision.bytes) }
      _ = try machine.handle(.sent(edits.map(\.id)))
      return PushRequest(register: register, lineage: cursor.lineage, edits: edits)
    }
    return nil
  }

  /// The revision to send: one in flight as it was sent before, any other on its base.
  private func outgoing(_ entry: OutboxEntry) throws -> EncodedRevision {
    guard coding.id(of: entry.ours.bytes) == entry.ours.id else {
      throw StoreError.damaged("an edit in the outbox is not what was written")
    }
    let summary = try coding.summary(of: entry.ours.bytes)
    if entry.status == .inFlight || summary.parent == entry.base?.id { return entry.ours }
    let revision = try coding.decode(entry.ours.bytes)
    return try coding.encode(
      Revision(
        record: revision.record, kind: revision.kind, parent: entry.base?.id,
        secondParent: revision.secondParent, state: revision.state, origin: revision.origin))
  }

  private func receive(_ verdicts: [Verdict]) async throws {
    guard case .settle(let verdicts) = try machine.handle(.verdicts(verdicts)) else {
      preconditionFailure("verdicts are settled")
    }
    amended += try await store.settle(verdicts)
  }
}

/// Where a replica takes time, randomness and pauses from.
public struct ReplicaEnvironment: Sendable {
  public let now: @Sendable () -> Timestamp
  public let random: @Sendable () -> UInt64
  public let sleep: @Sendable (Duration) async throws -> Void

  public init(
    now: @escaping @Sendable () -> Timestamp, random: @escaping @Sendable () -> UInt64,
    sleep: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.now = now
    self.random = random
    self.sleep = sleep
  }

  func newEdit() -> EditID { id() }
  func newRecord() -> RecordID { id() }

  private func id<ID: Identity>() -> ID {
    var words = Words(word: random)
    return ID(at: now(), random: &words)
  }

  private struct Words: RandomNumberGenerator {
    let word: @Sendable () -> UInt64
    mutating func next() -> UInt64 { word() }
  }
}
