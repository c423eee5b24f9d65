internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// A replica's file inside one transaction: hands each request to the table that it is about.
struct SQLiteReplicaTransaction: ReplicaTransaction {
  let db: Database
  let schemas: SchemaCache

  private var replica: ReplicaTable { ReplicaTable(db: db) }
  private var records: RecordTable { RecordTable(db: db) }
  private var outboxes: OutboxTable { OutboxTable(db: db) }
  private var ancestors: AncestorTable { AncestorTable(db: db) }
  private var undo: UndoTable { UndoTable(db: db) }
  private var losses: LostTable { LostTable(db: db) }
  private var numbers: NumberingTable { NumberingTable(db: db) }
  private var texts: SearchTable { SearchTable(db: db) }
  private var links: LinkTable { LinkTable(db: db) }

  // MARK: Reading

  func identity() throws -> ReplicaIdentity { try replica.identity(schemas) }

  func counts() throws -> ReplicaCounts {
    var counts = ReplicaCounts()
    counts.records = try replica.records()
    try outboxes.count(into: &counts)
    return counts
  }

  func record(_ id: RecordID) throws -> StoredRecord? { try records.record(id) }

  func records(code: RecordCode) throws -> [StoredRecord] { try records.records(code: code) }

  func codes(beginning text: String, limit: Int) throws -> [RecordCode] {
    try records.codes(beginning: text, limit: limit)
  }

  func forEachRecord(
    referringTo record: RecordID, _ body: (StoredRecord) throws -> Bool
  ) throws {
    try records.forEach(referringTo: record, body)
  }

  func forEachRecord(of kind: KindNumber?, _ body: (StoredRecord) throws -> Bool) throws {
    try records.forEach(of: kind, body)
  }

  func forEachRevision(_ body: (KeptRevision) throws -> Void) throws {
    try records.forEachRevision(body)
  }

  func forEachRevisionFromLatest(_ body: (KeptRevision) throws -> Bool) throws {
    try records.forEachRevisionFromLatest(body)
  }

  func outbox() throws -> [OutboxStanding] { try outboxes.standings() }

  func edits() throws -> [EditID] { try outboxes.edits() }

  func revision(_ name: RevisionID, of record: RecordID) throws -> EncodedRevision? {
    try ancestors.revision(name, of: record)
  }

  func summaries(of ids: Set<RecordID>) throws -> [RecordID: RevisionSummary] {
    try records.summaries(of: ids)
  }

  func history(of record: RecordID) throws -> [EncodedRevision] {
    try HistoryTable(db: db).revisions(of: record)
  }

  func ancestors(of record: RecordID) throws -> [EncodedRevision] {
    try ancestors.revisions(of: record)
  }

  func search(_ words: [String], limit: Int) throws -> [StoredRecord] {
    try texts.search(words, limit: limit)
  }

  func unindexed(_ index: RecordIndex) throws -> Int { try IndexBacklog(db, of: index).count() }

  // MARK: Writing

  func adopt(_ header: PullHeader) throws { try replica.adopt(header) }

  func adopt(_ schema: FiledSchema) throws { try replica.adopt(schema) }

  func apply(_ entries: [Entry], through: LiaisonSync.Cursor) throws {
    let last = entries.map(\.position).max() ?? .zero
    try replica.advance(
      to: through, last: max(last, through.position), records: try records.apply(entries))
  }

  func put(_ entry: OutboxEntry) throws {
    let place = try records.place(for: entry.latest.summary)
    try outboxes.put(entry, of: place.id)
    if place.visible != entry.latest.id { try records.markChanged(place.id) }
  }

  func keep(_ ancestor: EncodedRevision, of record: RecordID) throws {
    try ancestors.insert(ancestor, of: record)
  }

  func remove(_ record: RecordID) throws {
    guard let place = try records.place(of: record) else { return }
    try outboxes.remove(place.id)
    if !place.isAccepted {
      try forget(place.id)
    } else if place.head != place.visible {
      try records.markChanged(place.id)
    }
  }

  func highestNumber(of series: NumberSeries, in year: Int) throws -> Int {
    try numbers.highest(of: series, in: year)
  }

  func give(_ number: Int, of series: NumberSeries, in year: Int) throws {
    try numbers.give(number, of: series, in: year)
  }

  func setNumber(_ number: Int) throws { try replica.setNumber(number) }

  private func forget(_ row: Int64) throws {
    try records.forget(row)
    try texts.forget(row)
    try links.forget(row)
  }

  func setAddress(_ address: String) throws { try replica.setAddress(address) }

  func setAuthor(_ author: String?) throws { try replica.setAuthor(author) }

  func steps() throws -> [RememberedStep] { try undo.steps() }

  func remember(_ step: UndoStep) throws { try undo.insert(step) }

  func forget(step number: Int64) throws { try undo.remove(number) }

  func waypoints() throws -> [LiaisonSync.Cursor] { try losses.waypoints() }

  func setWaypoints(_ places: [LiaisonSync.Cursor]) throws { try losses.setWaypoints(places) }

  func lost() throws -> [LostRevision] { try losses.lost() }

  func forget(lost revisions: [RevisionID]) throws { try losses.forget(revisions) }

  func rewind(to place: LiaisonSync.Cursor, summary: ([UInt8]) throws -> RevisionSummary) throws {
    try losses.insertRevisions(after: place.position)
    for row in try records.rewind(to: place.position, summary: summary) { try forget(row) }
    try outboxes.rewind(to: place.position)
    try losses.setWaypoints(try losses.waypoints().filter { $0.position <= place.position })
    try replica.rewind(to: place)
  }

  func index(limit: Int, words text: (StoredRecord) throws -> String?) throws -> Int {
    try texts.index(limit: limit, text)
  }

  func index(limit: Int, links references: (StoredRecord) throws -> Set<RecordID>) throws -> Int {
    try links.index(limit: limit, references)
  }
}
