internal import LiaisonModel
internal import LiaisonSync

// What leaves, and what comes of it.
extension OutboxKeeper {
  /// The next edits of a push, marked as in flight before they leave; those that have changed since
  /// they were looked at are left out.
  /// - Returns: nil if there is none left.
  func nextBatch(
    _ unsent: inout ArraySlice<OutboxStanding>, _ limit: BatchLimit
  ) async throws -> [OutboxEntry]? {
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
  ) throws -> (taken: Int, entries: [OutboxEntry]) {
    var entries: [OutboxEntry] = []
    var (taken, rest) = (0, bytes)
    for standing in standings {
      if let entry = try transaction.record(standing.record)?.pending,
        entry.edit == standing.edit
      {
        let outgoing = try outgoing(entry)
        rest -= outgoing.bytes.count
        guard rest >= 0 || entries.isEmpty else { break }
        if let sent = entry.sent(as: outgoing) {
          if sent != entry { try transaction.put(sent) }
          entries.append(sent)
        }
      }
      taken += 1
    }
    return (taken, entries)
  }

  /// The revision to send: one in flight as it was sent before, any other on its base.
  private func outgoing(_ entry: OutboxEntry) throws -> FiledRevision {
    let coding = environment.coding
    guard coding.id(of: entry.ours.bytes) == entry.ours.id else {
      throw StoreError.damaged("an edit in the outbox is not what was written")
    }
    if try entry.isInFlight || coding.parent(of: entry.ours.bytes) == entry.base?.id {
      return entry.ours
    }
    let revision = try coding.decode(entry.ours.bytes)
    return try coding.encode(
      Revision(
        record: revision.record, kind: revision.kind, parent: entry.base?.id,
        secondParent: revision.secondParent, state: revision.state, origin: revision.origin))
  }

  /// Keeps what the server said of edits that were sent. An edit that a person has discarded since is
  /// left to the next pull.
  /// - Returns: how many amendments stand in the place of an edit that was sent.
  func settle(_ verdicts: [Verdict], of sent: [OutboxEntry]) async throws -> Int {
    let records = Dictionary(sent.map { ($0.edit, $0.record) }) { first, _ in first }
    return try await store.write(.durable) { transaction in
      let position = try transaction.identity().cursor?.position ?? .zero
      var own: [Entry] = []
      var kept: [Kept] = []
      for verdict in verdicts {
        guard let id = records[verdict.edit], let entry = try transaction.record(id)?.pending,
          entry.edit == verdict.edit
        else { continue }
        switch try entry.settled(by: verdict.outcome, at: position) {
        case .accepted(let accepted, let next):
          own.append(accepted)
          kept.append(Kept(record: id, entry: next, isAmendment: next != nil))
        case .waits(let next):
          kept.append(Kept(record: id, entry: next, isAmendment: next.edit != entry.edit))
        case .forgotten: kept.append(Kept(record: id, entry: nil, isAmendment: false))
        }
      }
      if !own.isEmpty { try transaction.apply(own: own) }
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
