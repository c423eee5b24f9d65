internal import LiaisonModel
public import LiaisonSync

// What brings replica and register together.
extension Replica {
  /// One round: pulls what changed, merges it with what was edited here, and pushes the outbox.
  /// Stopped anywhere, it loses nothing: the next one goes on.
  /// - Parameters:
  ///   - connector: the way to the server.
  ///   - address: where that leads. One that has answered for this register is the replica's from
  ///     then on.
  ///   - retriesAll: whether every refused edit is sent again, not only those that something has
  ///     changed for.
  /// - Throws: ``CallError``, ``StoreError``.
  public func sync(
    over connector: any SyncConnector, at address: String, retriesAll: Bool = false,
    progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
  ) async throws -> SyncReport {
    let identity = try await store.identity()
    var (report, came) = try await connector.connecting { [store, environment] endpoint in
      let driver = SyncDriver(endpoint, identity, store, environment, progress: progress)
      return (try await driver.round(retriesAll ? .all : .due), await driver.came)
    }
    if address != identity.address {
      try await store.write(.durable) { try $0.setAddress(address) }
    }
    if !came.isEmpty { report.came = try await arrivals(came, of: report.round.received) }
    if report.conflicts > 0 {
      report.unsettled = try await read { try $0.pending().filter(\.isConflict).map(\.code) }
    }
    return report
  }

  /// - Parameters:
  ///   - entries: the last that came.
  ///   - count: how many came.
  private func arrivals(_ entries: [Entry], of count: Int) async throws -> Arrivals {
    try await read { snapshot in
      let items = try entries.reversed().compactMap { entry in
        try snapshot.arrival(
          entry.revision.id, snapshot.coding.look(at: entry.revision.encoded).revision)
      }
      // What was here before, and came again, has changed nothing.
      return Arrivals(items: items.filter { !$0.isUnchanged }, more: max(0, count - entries.count))
    }
  }

  /// Keeps replica and register in step until it is cancelled: changes arrive as they are committed,
  /// and what is edited here leaves within ``Tuning/watchMilliseconds``. It comes back by itself after
  /// a line that broke.
  /// - Throws: what no waiting mends: another register, an unknown office, a full disk.
  public func watch(
    over connector: any SyncConnector, retriesAll: Bool = false,
    report: @escaping @Sendable (WatchEvent) -> Void
  ) async throws {
    try await Watch(store: store, environment: environment, report: report)
      .run(over: connector, retriesAll ? .all : .due)
  }
}
