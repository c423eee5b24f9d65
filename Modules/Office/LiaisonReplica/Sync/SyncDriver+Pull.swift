internal import LiaisonModel
internal import LiaisonSync

// What comes.
extension SyncDriver {
  func pull() async throws {
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

  func pull(naming older: [Cursor]) async throws {
    let look = try await look()
    mayHandBack = look.isLost || !older.isEmpty
    pulledTurns = identity.turns
    let request = machine.beginPull(
      at: identity.cursor, edits: look.edits, older: older, until: identity.until,
      report: look.report)
    try await applyingAll {
      try await endpoint.pull(request) { _ = try await self.receive($0) }
    }
    try machine.pullEnded()
  }

  /// What of a replica a pull names, and what follows from it.
  struct Look: Sendable {
    let edits: [EditID]
    let report: ReplicaReport
    let isLost: Bool
  }

  func look() async throws -> Look {
    try await store.read { [environment] reader in
      let edits = try reader.edits()
      return Look(
        edits: edits,
        report: ReplicaReport(
          try reader.counts(), edits, at: environment.now(), client: environment.client),
        isLost: try !reader.lost().isEmpty)
    }
  }

  /// Runs a pull, and returns when all that it brought is in the store, also if it breaks.
  func applyingAll(_ pull: () async throws -> Void) async throws {
    do {
      try await pull()
    } catch {
      try await applied()
      throw error
    }
    try await applied()
  }

  /// - Returns: how many changes the message brought.
  func receive(_ message: PullResponse) async throws -> Int {
    switch message {
    case .header(let header):
      try machine.received(header)
      limit = BatchLimit().narrowed(to: header.limits.batch)
      try await adopt(header)
      known = header.known
      wanted = header.wanted
      mayHandBack = mayHandBack || !wanted.isEmpty
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
  func adopt(_ header: PullHeader) async throws {
    let isKnown =
      identity.register == header.register ?? identity.register && identity.cursor != nil
      && header.schema == nil && header.shared == nil && !identity.isAhead
      && identity.head == header.head ?? identity.cursor
      && identity.role == header.role ?? identity.role
    guard !isKnown else { return }
    let goesBack = header.shared != nil || identity.isAhead
    mayHandBack = mayHandBack || goesBack
    let durability = goesBack ? Durability.durable : .repeatable
    identity = try await store.write(durability) {
      [coding = environment.coding, turns = pulledTurns] in
      try $0.check(turns: turns)
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
    pulledTurns = identity.turns
  }

  /// Reads a batch while those before it are being applied, and then has it applied in its turn.
  func apply(_ batch: PullBatch) async throws {
    guard !batch.changes.isEmpty || batch.through.position > identity.cursor?.position ?? .zero
    else {
      return
    }
    let filed = environment.coding.file(batch.changes)
    let entries = filed.entries
    unreadable += filed.faults.count
    if !isClone {
      came += entries.suffix(Tuning.shownArrivals)
      came.removeFirst(max(0, came.count - Tuning.shownArrivals))
    }
    try await applied(but: Tuning.batchesAhead - 1)
    applying.append(
      Task { [store, keeper, known, turns = pulledTurns, before = applying.last] in
        _ = try await before?.value
        return try await store.write(.repeatable) {
          // Another sync of this replica may be further on, maybe of another log.
          let here = try $0.check(turns: turns)
          if let place = here.cursor, place.position >= batch.through.position { return here }
          // A follow goes on from one place to the next.
          try $0.rememberPlace(of: here)
          if let schema = batch.schema { try $0.adopt(schema) }
          try $0.apply(entries, through: batch.through)
          try keeper.leave(known, in: $0)
          return try $0.identity()
        }
      })
  }

  /// Waits until the batches that were read are in the store, but for the last few. If one of them cannot
  /// be applied, none behind it is.
  func applied(but few: Int = 0) async throws {
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
