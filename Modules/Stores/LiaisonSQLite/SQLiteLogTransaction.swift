internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// A change log inside one transaction: it loads what it is asked for, and appends what it is told.
final class SQLiteLogTransaction: LogTransaction {
  let database: Database

  private let start: LogChain
  private let schemas: RegisterSchemas

  /// - Parameter start: the log's chain before its first entry.
  init(_ database: Database, _ start: LogChain, _ schemas: RegisterSchemas) {
    self.database = database
    self.start = start
    self.schemas = schemas
  }

  func schema() throws -> FiledSchema { try schemas.current(database) }

  func append(_ schema: FiledSchema) throws -> LiaisonSync.Cursor {
    var chain = try SQLiteLogTransaction.chain(database, start)
    try schemas.set(schema, at: chain.append(schema.name), database)
    return chain.end
  }

  func forEachHead(of kind: KindNumber, _ body: (EncodedRevision) throws -> Void) throws {
    try PreparedStatement.separate(
      database,
      """
      SELECT change.revision, change.bytes FROM record
      JOIN change ON change.position = record.head WHERE record.kind = ? ORDER BY record.record
      """
    ).bound(kind.number).forEach {
      try body(EncodedRevision(id: $0.value(0), bytes: $0.value(1)))
    }
  }

  func append(_ decisions: [CommitDecision]) throws -> [Verdict] {
    var chain = try SQLiteLogTransaction.chain(database, start)
    return try decisions.map { decision in
      switch decision.action {
      case .answer(let outcome): return Verdict(edit: decision.edit, outcome: outcome)
      case .file(let provenance, let filed):
        try file(provenance, of: filed.record, at: filed.committed.position)
        return Verdict(edit: decision.edit, outcome: .alreadyCommitted(filed.committed))
      case .append(let addition):
        let revision = addition.revision
        let cursor = chain.append(revision.id)
        try append(addition, edit: addition.hasEdit ? decision.edit : nil, at: cursor)
        try file(addition, at: cursor.position)
        let committed = Committed(position: cursor.position, revision: revision.id)
        return Verdict(edit: decision.edit, outcome: .committed(committed))
      }
    }
  }

  private func append(_ addition: LogAddition, edit: EditID?, at cursor: LiaisonSync.Cursor) throws
  {
    let revision = addition.revision
    let summary = revision.summary
    // Most of an import are first ones, and there are many.
    try PreparedStatement(
      database, addition.isFirst ? Self.insertFirst : Self.insertLater
    ).bound(
      cursor.position.number, cursor.prefix, summary.record, revision.id, edit,
      addition.handedBackBy?.text, revision.bytes
    ).run()
    try PreparedStatement(
      database,
      """
      INSERT INTO record (record, kind, code, is_deleted, head) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (record) DO UPDATE SET
        code = excluded.code, is_deleted = excluded.is_deleted, head = excluded.head
      """
    ).bound(
      summary.record, summary.kind.number, summary.code.text, summary.isDeleted,
      cursor.position.number
    ).run()
  }

  private static let insertFirst = insertion(before: "NULL")
  private static let insertLater = insertion(
    before: "(SELECT head FROM record WHERE record.record = ?3)")

  private static func insertion(before: String) -> String {
    """
    INSERT INTO change
      (position, prefix, record, revision, edit, handed_back_by, bytes, before)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, \(before))
    """
  }

  /// What comes with a revision.
  private func file(_ addition: LogAddition, at position: LogPosition) throws {
    let record = addition.revision.summary.record
    // A first entry takes the place of nothing.
    let isBare =
      addition.isFirst && addition.links?.isEmpty ?? true && addition.keys?.isEmpty ?? true
    if addition.handedBackBy != nil {
      try PreparedStatement(database, "DELETE FROM wanted WHERE record = ? AND revision = ?")
        .bound(record, addition.revision.id).run()
    }
    if !isBare { try self.file(record, links: addition.links, keys: addition.keys) }
    if let provenance = addition.provenance { try file(provenance, of: record, at: position) }
  }

  private func file(
    _ provenance: Provenance, of record: RecordID, at position: LogPosition
  ) throws {
    for edit in provenance.absorbed {
      try PreparedStatement(
        database,
        """
        INSERT OR IGNORE INTO absorbed (edit, position)
        SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM change WHERE edit = ?1)
        """
      ).bound(edit, position.number).run()
    }
    for ancestor in provenance.ancestors {
      try PreparedStatement(
        database,
        """
        INSERT OR IGNORE INTO ancestor (record, revision, bytes, position) VALUES (?, ?, ?, ?)
        """
      ).bound(record, ancestor.id, ancestor.bytes, position.number).run()
      try PreparedStatement(database, "DELETE FROM wanted WHERE record = ? AND revision = ?")
        .bound(record, ancestor.id).run()
    }
    for open in provenance.open {
      try PreparedStatement(
        database, "INSERT OR IGNORE INTO wanted (revision, record, position) VALUES (?, ?, ?)"
      ).bound(open, record, position.number).run()
    }
  }

  func file(_ record: RecordID, links: Links?, keys: [UniqueKey]?) throws {
    if let links { try replaceLinks(of: record, with: links) }
    guard let keys else { return }
    try PreparedStatement(database, "DELETE FROM unique_key WHERE record = ?").bound(record).run()
    for key in keys {
      let isFree = try PreparedStatement(
        database,
        "INSERT INTO unique_key (record, key) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
      ).bound(record, key.bytes).run()
      guard isFree else { throw StoreError.exists("another record holds what is unique") }
    }
  }

  private func replaceLinks(of record: RecordID, with links: Links) throws {
    try PreparedStatement(database, "DELETE FROM link WHERE record = ?").bound(record).run()
    guard !links.isEmpty else { return }
    let insert = try PreparedStatement(
      database, "INSERT INTO link (record, field, targets) VALUES (?, ?, ?)")
    for (field, targets) in links.targets {
      try insert.bound(record, field.number, targets.blob).run()
    }
  }

  /// The chain up to the last entry.
  static func chain(_ db: Database, _ start: LogChain) throws -> LogChain {
    let end = try PreparedStatement(
      db,
      """
      SELECT * FROM (SELECT position, prefix FROM change ORDER BY position DESC LIMIT 1)
      UNION ALL SELECT * FROM
        (SELECT position, prefix FROM schema_change ORDER BY position DESC LIMIT 1)
      ORDER BY position DESC LIMIT 1
      """
    ).first { LiaisonSync.Cursor(position: LogPosition(try $0.value(0)), prefix: try $0.value(1)) }
    return end.map { start.moved(to: $0) } ?? start
  }
}
