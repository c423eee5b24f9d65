internal import LiaisonModel
internal import LiaisonSync

/// Drives the calls of one connection: makes each event known to ``SyncMachine``, and does what
/// follows from it. One for a round, and one for each push beside a follow.
actor SyncDriver {
  let endpoint: any SyncEndpoint
  let store: any ReplicaStore
  let environment: ReplicaEnvironment
  let keeper: OutboxKeeper
  let progress: @Sendable (SyncProgress) -> Void
  var machine: SyncMachine
  var identity: ReplicaIdentity
  /// What the server takes in one request.
  var limit = BatchLimit()
  private var (merged, conflicts) = (0, 0)
  var handedBack = HandBack()
  /// Changes that cannot be read.
  private var unreadable = 0
  private var mayHandBack = false

  /// The batches that the store takes, one after the other, while the next one comes and is read.
  private var applying: [Task<ReplicaIdentity, any Error>] = []

  /// The last entries that came.
  private(set) var came: [Entry] = []
  /// What the register has already of the outbox, as the last header says.
  var known: [KnownEdit] = []

  /// The schema that the replica had before.
  private let schema: SchemaMark?

  // Of the push under way.
  var unsent: ArraySlice<OutboxStanding> = []
  var awaiting: [Outgoing] = []
  var (sent, amended) = (0, 0)

  init(
    _ endpoint: any SyncEndpoint, _ identity: ReplicaIdentity, _ store: any ReplicaStore,
    _ environment: ReplicaEnvironment,
    progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
  ) {
    self.endpoint = endpoint
    self.identity = identity
    self.store = store
    self.environment = environment
    self.progress = progress
    keeper = OutboxKeeper(store: store, environment: environment)
    machine = SyncMachine(identity)
    schema = identity.filedSchema?.mark
  }

  /// Where edits go that were stale: the pull that brings what came first.
  private enum Catching {
    case pullAgain
    case follow
  }

  // MARK: Rounds

  /// Pulls, and pushes until nothing is left that can be sent. Stopped anywhere, it loses nothing: the
  /// next one goes on.
  func round(_ retry: OutboxKeeper.Retry) async throws -> SyncReport {
    try await pull()
    return try await pushes(retry, stale: .pullAgain)
  }

  /// Pushes what can be sent while another driver's follow brings what comes.
  func pushBesideFollow(_ limit: BatchLimit) async throws -> SyncReport {
    self.limit = limit
    return try await pushes(.due, stale: .follow)
  }

  private func pushes(
    _ retry: OutboxKeeper.Retry, stale: Catching
  ) async throws -> SyncReport {
    var retry = retry
    // Whoever edits faster than this sends is left to the next sync.
    for _ in 0..<Tuning.outboxLooks {
      let ready = try await keeper.makeReady(retry)
      retry = .due
      merged += ready.merged
      conflicts += ready.conflicts
      switch machine.rebased(sendable: ready.sendable.count) {
      case .done: return report(ready.counts)
      case .push: break
      }
      let committed = machine.report.committed
      switch try await push(ready.sendable) {
      case .rebase: break
      case .pull(let attempt):
        try await pause(attempt)
        switch stale {
        case .pullAgain: try await pull()
        case .follow: break
        }
      case .done:
        // What was refused may have waited for what was committed with it.
        guard machine.report.committed > committed else {
          return report(try await keeper.counts())
        }
      }
    }
    return report(try await keeper.counts())
  }

  private func report(_ counts: OutboxCounts) -> SyncReport {
    SyncReport(
      round: machine.report, merged: merged, conflicts: conflicts, handBack: handedBack,
      counts: counts, unreadable: unreadable,
      schema: schema == nil || identity.filedSchema?.mark == schema ? nil : identity.schema?.version
    )
  }

  // MARK: Pulling

  private func pull() async throws {
    if machine.report.calls > 0 { identity = try await store.identity() }
    do {
      try await pull(naming: [])
    } catch CallError.otherHistory where identity.register != nil && machine.isAwaitingHeader {
      // The server was restored, or has lost entries: it goes on from the last place that both have.
      machine.pullRefused()
      try await pull(naming: try await olderPlaces())
    }
    // What was accepted may be here only now.
    try await leave()
    if mayHandBack { try await handBack() }
  }

  private func pull(naming older: [Cursor]) async throws {
    let look = try await store.read { (edits: try $0.edits(), isLost: try !$0.lost().isEmpty) }
    mayHandBack = look.isLost || !older.isEmpty
    let request = machine.beginPull(
      at: identity.cursor, edits: look.edits, older: older, until: identity.until)
    try await applyingAll {
      try await endpoint.pull(request) { _ = try await self.receive($0) }
    }
    try machine.pullEnded()
  }

  /// Follows the log until the server ends the call.
  /// - Parameter received: is told of each batch with changes, once the outbox stands on it.
  func follow(
    received: @escaping @Sendable (_ changes: Int, _ conflicts: Int) -> Void
  ) async throws {
    let request = machine.beginPull(
      at: identity.cursor, follow: true, edits: try await store.read { try $0.edits() },
      until: identity.until)
    try await applyingAll {
      try await endpoint.pull(request) { message in
        let changes = try await self.receive(message)
        guard changes > 0 else { return }
        try await self.applied()
        received(changes, try await self.keeper.makeReady(.due).conflicts)
      }
    }
    try machine.pullEnded()
  }

  /// Runs a pull, and returns when all that it brought is in the store, also if it breaks.
  private func applyingAll(_ pull: () async throws -> Void) async throws {
    do {
      try await pull()
    } catch {
      try await applied()
      throw error
    }
    try await applied()
  }

  /// - Returns: how many changes the message brought.
  private func receive(_ message: PullResponse) async throws -> Int {
    switch message {
    case .header(let header):
      try machine.received(header)
      limit = BatchLimit().narrowed(to: header.limits.batch)
      try await adopt(header)
      known = header.known
      _ = try await keeper.leave(known)
      return 0
    case .batch(let batch):
      try machine.received(batch)
      try await apply(batch)
      progress(
        .received(Progress(done: machine.report.received, remaining: batch.remaining)))
      return batch.changes.count
    }
  }

  /// A header that tells nothing new costs no transaction.
  private func adopt(_ header: PullHeader) async throws {
    let isKnown =
      identity.register == header.register ?? identity.register && identity.cursor != nil
      && header.schema == nil && header.shared == nil && !identity.isAhead
      && identity.head == header.head ?? identity.cursor
    guard !isKnown else { return }
    let goesBack = header.shared != nil || identity.isAhead
    mayHandBack = mayHandBack || goesBack
    let durability = goesBack ? Durability.durable : .repeatable
    identity = try await store.write(durability) { [coding = environment.coding] in
      // What was accepted past the cursor is vouched for by nothing: it comes again, or was lost.
      let own = try $0.identity()
      if let place = header.shared ?? (own.isAhead ? own.cursor : nil) {
        try $0.rewind(to: place) { try coding.summary(of: $0) }
      }
      try $0.rememberPlace()
      try $0.adopt(header)
      if let head = header.head, head.position == .zero { try $0.apply([], through: head) }
      return try $0.identity()
    }
  }

  /// Reads a batch while those before it are being applied, and then has it applied in its turn.
  private func apply(_ batch: PullBatch) async throws {
    guard !batch.changes.isEmpty || batch.through.position > identity.cursor?.position ?? .zero
    else {
      return
    }
    let filed = environment.coding.file(batch.changes)
    let entries = filed.entries
    unreadable += filed.faults.count
    came = Array((came + entries.suffix(Tuning.shownArrivals)).suffix(Tuning.shownArrivals))
    try await applied(but: Tuning.batchesAhead - 1)
    applying.append(
      Task { [store, keeper, known, before = applying.last] in
        _ = try await before?.value
        return try await store.write(.repeatable) {
          if let schema = batch.schema { try $0.adopt(schema) }
          try $0.apply(entries, through: batch.through)
          try keeper.leave(known, in: $0)
          return try $0.identity()
        }
      })
  }

  /// Waits until the batches that were read are in the store, but for the last few. If one of them cannot
  /// be applied, none behind it is.
  private func applied(but few: Int = 0) async throws {
    while applying.count > few {
      do {
        identity = try await applying.removeFirst().value
      } catch {
        applying = []
        throw error
      }
    }
  }
}
