internal import Foundation
internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// Facts are loaded by one statement for each kind of them, however many are asked for; links by one for
/// each step that they lead on.
extension SQLiteLogTransaction {
  func facts(for question: CommitQuestion) throws -> CommitFacts {
    var facts = CommitFacts()
    facts.schema = try schema().mark
    try load(question.edits, into: &facts)
    try load(question.records, into: &facts)
    try loadStates(of: question.states, into: &facts)
    try loadMakers(of: question.makers, into: &facts)
    try load(question.codes, into: &facts)
    try load(question.keys, into: &facts)
    try load(question.offices, into: &facts)
    try load(question.revisions, into: &facts)
    try loadWanted(question.wanted, into: &facts)
    try loadLinks(from: question.chains, into: &facts)
    return facts
  }

  private func load(_ edits: Set<EditID>, into facts: inout CommitFacts) throws {
    facts.known = try committed(edits)
  }

  func committed(_ edits: Set<EditID>) throws -> [EditID: FiledEdit] {
    var known: [EditID: FiledEdit] = [:]
    try forEachRow(
      of: edits,
      """
      SELECT ids.id, change.position, change.revision, change.record
      FROM ids CROSS JOIN change ON change.position = coalesce(
        (SELECT position FROM change WHERE edit = ids.id),
        (SELECT position FROM absorbed WHERE edit = ids.id))
      """
    ) { row in
      known[try row.value(0)] = FiledEdit(
        committed: Committed(
          position: LogPosition(try row.value(1)), revision: try row.value(2)),
        record: try row.value(3))
    }
    return known
  }

  private func load(
    _ revisions: [RevisionID: RecordID], into facts: inout CommitFacts
  ) throws {
    // A record's entries are gone through once, whatever is asked for.
    for (record, asked) in Dictionary(grouping: revisions, by: \.value) {
      var missing = Set(asked.map(\.key))
      try PreparedStatement(
        database,
        """
        \(SQLiteLogTransaction.entries)
        SELECT change.position, change.revision FROM entries
        CROSS JOIN change ON change.position = entries.position
        """
      ).bound(record).until { row in
        let name: RevisionID = try row.value(1)
        if missing.remove(name) != nil {
          facts.revisions[name] = Committed(
            position: LogPosition(try row.value(0)), revision: name)
        }
        return !missing.isEmpty
      }
      for name in missing { facts.revisions[name] = try holder(of: name, record) }
    }
  }

  /// What stands on a revision that is no entry.
  private func holder(of name: RevisionID, _ record: RecordID) throws -> Committed? {
    try PreparedStatement(
      database,
      """
      SELECT change.position, change.revision FROM ancestor
      CROSS JOIN change ON change.position = ancestor.position
      WHERE ancestor.revision = ? AND ancestor.record = ?
      """
    ).bound(name, record).first {
      Committed(position: LogPosition(try $0.value(0)), revision: try $0.value(1))
    }
  }

  private func loadWanted(
    _ revisions: [RevisionID: RecordID], into facts: inout CommitFacts
  ) throws {
    for (name, record) in revisions {
      facts.wanted[name] = try PreparedStatement(
        database,
        """
        SELECT change.position, change.revision
        FROM wanted CROSS JOIN change ON change.position = wanted.position
        WHERE wanted.revision = ? AND wanted.record = ?
        """
      ).bound(name, record).first {
        Committed(position: LogPosition(try $0.value(0)), revision: try $0.value(1))
      }
    }
  }

  /// A table `entries` of the positions of a record, ?1.
  static let entries = """
    WITH RECURSIVE entries (position, before) AS (
      SELECT change.position, change.before
      FROM record CROSS JOIN change ON change.position = record.head WHERE record.record = ?1
      UNION ALL SELECT change.position, change.before
      FROM entries CROSS JOIN change ON change.position = entries.before
    )
    """

  private func load(_ records: Set<RecordID>, into facts: inout CommitFacts) throws {
    try forEachRow(
      of: records,
      """
      SELECT record.record, change.revision, record.kind, record.code, record.is_deleted
      FROM ids CROSS JOIN record ON record.record = ids.id
      CROSS JOIN change ON change.position = record.head
      """
    ) { row in
      facts.heads[try row.value(0)] = LogHead(
        revision: try row.value(1), kind: KindNumber(try row.value(2)), code: try row.code(3),
        isDeleted: try row.value(4))
    }
  }

  private func loadStates(of records: Set<RecordID>, into facts: inout CommitFacts) throws {
    try forEachRow(
      of: records,
      """
      SELECT record.record, change.revision, change.bytes
      FROM ids CROSS JOIN record ON record.record = ids.id
      CROSS JOIN change ON change.position = record.head
      """
    ) { row in
      facts.states[try row.value(0)] = EncodedRevision(
        id: try row.value(1), bytes: try row.value(2))
    }
  }

  private func loadMakers(of records: Set<RecordID>, into facts: inout CommitFacts) throws {
    for record in records {
      let first = try PreparedStatement(
        database,
        """
        \(SQLiteLogTransaction.entries)
        SELECT change.revision, change.bytes FROM entries
        CROSS JOIN change ON change.position = entries.position
        ORDER BY change.position LIMIT 1
        """
      ).bound(record).first { EncodedRevision(id: try $0.value(0), bytes: try $0.value(1)) }
      if let first { facts.makers[record] = first }
    }
  }

  private func load(_ codes: Set<RecordCode>, into facts: inout CommitFacts) throws {
    try forEachRow(
      of: codes.map(\.text),
      """
      SELECT record.code, record.record
      FROM json_each(?) AS codes CROSS JOIN record ON record.code = codes.value
      WHERE record.is_deleted = 0
      """
    ) { row in facts.holders[try row.code(0)] = try row.value(1) }
  }

  /// They are few, and of any length: one statement each.
  private func load(_ keys: Set<UniqueKey>, into facts: inout CommitFacts) throws {
    guard !keys.isEmpty else { return }
    let holder = try PreparedStatement(database, "SELECT record FROM unique_key WHERE key = ?")
    for key in keys {
      facts.keyHolders[key] = try holder.bound(key.bytes).first { try $0.value(0) }
    }
  }

  private func load(_ offices: Set<OfficeID>, into facts: inout CommitFacts) throws {
    try forEachRow(
      of: offices.map(\.text),
      """
      SELECT office.code FROM json_each(?) AS codes CROSS JOIN office ON office.code = codes.value
      """
    ) { row in
      facts.offices.insert(try row.office(0))
    }
  }

  private func loadLinks(
    from records: Set<RecordID>, into facts: inout CommitFacts
  ) throws {
    var next = records
    // Each record is followed once, however many ways lead to it.
    var seen = records
    while !next.isEmpty {
      var reached: Set<RecordID> = []
      try forEachRow(
        of: next,
        """
        SELECT link.record, link.field, link.targets
        FROM ids CROSS JOIN link ON link.record = ids.id
        """
      ) { row in
        let targets: [RecordID] = try row.ids(2)
        facts.links[try row.value(0), default: Links()][FieldNumber(try row.value(1))] = targets
        reached.formUnion(targets)
      }
      next = reached.subtracting(seen)
      seen.formUnion(next)
    }
  }

  /// Hands over the rows of a query that takes the texts as one array of JSON.
  private func forEachRow(
    of texts: [String], _ query: String, _ body: (Columns) throws -> Void
  ) throws {
    guard !texts.isEmpty else { return }
    let list = String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
    try PreparedStatement(database, query).bound(list).forEach(body)
  }

  /// Hands over the rows of a query over a table `ids` that has one row for each id.
  ///
  /// The ids are one blob, so that the statement is the same for any number of them.
  private func forEachRow<ID: Identity>(
    of ids: Set<ID>, _ query: String, _ body: (Columns) throws -> Void
  ) throws {
    guard !ids.isEmpty else { return }
    try PreparedStatement(
      database,
      """
      WITH RECURSIVE ids (id, next) AS (
        SELECT substr(?1, 1, 16), 17
        UNION ALL SELECT substr(?1, next, 16), next + 16 FROM ids WHERE next < length(?1)
      )
      \(query)
      """
    ).bound(ids.blob).forEach(body)
  }
}
