import Foundation
import LiaisonModel
import LiaisonSync

/// One transaction of a ``MemoryReplicaStore``.
final class MemoryTransaction: ReplicaTransaction {
  var replica: MemoryReplica

  init(_ replica: MemoryReplica) { self.replica = replica }

  // MARK: Reading

  func identity() throws -> ReplicaIdentity { replica.identity }

  func counts() throws -> ReplicaCounts {
    var counts = ReplicaCounts()
    for record in replica.records.values {
      if record.head?.revision.summary.isDeleted == false { counts.records += 1 }
      switch record.pending?.state {
      case .ready: counts.ready += 1
      case .inFlight: counts.inFlight += 1
      case .conflict: counts.conflicts += 1
      case .codeTaken: counts.codeTaken += 1
      case .refused: counts.refused += 1
      case nil: break
      }
    }
    return counts
  }

  func record(_ id: RecordID) throws -> StoredRecord? { replica.records[id].map { stored(id, $0) } }

  func records(code: RecordCode) throws -> [StoredRecord] {
    inOrder { record in codes(record).contains(code) }
  }

  func codes(beginning text: String, limit: Int) throws -> [RecordCode] {
    let live = replica.records.values.flatMap { record in
      let pending = record.pending.map { $0.amendment?.revision ?? $0.ours }
      return [record.head?.revision.summary, pending?.summary].compactMap(\.self)
        .filter { !$0.isDeleted }.map(\.code)
    }
    let all = Set(live.filter { $0.text.hasPrefix(text) }).sorted()
    return all.count > limit ? all.prefix(limit - 1) + all.suffix(1) : all
  }

  func forEachRecord(
    referringTo record: RecordID, _ body: (StoredRecord) throws -> Bool
  ) throws {
    try forEachRecord(of: nil) { other in
      guard let bytes = other.visible?.bytes, bytes.firstRange(of: record.bytes) != nil else {
        return true
      }
      return try body(other)
    }
  }

  func forEachRecord(of kind: KindNumber?, _ body: (StoredRecord) throws -> Bool) throws {
    let sorted = replica.records.filter { kind == nil || $0.value.kind == kind }.sorted {
      (place($0.value).0, place($0.value).1) < (place($1.value).0, place($1.value).1)
    }
    for (id, record) in sorted {
      guard try body(stored(id, record)) else { return }
    }
  }

  func forEachRevision(_ body: (KeptRevision) throws -> Void) throws {
    for (id, record) in replica.records.sorted(by: { $0.key < $1.key }) {
      guard let head = record.head else { continue }
      for (position, entry) in record.earlier.sorted(by: { $0.key < $1.key }) {
        try body(
          KeptRevision(
            position: position, record: id, encoded: entry.revision.encoded, filed: nil))
      }
      try body(
        KeptRevision(
          position: head.position, record: id, encoded: head.revision.encoded,
          filed: head.revision.summary))
    }
  }

  func forEachRevisionFromLatest(_ body: (KeptRevision) throws -> Bool) throws {
    var all: [KeptRevision] = []
    try forEachRevision { all.append($0) }
    for kept in all.sorted(by: { $0.position > $1.position }) {
      guard try body(kept) else { return }
    }
  }

  func outbox() throws -> [OutboxStanding] {
    replica.records.sorted { $0.value.age < $1.value.age }.compactMap { id, record in
      record.pending.map { pending in
        OutboxStanding(
          record: id, edit: pending.edit, base: pending.base?.id, head: record.head?.revision.id,
          state: MemoryTransaction.standing(pending.state),
          isHeld: replica.lost.contains { $0.revision.id == pending.base?.id })
      }
    }
  }

  func edits() throws -> [EditID] {
    replica.records.sorted { $0.value.age < $1.value.age }.flatMap { $1.pending?.edits ?? [] }
  }

  func revision(_ name: RevisionID, of record: RecordID) throws -> EncodedRevision? {
    let known = replica.records[record]
    let all =
      [known?.head?.revision.encoded].compactMap(\.self)
      + (known?.earlier ?? [:]).values.map(\.revision.encoded)
      + (replica.ancestors[record] ?? [])
    return all.first { $0.id == name }
  }

  func summaries(of records: Set<RecordID>) throws -> [RecordID: RevisionSummary] {
    let known = replica.records.filter { records.contains($0.key) }
    return known.compactMapValues { ($0.pending?.latest ?? $0.head?.revision)?.summary }
  }

  func history(of record: RecordID) throws -> [EncodedRevision] {
    (replica.records[record]?.earlier ?? [:]).sorted { $0.key > $1.key }
      .map(\.value.revision.encoded)
  }

  func search(_ words: [String], limit: Int) throws -> [StoredRecord] {
    let phrases = words.map(MemoryTransaction.words).filter { !$0.isEmpty }
    guard !phrases.isEmpty else { return [] }
    let found = replica.words.filter { _, words in
      phrases.allSatisfy { MemoryTransaction.has($0, in: words) }
    }
    return Array(replica.inOrder.filter { found[$0.key] != nil }.map(stored).prefix(limit))
  }

  func unindexed(_ index: RecordIndex) throws -> Int {
    switch index {
    case .words: replica.records.keys.count { replica.words[$0] == nil }
    case .links: replica.records.keys.count { !replica.linked.contains($0) }
    }
  }

  // MARK: Writing

  func adopt(_ header: PullHeader) throws {
    let before = replica.identity
    replica.identity = ReplicaIdentity(
      office: before.office, address: before.address,
      register: before.register ?? header.register, cursor: before.cursor, last: before.last,
      head: header.head ?? before.cursor, turns: before.turns,
      number: before.series.replica, role: header.role ?? before.role,
      isEnrolled: before.isEnrolled,
      schema: header.schema ?? before.filedSchema)
  }

  func apply(_ entries: [Entry], through: Cursor) throws {
    for entry in entries {
      let id = entry.revision.summary.record
      var record = replica.record(entry.revision.summary)
      let before = record.head
      if let before, before.position > entry.position {
        record.earlier[entry.position] = entry
      } else {
        if let before, before.revision.id != entry.revision.id {
          record.earlier[before.position] = before
        }
        // What it was filed under first stays.
        let isAgain = before?.position == entry.position
        record.head = isAgain ? before : entry
        if before != entry { replica.hasChanged(id) }
      }
      replica.records[id] = record
    }
    let last = (entries.map(\.position) + [through.position, replica.identity.last]).max()
    move(
      { [$0, through].compactMap(\.self).max { $0.position < $1.position } ?? through },
      last: last ?? .zero)
  }

  func put(_ entry: OutboxEntry) throws {
    var record = replica.record(entry.latest.summary)
    if record.pending?.latest.id != entry.latest.id { replica.hasChanged(entry.record) }
    if record.pending == nil {
      replica.ages += 1
      record.age = replica.ages
    }
    record.pending = entry
    replica.records[entry.record] = record
  }

  func keep(_ ancestor: EncodedRevision, of record: RecordID) throws {
    guard replica.ancestors[record]?.contains(ancestor) != true else { return }
    replica.ancestors[record, default: []].append(ancestor)
  }

  func remove(_ record: RecordID) throws {
    replica.records[record]?.pending = nil
    replica.hasChanged(record)
    if replica.records[record]?.head == nil { replica.records[record] = nil }
  }

  func setAddress(_ address: String) throws { replica.identity.address = address }

  func setAuthor(_ author: String?) throws { replica.identity.author = author }

  func index(limit: Int, words text: (StoredRecord) throws -> String?) throws -> Int {
    let next = replica.inOrder.filter { replica.words[$0.key] == nil }.prefix(limit)
    for (id, record) in next {
      replica.words[id] = try text(stored(id, record)).map(MemoryTransaction.words) ?? []
    }
    return next.count
  }

  /// Who refers to a record is found without an index: this one only remembers who was asked.
  func index(limit: Int, links references: (StoredRecord) throws -> Set<RecordID>) throws -> Int {
    let next = replica.inOrder.filter { !replica.linked.contains($0.key) }.prefix(limit)
    for (id, record) in next {
      _ = try references(stored(id, record))
      replica.linked.insert(id)
    }
    return next.count
  }
}

extension MemoryTransaction {
  private func stored(_ id: RecordID, _ record: MemoryReplica.Record) -> StoredRecord {
    StoredRecord(
      id: id, kind: record.kind, head: record.head?.revision.encoded,
      position: record.head?.position, pending: record.pending)
  }

  private func inOrder(where isMeant: (MemoryReplica.Record) -> Bool) -> [StoredRecord] {
    replica.inOrder.filter { isMeant($0.value) }.map(stored)
  }

  private func revisions(_ record: MemoryReplica.Record) -> [FiledRevision] {
    [record.head?.revision, record.pending?.ours, record.pending?.amendment?.revision]
      .compactMap { $0 }
  }

  func codes(_ record: MemoryReplica.Record) -> [RecordCode] {
    revisions(record).map(\.summary.code)
  }

  private func place(_ record: MemoryReplica.Record) -> (KindNumber, String) {
    (record.kind, (record.head?.revision ?? record.pending?.latest)?.summary.code.text ?? "")
  }

  private static func standing(_ state: OutboxEntry.State) -> OutboxStanding.State {
    switch state {
    case .ready: .ready
    case .inFlight: .inFlight
    case .conflict(let theirs): .conflict(theirs: theirs)
    case .codeTaken: .codeTaken
    case .refused: .refused
    }
  }

  /// Letters and digits between what is neither, without case and accents.
  private static func words(_ text: String) -> [String] {
    text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
      .split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// Whether words follow each other, of the last one the beginning.
  private static func has(_ phrase: [String], in words: [String]) -> Bool {
    guard let last = phrase.last, words.count >= phrase.count else { return false }
    return (0...(words.count - phrase.count)).contains { start in
      let part = words[start..<(start + phrase.count)]
      return part.dropLast().elementsEqual(phrase.dropLast())
        && part.last?.hasPrefix(last) == true
    }
  }
}

extension MemoryReplica {
  /// The records in the order in which they came.
  fileprivate var inOrder: [(key: RecordID, value: Record)] {
    records.sorted { $0.value.place < $1.value.place }
  }

  /// What a record is found by is another now.
  mutating func hasChanged(_ record: RecordID) {
    words[record] = nil
    linked.remove(record)
  }

  /// The record that a revision is of; a new one if it is new.
  fileprivate mutating func record(_ summary: RevisionSummary) -> Record {
    if let known = records[summary.record] { return known }
    places += 1
    return Record(place: places, kind: summary.kind)
  }
}

extension Int {
  mutating func formMax(_ other: Int) { self = Swift.max(self, other) }
}
