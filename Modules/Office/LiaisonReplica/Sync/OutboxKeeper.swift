internal import LiaisonModel
internal import LiaisonSync

/// Carries the rules of the outbox out over a store: whatever takes time is computed between two
/// short transactions, and kept if its entry is still the one that it was computed from.
struct OutboxKeeper {
  let store: any ReplicaStore
  let environment: ReplicaEnvironment

  /// What brought the outbox onto the heads.
  struct Readiness: Sendable {
    /// What a push sends, in its order.
    var sendable: [OutboxStanding] = []
    var merged = 0
    var conflicts = 0
    var counts = ReplicaCounts()
  }

  /// Which refused edits are sent again.
  enum Retry: Hashable, Sendable {
    /// Those that something has changed for since.
    case due
    case all
  }

  /// How many edits are merged between two transactions.
  private static let stride = 100

  // MARK: Making ready

  /// Merges every edit whose head has moved, and takes up refused ones.
  func makeReady(_ retry: Retry) async throws -> Readiness {
    var readiness = Readiness()
    for _ in 0..<Tuning.saveAttempts {
      let look = try await look()
      readiness.counts = look.counts
      readiness.sendable = OutboxStanding.sendable(look.outbox)
      let moved = look.outbox.filter(\.needsRebase)
      let refused = look.outbox.filter { $0.isRefused && !$0.needsRebase }
      var isChanged = try await rebase(moved, look.schema, &readiness)
      if try await take(up: refused, retry) { isChanged = true }
      guard isChanged else { return readiness }
    }
    return readiness
  }

  private struct Look: Sendable {
    let schema: Schema?
    let outbox: [OutboxStanding]
    let counts: ReplicaCounts
  }

  private func look() async throws -> Look {
    try await store.read {
      Look(schema: try $0.identity().schema, outbox: try $0.outbox(), counts: try $0.counts())
    }
  }

  /// - Returns: whether there was anything to do.
  private func rebase(
    _ moved: [OutboxStanding], _ schema: Schema?, _ readiness: inout Readiness
  ) async throws -> Bool {
    guard !moved.isEmpty else { return false }
    guard let schema else { throw CallError.peerFault(.noSchema) }
    let rebase = Rebase(schema: schema, coding: environment.coding)
    for start in Swift.stride(from: 0, to: moved.count, by: Self.stride) {
      let part = moved[start..<min(start + Self.stride, moved.count)]
      let changes = try await records(of: part).compactMap { stored -> Change? in
        guard let stored, let entry = stored.pending, let head = stored.head else { return nil }
        let outcome = try rebase.outcome(
          of: entry, onto: head, edit: environment.newEdit())
        return Change(of: stored, to: entry.rebased(outcome, onto: head))
      }
      for change in try await keep(changes) {
        if change.entry.isConflict { readiness.conflicts += 1 } else { readiness.merged += 1 }
      }
    }
    return true
  }

  /// - Returns: whether any is taken up.
  private func take(up refused: [OutboxStanding], _ retry: Retry) async throws -> Bool {
    guard !refused.isEmpty else { return false }
    let changes = try await store.read { [coding = environment.coding] reader in
      let rule = RetryRule(reader: reader, coding: coding)
      return try refused.compactMap { standing -> Change? in
        guard let stored = try reader.record(standing.record), let entry = stored.pending,
          entry.edit == standing.edit, try retry == .all || rule.isDue(entry)
        else { return nil }
        return Change(of: stored, to: entry.retried())
      }
    }
    return try await !keep(changes).isEmpty
  }

  // MARK: Sending

  /// The next edits of a push, marked as in flight before they leave; those that have changed since
  /// they were looked at are left out.
  /// - Returns: nil if there is none left.
  func nextBatch(
    _ unsent: inout ArraySlice<OutboxStanding>, _ limit: BatchLimit
  ) async throws -> [OutboxEntry]? {
    while !unsent.isEmpty {
      let batch = try await batch(of: &unsent, limit)
      let marked = try await keep(batch)
      if !marked.isEmpty { return marked.map(\.entry) }
    }
    return nil
  }

  /// Takes from the front what fits into one request.
  private func batch(
    of unsent: inout ArraySlice<OutboxStanding>, _ limit: BatchLimit
  ) async throws -> [Change] {
    var changes: [Change] = []
    var (bytes, references, taken) = (0, 0, 0)
    for stored in try await records(of: unsent.prefix(limit.count), bytes: limit.bytes) {
      if let stored, let entry = stored.pending {
        let outgoing = try outgoing(entry)
        bytes += outgoing.revision.bytes.count
        references += outgoing.references
        let fits = bytes <= limit.bytes && references <= SyncLimits.batchReferences
        guard fits || changes.isEmpty else { break }
        if let sent = entry.sent(as: outgoing.revision) {
          changes.append(Change(of: stored, to: sent))
        }
      }
      taken += 1
    }
    unsent = unsent.dropFirst(taken)
    return changes
  }

  private struct Outgoing {
    let revision: FiledRevision
    let references: Int
  }

  /// The revision to send: one in flight as it was sent before, any other on its base.
  private func outgoing(_ entry: OutboxEntry) throws -> Outgoing {
    guard environment.coding.id(of: entry.ours.bytes) == entry.ours.id else {
      throw StoreError.damaged("an edit in the outbox is not what was written")
    }
    let revision = try environment.coding.decode(entry.ours.bytes)
    let references = revision.state.references.count
    if entry.isInFlight || revision.parent == entry.base?.id {
      return Outgoing(revision: entry.ours, references: references)
    }
    let onBase = Revision(
      record: revision.record, kind: revision.kind, parent: entry.base?.id,
      secondParent: revision.secondParent, state: revision.state, origin: revision.origin)
    return Outgoing(revision: try environment.coding.encode(onBase), references: references)
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

  // MARK: Compare and swap

  /// An entry to be put in the place of another, if its record is still as it was.
  private struct Change: Sendable {
    let stored: StoredRecord
    let entry: OutboxEntry

    init(of stored: StoredRecord, to entry: OutboxEntry) {
      self.stored = stored
      self.entry = entry
    }

    func isTimely(_ reader: any ReplicaReader) throws -> Bool {
      let now = try reader.record(stored.id)
      return now?.pending == stored.pending && now?.head?.id == stored.head?.id
    }
  }

  /// - Returns: the changes that came in time. What is the same already is not written.
  private func keep(_ changes: [Change]) async throws -> [Change] {
    guard changes.contains(where: { $0.entry != $0.stored.pending }) else { return changes }
    return try await store.write(.durable) { transaction in
      let timely = try changes.filter { try $0.isTimely(transaction) }
      for change in timely where change.entry != change.stored.pending {
        try transaction.put(change.entry)
      }
      return timely
    }
  }

  /// The record of each of these standings, as far as `bytes` go; nil for one whose edit is no longer
  /// the one that was looked at.
  private func records(
    of standings: ArraySlice<OutboxStanding>, bytes: Int = .max
  ) async throws -> [StoredRecord?] {
    try await store.read { reader in
      var records: [StoredRecord?] = []
      var rest = bytes
      for standing in standings where rest >= 0 {
        let stored = try reader.record(standing.record)
        let entry = stored?.pending
        let isSame = entry?.edit == standing.edit
        records.append(isSame ? stored : nil)
        rest -= isSame ? entry?.ours.bytes.count ?? 0 : 0
      }
      return records
    }
  }
}
