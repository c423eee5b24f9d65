internal import LiaisonModel
internal import LiaisonSync

/// Keeps a replica in step with the register over one connection after the other.
struct Watch: Sendable {
  let store: any ReplicaStore
  let environment: ReplicaEnvironment
  let report: @Sendable (WatchEvent) -> Void

  /// Runs until it is cancelled, and comes back by itself after a pause if the line breaks.
  /// - Throws: what no waiting mends: another register, an unknown office, a full disk.
  func run(over connector: any SyncConnector, _ retry: OutboxKeeper.Retry) async throws {
    var failures = 0
    var retry = retry
    while !Task.isCancelled {
      do {
        let outage: WatchEvent.Outage
        do {
          outage = try await connector.connecting { [retry] in try await attend($0, retry) }
          (failures, retry) = (1, .due)
        } catch {
          outage = try self.outage(error)
          failures += 1
        }
        let pause = Backoff.pause(attempt: failures, random: environment.random())
        report(.offline(outage, retryMilliseconds: pause))
        try await environment.sleep(.milliseconds(pause))
      } catch  where Task.isCancelled {
        return
      }
    }
  }

  /// - Throws: the error itself if waiting does not mend it.
  private func outage(_ error: any Error) throws -> WatchEvent.Outage {
    guard !Task.isCancelled, let outage = WatchEvent.Outage(error) else { throw error }
    return outage
  }

  /// A round, and then a follow with pushes beside it.
  /// - Returns: what broke a line that had stood.
  private func attend(
    _ endpoint: any SyncEndpoint, _ retry: OutboxKeeper.Retry
  ) async throws -> WatchEvent.Outage {
    let driver = SyncDriver(endpoint, try await store.identity(), store, environment)
    report(.synced(try await driver.round(retry)))
    do {
      try await follow(endpoint, await driver.limit)
      try Task.checkCancellation()
      return .ended
    } catch {
      return try outage(error)
    }
  }

  private func follow(_ endpoint: any SyncEndpoint, _ limit: BatchLimit) async throws {
    let following = SyncDriver(endpoint, try await store.identity(), store, environment)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await following.follow { report(.received($0, conflicts: $1)) }
      }
      group.addTask { try await push(over: endpoint, limit) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  /// Sends what is edited here, soon after it was.
  private func push(over endpoint: any SyncEndpoint, _ limit: BatchLimit) async throws {
    let keeper = OutboxKeeper(store: store, environment: environment)
    while true {
      try await environment.sleep(.milliseconds(Tuning.watchMilliseconds))
      guard try await keeper.mayPush() else { continue }
      let driver = SyncDriver(endpoint, try await store.identity(), store, environment)
      report(.synced(try await driver.pushBesideFollow(limit)))
    }
  }
}
