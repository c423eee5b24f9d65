internal import LiaisonModel
internal import LiaisonSync

/// An edit as it leaves.
struct Outgoing: Sendable {
  let entry: OutboxEntry
  /// The bytes of what stands behind it.
  let ancestors: [[UInt8]]
  /// Whether it was sent before, and no answer came.
  let wasSent: Bool

  var edit: Edit {
    Edit(
      id: entry.edit, bytes: entry.ours.bytes, absorbed: entry.absorbed, ancestors: ancestors,
      wasSent: wasSent)
  }
}

// What leaves, and what comes of it.
extension OutboxKeeper {
  /// The next edits of a push, marked as in flight before they leave; those that have changed since
  /// they were looked at are left out.
  /// - Returns: nil if there is none left.
  func nextBatch(
    _ unsent: inout ArraySlice<OutboxStanding>, _ limit: BatchLimit
  ) async throws -> [Outgoing]? {
    while !unsent.isEmpty {
      let batch = unsent.prefix(limit.count)
      let marked = try await store.write(.durable) {
        try mark(batch, upTo: limit.bytes, in: $0)
      }
      unsent = unsent.dropFirst(marked.taken)
      if !marked.entries.isEmpty { return marked.entries }
    }
    return nil
  }

  /// Marks from the front what fits into one request.
  /// - Returns: how many standings that took, and the entries as they leave.
  private func mark(
    _ standings: ArraySlice<OutboxStanding>, upTo bytes: Int,
    in transaction: any ReplicaTransaction
  ) throws -> (taken: Int, entries: [Outgoing]) {
    var entries: [Outgoing] = []
    var (taken, rest) = (0, bytes)
    for standing in standings {
      if let entry = try transaction.record(standing.record)?.pending,
        entry.edit == standing.edit
      {
        let outgoing = try outgoing(entry)
        let ancestors = try ancestors(of: entry, in: transaction)
        rest -= ancestors.reduce(outgoing.bytes.count + entry.absorbed.count * Self.idBytes) {
          $0 + $1.count
        }
        guard rest >= 0 || entries.isEmpty else { break }
        if let sent = entry.sent(as: outgoing) {
          if sent != entry { try transaction.put(sent) }
          entries.append(
            Outgoing(entry: sent, ancestors: ancestors, wasSent: entry.isInFlight))
        }
      }
      taken += 1
    }
    return (taken, entries)
  }

  /// The bytes of what stands behind an edit.
  private func ancestors(
    of entry: OutboxEntry, in transaction: any ReplicaTransaction
  ) throws -> [[UInt8]] {
    var ancestors: [[UInt8]] = []
    var bytes = 0
    for name in entry.ancestors.prefix(SyncLimits.ancestors) {
      guard let ancestor = try transaction.revision(name, of: entry.record) else {
        throw StoreError.damaged("what stands behind an edit in the outbox is not there")
      }
      bytes += ancestor.bytes.count
      // A chain that is cut is one: a single edit must always fit into a message.
      if bytes > SyncLimits.ancestorBytes { break }
      ancestors.append(ancestor.bytes)
    }
    return ancestors
  }

  /// What an id takes in a message.
  private static let idBytes = 18

  /// The revision to send: one in flight as it was sent before, any other on its base.
  private func outgoing(_ entry: OutboxEntry) throws -> FiledRevision {
    let coding = environment.coding
    guard coding.id(of: entry.ours.bytes) == entry.ours.id else {
      throw StoreError.damaged("an edit in the outbox is not what was written")
    }
    return try entry.standing(by: coding).ours
  }

  /// Keeps what the server said of edits that were sent. An edit that a person has discarded since is
  /// left to the next pull, and one whose verdict another sync of this replica has brought is settled.
  /// - Returns: how many amendments stand in the place of an edit that was sent.
  func settle(
    _ verdicts: [Verdict], of sent: [Outgoing], turns: Int
  ) async throws -> Int {
    let records = Dictionary(sent.map { ($0.entry.edit, $0.entry.record) }) { first, _ in first }
    return try await store.write(.durable) { [coding = environment.coding] transaction in
      try transaction.check(turns: turns)
      let position = try transaction.identity().cursor?.position ?? .zero
      var own: [Entry] = []
      var kept: [Kept] = []
      for verdict in verdicts {
        guard let id = records[verdict.edit], let entry = try transaction.record(id)?.pending,
          entry.edit == verdict.edit, entry.isInFlight
        else { continue }
        switch try entry.settled(by: verdict.outcome, at: position) {
        case .accepted(let accepted, let next):
          own.append(accepted)
          kept.append(Kept(record: id, entry: next, isAmendment: next != nil))
        case .known(let next):
          kept.append(Kept(record: id, entry: next, isAmendment: next != nil))
        case .waits(let next):
          kept.append(
            Kept(
              record: id, entry: try next.standing(by: coding),
              isAmendment: next.edit != entry.edit))
        case .forgotten: kept.append(Kept(record: id, entry: nil, isAmendment: false))
        }
      }
      if !own.isEmpty {
        try transaction.rememberPlace()
        try transaction.apply(own: own, coding)
      }
      for kept in kept {
        if let entry = kept.entry {
          try transaction.put(entry)
        } else {
          try transaction.remove(kept.record)
        }
      }
      return kept.count(where: \.isAmendment)
    }
  }

  /// What a verdict leaves of a record's edit; nil if nothing.
  private struct Kept {
    let record: RecordID
    let entry: OutboxEntry?
    let isAmendment: Bool
  }
}
