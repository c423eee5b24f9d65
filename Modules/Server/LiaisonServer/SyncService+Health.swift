public import LiaisonSync

// Whether it answers its offices.
extension SyncService {
  public var health: ServerHealth { pulse.health }

  public func watchHealth(
    _ receive: @escaping @Sendable (ServerHealth) async throws -> Void
  ) async throws {
    var told: ServerHealth?
    while true {
      let next = pulse.changes.next
      let isLast = pulse.isDraining
      let health = pulse.health
      if health != told { try await receive(health) }
      told = health
      guard !isLast else { return }
      _ = await next.wait { try await pause(SyncLimits.storePause) }
      try Task.checkCancellation()
    }
  }

  /// Asks the store again and again whether it answers, until its task is cancelled: without it the server is
  /// taken for one that does not serve.
  public func watchStore() async throws {
    try await watchStore {
      do { try await log.status().checkHere() } catch let error as StoreError {
        // Whoever follows the log would go on to be told that nothing has happened.
        if case .moved = error { commits.close() }
        throw error
      }
    }
  }

  /// - Parameter ask: asks it.
  func watchStore(_ ask: () async throws -> Void) async throws {
    while true {
      do {
        try await asking(ask)
        pulse.storeAnswered()
      } catch CallError.storeUnavailable {
        pulse.storeFailed()
      }
      try await pause(SyncLimits.storePause)
    }
  }

  /// The time since this was called.
  public static func stopwatch() -> @Sendable () -> Duration {
    let start = ContinuousClock.now
    return { start.duration(to: .now) }
  }
}
