public import LiaisonModel
public import LiaisonSync

/// Keeps a replica in step with the register until it is cancelled: new changes arrive as they
/// are committed, and edits made here leave within a second.
public struct Watcher: Sendable {
  private let store: any ReplicaStore
  private let coding: any RevisionCoding
  private let environment: ReplicaEnvironment
  private let report: @Sendable (Event) -> Void

  public enum Event: Sendable {
    case synced(SyncSession.Report)
    case received(Int)
    case offline(SyncError, retryMilliseconds: Int)
  }

  public init(
    store: any ReplicaStore, coding: any RevisionCoding, environment: ReplicaEnvironment,
    report: @escaping @Sendable (Event) -> Void
  ) {
    self.store = store
    self.coding = coding
    self.environment = environment
    self.report = report
  }

  /// - Throws: what no waiting mends: another register, an unknown office, a full disk.
  public func run(address: String, office: OfficeID) async throws {
    var failures = 0
    while !Task.isCancelled {
      let failure: SyncError
      do {
        failure = try await GRPCSyncTransport.connecting(to: address, office: office) {
          try await attend(over: $0)
        }
        failures = 0
      } catch let error as SyncError where error.isPassing {
        failure = error
      }
      if Task.isCancelled { return }
      failures += 1
      let pause = Backoff.pause(attempt: failures)
      report(.offline(failure, retryMilliseconds: pause))
      try await environment.sleep(.milliseconds(pause))
    }
  }

  /// Syncs, and then follows until the line breaks.
  /// - Returns: what broke it after it had stood.
  private func attend(over transport: any SyncTransport) async throws -> SyncError {
    try await sync(over: transport)
    do {
      try await follow(over: transport)
      return SyncError(.unreachable, "the server ended the connection")
    } catch let error as SyncError where error.isPassing {
      return error
    }
  }

  private func sync(over transport: any SyncTransport) async throws {
    let session = try await SyncSession(
      store: store, coding: coding, transport: transport, environment: environment)
    let result = try await session.run()
    report(.synced(result))
  }

  private func follow(over transport: any SyncTransport) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await receive(over: transport) }
      group.addTask {
        while !Task.isCancelled {
          try await environment.sleep(.milliseconds(Limits.watchMilliseconds))
          if try await store.outboxCounts().ready > 0 { try await sync(over: transport) }
        }
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func receive(over transport: any SyncTransport) async throws {
    let identity = try await store.identity()
    let request = PullRequest(
      register: identity.register, cursor: identity.cursor,
      schemaVersion: identity.schema?.version ?? 0, follow: true)
    try await transport.pull(request) { message in
      switch message {
      case .header(let header):
        try SyncMachine.check(header, register: identity.register, cursor: identity.cursor)
        try await store.adopt(header)
      case .batch(let batch):
        try await store.apply(batch)
        try await rebase()
        if !batch.changes.isEmpty { report(.received(batch.changes.count)) }
      }
    }
  }

  private func rebase() async throws {
    guard let schema = try await store.identity().schema else { return }
    let rebase = Rebase(schema: schema, coding: coding)
    _ = try await store.rebase { [environment] entry, head in
      try rebase.outcome(of: entry, onto: head, edit: environment.newEdit())
    }
  }
}

extension SyncError {
  /// Whether waiting may mend it.
  fileprivate var isPassing: Bool { code == .unreachable || code == .unavailable }
}
