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
    var counts = OutboxCounts([])
  }

  /// Which refused edits are sent again.
  enum Retry: Hashable, Sendable {
    /// Those that something has changed for since.
    case due
    case all
  }

  /// How many edits are merged between two transactions.
  private static let stride = 100

  /// Whether an edit is new in the outbox, and nothing keeps it from being sent.
  func mayPush() async throws -> Bool {
    try await store.read { try $0.outbox() }.contains { $0.state == .ready && $0.isSendable }
  }

  func counts() async throws -> OutboxCounts {
    OutboxCounts(try await store.read { try $0.outbox() })
  }

  // MARK: Making ready

  /// Merges every edit whose head has moved, and takes up refused ones.
  func makeReady(_ retry: Retry) async throws -> Readiness {
    var readiness = Readiness()
    for _ in 0..<Tuning.outboxLooks {
      let look = try await look()
      readiness.counts = OutboxCounts(look.outbox)
      readiness.sendable = OutboxStanding.sendable(look.outbox)
      let moved = look.outbox.filter(\.needsRebase)
      let refused = look.outbox.filter { $0.isRefused && !$0.needsRebase }
      var isChanged = try await rebase(moved, look.schema, &readiness)
      if try await take(up: refused, retry) { isChanged = true }
      guard isChanged else { return readiness }
    }
    return readiness
  }

  /// Merges every edit whose head has moved, as it stands now.
  func mergeMoved() async throws {
    let look = try await look()
    var readiness = Readiness()
    _ = try await rebase(look.outbox.filter(\.needsRebase), look.schema, &readiness)
  }

  private struct Look: Sendable {
    let schema: Schema?
    let outbox: [OutboxStanding]
  }

  private func look() async throws -> Look {
    try await store.read {
      Look(schema: try $0.identity().schema, outbox: try $0.outbox())
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
        let outcome = try rebase.outcome(of: entry, onto: head)
        return Change(of: stored, to: entry.rebased(outcome, onto: head))
      }
      for change in try await keep(changes) {
        let isConflict = change.entry?.isConflict ?? false
        if isConflict { readiness.conflicts += 1 } else { readiness.merged += 1 }
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

  // MARK: What the register has

  /// Takes out what the register has already of the outbox, before anything is merged: see
  /// ``OutboxEntry/without(_:revision:)``.
  /// - Returns: the records of edits that have taken a known one in whose revision is not here.
  func leave(_ known: [KnownEdit]) async throws -> Set<RecordID> {
    guard !known.isEmpty else { return [] }
    return try await store.write(.durable) { try leave(known, in: $0) }
  }

  /// Likewise, together with what else happens in a transaction. An edit leaves with what the register has
  /// made of it: before that is here, the server could lose it, and the edit would be nowhere.
  @discardableResult
  func leave(
    _ known: [KnownEdit], in transaction: any ReplicaTransaction
  ) throws -> Set<RecordID> {
    let here = try transaction.identity().cursor?.position ?? .zero
    let arrived = known.filter { $0.committed.position <= here }
    guard !arrived.isEmpty else { return [] }
    let names = Dictionary(arrived.map { ($0.edit, $0.committed.revision) }) { first, _ in first }
    var missing: Set<RecordID> = []
    for standing in try transaction.outbox() {
      guard let entry = try transaction.record(standing.record)?.pending,
        entry.edits.contains(where: { names[$0] != nil })
      else { continue }
      // What became of an edit is a revision of its record: until that is here, the edit stays.
      let own = try entry.edits.reduce(into: [EditID: RevisionID]()) { own, edit in
        guard let name = names[edit] else { return }
        if try transaction.revision(name, of: entry.record) == nil {
          missing.insert(entry.record)
        } else {
          own[edit] = name
        }
      }
      let rest = try entry.without(own) { try transaction.revision($0, of: entry.record) }
      switch rest {
      case .untouched: break
      case .none: try transaction.replace(entry, with: nil, of: entry.record)
      case .some(let rest): try transaction.replace(entry, with: rest, of: entry.record)
      case .goesOn(let last, let accepted, let absorbed):
        let rest = entry.goingOn(
          from: try start(of: entry, last, in: transaction), accepted: accepted,
          absorbed: absorbed)
        try transaction.replace(
          entry, with: try rest.standing(by: environment.coding), of: entry.record)
      }
    }
    return missing
  }

  /// The edit that an entry goes on from, as it would stand where the entry stands by now.
  private func start(
    of entry: OutboxEntry, _ last: EditID, in reader: any ReplicaReader
  ) throws -> EncodedRevision? {
    guard let schema = try reader.identity().schema,
      let seen = try reader.seen(last, of: entry.record)
    else { return nil }
    let coding = environment.coding
    let parent = try coding.parent(of: seen.bytes).flatMap {
      try reader.revision($0, of: entry.record)
    }
    return try Rebase(schema: schema, coding: coding).start(of: entry, seen: seen, parent: parent)
  }

  // MARK: Compare and swap

  /// An entry to be put in the place of another, or nothing, if its record is still as it was.
  private struct Change: Sendable {
    let stored: StoredRecord
    let entry: OutboxEntry?

    init(of stored: StoredRecord, to entry: OutboxEntry?) {
      self.stored = stored
      self.entry = entry
    }

    fileprivate func isTimely(_ reader: any ReplicaReader) throws -> Bool {
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
        try transaction.replace(change.stored.pending, with: change.entry, of: change.stored.id)
      }
      return timely
    }
  }

  /// The record of each of these standings; nil for one whose edit is no longer the one that was looked
  /// at.
  private func records(of standings: ArraySlice<OutboxStanding>) async throws -> [StoredRecord?] {
    try await store.read { reader in
      try standings.map { standing in
        let stored = try reader.record(standing.record)
        return stored?.pending?.edit == standing.edit ? stored : nil
      }
    }
  }
}
