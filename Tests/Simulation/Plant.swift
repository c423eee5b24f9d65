import LiaisonModel
import LiaisonSync
import TestSupport

/// A bug that is put into a wrapper of a port or a rule, to see whether the simulation finds it.
enum Plant: String, CaseIterable, Sendable {
  case restoredServerBelieved = "a restored server is believed"
  case newIDAtRebase = "a rebase draws a new edit id"
  case ancestorNotSent = "an ancestor is not sent"
  case sideForWholeText = "a side is taken for a whole text"
  case verdictBeforeFsync = "a verdict leaves before its fsync"
  case cursorBeforeBatch = "a batch and its cursor are two transactions"
  case unknownDropped = "an edit drops an unknown field"
  case moveDoubles = "a move doubles"
  case sentIsForgotten = "what was sent is forgotten without a verdict"
  case knownIgnored = "edits that the register has are ignored"
  case setOverwritten = "a set is merged by taking ours"
}

/// Bugs of a replica's store, as what they leave behind one commit.
extension Plant {
  /// What is committed one after the other instead of `after`.
  func commits(
    _ before: MemoryReplica, _ after: MemoryReplica, _ durability: Durability,
    _ coding: SimulatedCoding
  ) throws -> [MemoryReplica] {
    var damaged = after
    switch self {
    case .cursorBeforeBatch where durability == .repeatable:
      var first = after
      first.records = before.records
      return [first, after]
    case .newIDAtRebase:
      try change(&damaged, before) { old, new in
        guard new.maker == .merge, old?.edit == new.edit, old?.ours != new.ours else { return new }
        return new.with(edit: coding.newEdit())
      }
    case .sentIsForgotten:
      try change(&damaged, before) { _, new in new.isInFlight ? nil : new }
    case .moveDoubles:
      try change(&damaged, before) { _, new in
        guard case .conflict = new.state, let head = after.records[new.record]?.head else {
          return new
        }
        return try coding.doubling(new, onto: head.revision.encoded) ?? new
      }
    case .setOverwritten:
      try change(&damaged, before) { old, new in
        guard new.maker == .merge, let old, old.edit == new.edit, old.ours != new.ours else {
          return new
        }
        return try coding.overwriting(new, withSetsOf: old)
      }
    case .restoredServerBelieved, .ancestorNotSent, .sideForWholeText, .verdictBeforeFsync,
      .cursorBeforeBatch, .unknownDropped, .knownIgnored:
      break
    }
    return [damaged]
  }

  private func change(
    _ replica: inout MemoryReplica, _ before: MemoryReplica,
    _ body: (OutboxEntry?, OutboxEntry) throws -> OutboxEntry?
  ) throws {
    for (id, record) in replica.records {
      guard let new = record.pending, new != before.records[id]?.pending else { continue }
      let bad = try body(before.records[id]?.pending, new)
      guard bad != new else { continue }
      replica = try replica.writing { try $0.replace(new, with: bad, of: id) }.after
    }
  }
}

extension OutboxEntry {
  fileprivate func with(edit: EditID) -> OutboxEntry {
    OutboxEntry(
      edit: edit, absorbed: absorbed, base: base, ours: ours, maker: maker, ancestors: ancestors,
      state: state)
  }

  fileprivate func with(_ revision: FiledRevision) -> OutboxEntry {
    OutboxEntry(
      edit: edit, absorbed: absorbed, base: base, ours: revision, maker: .merge,
      ancestors: ancestors, state: .ready)
  }
}

extension SimulatedCoding {
  /// A conflict merged as if what was moved were put in and taken out; nil if that is none either.
  fileprivate func doubling(
    _ entry: OutboxEntry, onto head: EncodedRevision
  ) throws -> OutboxEntry? {
    guard let base = try entry.base.map({ try decode($0.bytes) }) else { return nil }
    let (ours, theirs) = (try decode(entry.ours.bytes), try decode(head.bytes))
    var fields = ours.state.fields
    for field in Register.Field.allCases {
      let sides = [base, ours, theirs].map { $0.state.fields[field.number] }
      guard let value = SecondMerge.value(field, sides, moves: false) else { return nil }
      fields[field.number] = value.value
    }
    let parts = SecondMerge.disagreements(base.state, ours.state, theirs.state)
    let texts = Set(Register.Field.sequences.map(SecondMerge.Part.field))
    guard !parts.isEmpty, parts.isSubset(of: texts) else { return nil }
    var state = ours.state
    state.content = .fields(fields)
    let merged = Revision(
      record: ours.record, kind: ours.kind, parent: head.id, secondParent: entry.behind.first,
      state: state, origin: ours.origin)
    return OutboxEntry(
      edit: entry.edit, absorbed: entry.absorbed, base: head, ours: try encode(merged),
      maker: .merge, ancestors: entry.behind, state: .ready)
  }

  fileprivate func overwriting(
    _ entry: OutboxEntry, withSetsOf old: OutboxEntry
  ) throws -> OutboxEntry {
    let (merged, ours) = (try decode(entry.ours.bytes), try decode(old.ours.bytes))
    guard !merged.state.isDeleted else { return entry }
    var (state, fields) = (merged.state, merged.state.fields)
    for field in [Register.Field.tags, .members] {
      fields[field.number] = ours.state.fields[field.number]
    }
    state.content = .fields(fields)
    return entry.with(
      try encode(
        Revision(
          record: merged.record, kind: merged.kind, parent: merged.parent,
          secondParent: merged.secondParent, state: state, origin: merged.origin)))
  }
}
