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
  var unreadable = 0
  var mayHandBack = false

  /// The batches that the store takes, one after the other, while the next one comes and is read.
  var applying: [Task<ReplicaIdentity, any Error>] = []

  /// Whether all of the register comes.
  let isClone: Bool
  /// The last entries that came, unless all did.
  var came: [Entry] = []
  /// What the register has already of the outbox, as the last header says.
  var known: [KnownEdit] = []
  /// What the server lacks.
  var wanted: [WantedRevision] = []
  /// How often the replica had gone back when the pull under way began, and when the last push was sent.
  var pulledTurns = 0
  var pushedTurns = 0

  /// The schema that the replica had before, and what its office might do.
  private let schema: SchemaMark?
  private let role: Role?

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
    machine = SyncMachine(identity, speaking: environment.protocols)
    schema = identity.filedSchema?.mark
    role = identity.role
    isClone = identity.cursor == nil
  }

  /// Where edits go that were stale: the pull that brings what came first.
  private enum Catching {
    case pullAgain
    case follow
  }

  // MARK: Rounds

  /// Pulls, and pushes until nothing is left that can be sent. Stopped anywhere, it loses nothing: the
  /// next one goes on. If the connection breaks, that is this one, once.
  func round(_ retry: OutboxKeeper.Retry) async throws -> SyncReport {
    try await CallError.onceMore {
      if machine.report.calls > 0 { try await restart() }
      return try await unbroken(retry)
    }
  }

  private func unbroken(_ retry: OutboxKeeper.Retry) async throws -> SyncReport {
    do {
      try await pull()
      return try await pushes(retry, stale: .pullAgain)
    } catch CallError.otherHistory where identity.register != nil {
      // The server was restored while it was asked, or another sync of this replica has found that out.
      try await restart()
      try await pull()
      return try await pushes(retry, stale: .pullAgain)
    }
  }

  private func restart() async throws {
    identity = try await store.identity()
    machine.restarted(at: identity)
  }

  /// Pushes what can be sent while another driver's follow brings what comes.
  func pushBesideFollow(_ limit: BatchLimit) async throws -> SyncReport {
    self.limit = limit
    return try await pushes(.due, stale: .follow)
  }

  private func pushes(
    _ retry: OutboxKeeper.Retry, stale: Catching
  ) async throws -> SyncReport {
    // What was refused for the office's role may be taken now.
    var retry = role != nil && identity.role != role ? .all : retry
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

  // MARK: Following

  /// Follows the log until the server ends the call.
  /// - Parameter received: is told of each batch with changes, once the outbox stands on it.
  func follow(
    received: @escaping @Sendable (_ changes: Int, _ conflicts: Int) -> Void
  ) async throws {
    pulledTurns = identity.turns
    let look = try await look()
    let request = machine.beginPull(
      at: identity.cursor, follow: true, edits: look.edits, until: identity.until,
      report: look.report)
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
}
