internal import LiaisonModel
internal import LiaisonSync

// What a replica that went back, or a server that did, makes necessary.
extension SyncDriver {
  /// Takes out of the outbox what the register has; what an edit has taken in may be here only when the
  /// record's history is.
  func leave() async throws {
    for record in try await keeper.leave(known).sorted() {
      try await HistoryFetch(store: store, environment: environment)
        .bring(record, from: endpoint)
    }
    guard !known.isEmpty else { return }
    _ = try await keeper.leave(known)
  }

  func olderPlaces() async throws -> [Cursor] {
    let start = identity.register.map { LogChain(of: $0, environment.coding).end }
    return [start].compactMap(\.self) + (try await store.read { try $0.waypoints() })
  }

  /// Gives the server what it has lost.
  func handBack() async throws {
    let healer = Healer(
      endpoint: endpoint, store: store, environment: environment, limit: limit, wanted: wanted,
      version: machine.version)
    guard let done = try await healer.handBack() else { return }
    machine.handingBack()
    handedBack = handedBack.adding(done)
  }
}
