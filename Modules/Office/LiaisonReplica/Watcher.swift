public import LiaisonModel
public import LiaisonSync
internal import Synchronization

/// Keeps a replica in step with the register until it is cancelled: new changes arrive as they
/// are committed, and edits made here leave within a second.
public struct Watcher: Sendable {
  private let store: any ReplicaStore
  private let coding: any RevisionCoding
  private let environment: ReplicaEnvironment
  private let report: @Sendable (Event) -> Void

  public enum Event: Sendable {
    case synced(SyncSession.Report)
    /// Changes that arrived, and how many edits they brought into conflict.
    case received(Int, conflicts: Int)
    case offline(String, retryMilliseconds: Int)
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
      let failure: String
      do {
        failure = try await GRPCSyncTransport.connecting(to: address, office: office) {
          try await attend(over: $0)
        }
        failures = 0
      } catch let error where Watcher.isPassing(error) {
        failure = "\(error)"
      }
      if Task.isCancelled { return }
      failures += 1
      let pause = Backoff.pause(attempt: failures)
      report(.offline(failure, retryMilliseconds: pause))
      try await environment.sleep(.milliseconds(pause))
    }
  }

  /// Whether waiting may mend it.
  private static func isPassing(_ error: any Error) -> Bool {
    switch error {
    case let error as SyncError:
      [.unreachable, .unavailable, .tooManyRounds].contains(error.code)
    case let error as StoreError: error.code == .locked
    default: false
    }
  }

  /// Syncs, and then follows until the line breaks.
  /// - Returns: what broke it after it had stood.
  private func attend(over transport: any SyncTransport) async throws -> String {
    try await sync(over: transport)
    do {
      try await follow(over: transport)
      return "the server ended the connection"
    } catch let error where Watcher.isPassing(error) {
      return "\(error)"
    }
  }

  @discardableResult
  private func sync(over transport: any SyncTransport) async throws -> SyncSession.Report {
    let session = try await SyncSession(
      store: store, coding: coding, transport: transport, environment: environment)
    let result = try await session.run()
    report(.synced(result))
    return result
  }

  private func follow(over transport: any SyncTransport) async throws {
    // What was refused may be accepted once something has changed on either side.
    let isChanged = Flag()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await receive(over: transport) { isChanged.set() }
      }
      group.addTask {
        while !Task.isCancelled {
          try await environment.sleep(.milliseconds(Tuning.watchMilliseconds))
          let counts = try await store.outboxCounts()
          let isWorthATry =
            counts.refused + counts.codeTaken > 0
            && isChanged.take()
          guard counts.ready > 0 || isWorthATry else { continue }
          let report = try await sync(over: transport)
          if report.machine.committed > 0 { isChanged.set() }
        }
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func receive(
    over transport: any SyncTransport, changed: @escaping @Sendable () -> Void
  ) async throws {
    let identity = try await store.identity()
    let request = PullRequest(
      register: identity.register, cursor: identity.cursor,
      schemaVersion: identity.schema?.version ?? 0, follow: true)
    let through = Mutex(identity.cursor?.position ?? .zero)
    try await transport.pull(request) { message in
      switch message {
      case .header(let header):
        try SyncMachine.check(header, register: identity.register, cursor: identity.cursor)
        try await store.adopt(header)
      case .batch(let batch):
        try through.withLock { last in
          try SyncMachine.check(batch, after: last)
          last = batch.through
        }
        try await store.apply(batch)
        let conflicts = try await rebase()
        guard !batch.changes.isEmpty else { return }
        changed()
        report(.received(batch.changes.count, conflicts: conflicts))
      }
    }
  }

  /// - Returns: how many edits came into conflict.
  private func rebase() async throws -> Int {
    guard let schema = try await store.identity().schema else { return 0 }
    let rebase = Rebase(schema: schema, coding: coding)
    return try await store.rebase { [environment] entry, head in
      try rebase.outcome(of: entry, onto: head, edit: environment.newEdit())
    }.conflicts
  }
}
