internal import LiaisonModel
internal import LiaisonSync

/// Makes edits of lost revisions that their records have moved on from. A record's revisions become one, if
/// none of them waits; if it has another edit, they are offered again when that has left.
struct LostEdits: Sendable {
  let answers: [Healer.Answer]
  /// The entries of each of these records.
  let held: [RecordID: [Entry]]
  let environment: ReplicaEnvironment

  private var coding: any RevisionCoding { environment.coding }

  func make(in transaction: any ReplicaTransaction) throws {
    for record in held.keys.sorted() {
      let left = answers.filter { $0.lost.record == record && !$0.fate.isSettled }
      let behind = try behind(record, in: transaction)
      let there = try left.filter {
        try behind.contains($0.lost.revision.id) || isThere($0, in: transaction)
      }.map(\.lost.revision.id)
      for answer in left where there.contains(answer.lost.revision.id) {
        try transaction.keep(answer.lost.revision, of: record)
      }
      try transaction.forget(lost: there)
      try makeEdit(
        of: left.filter { !there.contains($0.lost.revision.id) }, record, in: transaction)
    }
  }

  /// What is lost no more, because the register has something that was made from it: another replica has
  /// handed that back.
  private func behind(
    _ record: RecordID, in reader: any ReplicaReader
  ) throws -> Set<RevisionID> {
    var found: Set<RevisionID> = []
    var open = held[record]?.map(\.revision.id) ?? []
    while let name = open.popLast() {
      guard found.insert(name).inserted, let revision = try reader.revision(name, of: record)
      else { continue }
      open += try HistoryFetch.parents(of: revision.bytes, coding)
    }
    return found
  }

  /// Whether the register has the edit as another revision, and all that the edit has taken in. That they are
  /// of one edit is not taken on somebody's word: what a person wrote stands behind both.
  private func isThere(_ answer: Healer.Answer, in reader: any ReplicaReader) throws -> Bool {
    guard case .isElsewhere(let committed) = answer.fate else { return false }
    let (lost, record) = (answer.lost, answer.lost.record)
    let theirs = Set(try reader.chain(of: committed.revision, record, coding).map(\.id))
    let ours = [lost.revision] + (try Healer.chain(behind: lost, in: reader, coding))
    guard ours.contains(where: { theirs.contains($0.id) }) else { return false }
    return Set(lost.edits?.absorbed ?? []).isSubset(of: ids(of: record))
  }

  /// What the register has the record's entries under.
  private func ids(of record: RecordID) -> Set<EditID> {
    Set(held[record]?.flatMap { $0.edits?.all ?? [] } ?? [])
  }

  private func makeEdit(
    of left: [Healer.Answer], _ record: RecordID, in transaction: any ReplicaTransaction
  ) throws {
    let pending = try transaction.record(record)?.pending
    var left = left
    if let pending {
      // It takes with it what it was made from; what came after that is offered again when it has left.
      let base = left.firstIndex { $0.lost.revision.id == pending.base?.id }
      guard !pending.isInFlight, let base else { return }
      left = Array(left[...base])
    }
    guard let first = left.first, let last = left.last, let state = last.fate.state,
      !left.contains(where: { $0.fate == .waits })
    else { return }
    for answer in left { try transaction.keep(answer.lost.revision, of: record) }
    let base = try base(of: first.lost, ids(of: left).all, in: transaction)
    try transaction.put(
      edit(last.lost, ids(of: left), from: base, over: pending, state, in: transaction))
    try transaction.forget(lost: left.map(\.lost.revision.id))
    // What the register once had is nothing that a person may take back as not sent yet.
    for step in try transaction.steps() where step.step.record == record {
      try transaction.forget(step: step.number)
    }
  }

  /// What a record's lost revisions are merged from: what the first was made from, if that is lost no more,
  /// so that nothing is done twice that the log has again; otherwise what the record was at the last place
  /// that both logs share.
  ///
  /// What the register has of it already was made from that as well: it is merged from there.
  private func base(
    of first: LostRevision, _ ids: [EditID], in reader: any ReplicaReader
  ) throws -> EncodedRevision? {
    let parent = try coding.parent(of: first.revision.bytes)
    var base = try [parent, first.shared].lazy.compactMap(\.self)
      .compactMap { try reader.revision($0, of: first.record) }.first
    for entry in (held[first.record] ?? []).sorted(by: { $0.position < $1.position }) {
      guard try coding.parent(of: entry.revision.bytes) == base?.id,
        let edit = entry.edits?.edit, ids.contains(edit)
      else { continue }
      base = entry.revision.encoded
    }
    return base
  }

  /// What is made of some revisions is the edit that the last of them was, and has taken in the others. If
  /// the register has that edit already, it is another: only what it has taken in may be missing.
  private func ids(of left: [Healer.Answer]) -> EditIDs {
    var ids: [EditID] = []
    for answer in left {
      guard let edits = answer.lost.edits else { continue }
      let own = answer.fate.isElsewhere ? edits.absorbed : edits.all
      ids += own.filter { !ids.contains($0) }
    }
    guard let last = left.last, !last.fate.isElsewhere, let edit = last.lost.edits?.edit else {
      return EditIDs(environment.newEdit(), absorbed: ids)
    }
    return EditIDs(edit, absorbed: ids.filter { $0 != edit })
  }

  private func edit(
    _ lost: LostRevision, _ ids: EditIDs, from base: EncodedRevision?, over pending: OutboxEntry?,
    _ state: OutboxEntry.State, in transaction: any ReplicaTransaction
  ) throws -> OutboxEntry {
    let chain =
      [lost.revision.id] + (try Healer.chain(behind: lost, in: transaction, coding)).map(\.id)
    if let pending {
      let ids = EditIDs(environment.newEdit(), absorbed: ids.all)
      try transaction.keep(pending.latest.encoded, of: lost.record)
      return try pending.handingBack(on: base, chain: chain, ids).standing(by: coding)
    }
    let identity = try transaction.identity()
    let office = identity.office
    let writer = try coding.decode(lost.revision.bytes).office
    let origin = Origin(
      office: office, author: environment.author(at: identity),
      note: "handed back: \(writer) wrote it",
      time: environment.now())
    return try OutboxEntry.handingBack(
      try Healer.filed(lost, coding), ids, base: base, chain: chain,
      origin: writer == office ? nil : origin, state: state, coding: coding)
  }
}
