internal import LiaisonModel
internal import LiaisonSync

/// What a batch adds to the tables: a handful of statements, however many entries there are.
struct AppendedBatch {
  /// Columns of `change`, a member for each entry.
  private var positions: [Int64] = []
  private var prefixes: [LogPrefix] = []
  private var befores: [Int64?] = []
  private var records: [RecordID] = []
  private var revisions: [RevisionID] = []
  private var edits: [EditID?] = []
  private var handedBackBy: [String?] = []
  private var bytes: [[UInt8]] = []
  /// Whether the log may have had the record before.
  private var mayBeLater = false

  private var heads: [RecordID: (summary: RevisionSummary, position: LogPosition)] = [:]
  /// The records of `heads`, as they came.
  private var order: [RecordID] = []

  private var links: [RecordID: Links] = [:]
  private var keys: [RecordID: [UniqueKey]] = [:]

  private var absorbed: [(edit: EditID, position: Int64)] = []
  private var ancestors: [(revision: EncodedRevision, record: RecordID, position: Int64)] = []
  /// The last word about each: where it is wanted from, or that it is not.
  private var wanted: [Wanted: Int64?] = [:]

  private struct Wanted: Hashable {
    let record: RecordID
    let revision: RevisionID
  }

  // MARK: What comes

  mutating func append(_ addition: LogAddition, edit: EditID, at cursor: Cursor) {
    let summary = addition.revision.summary
    let record = summary.record
    positions.append(cursor.position.number)
    prefixes.append(cursor.prefix)
    befores.append(heads[record]?.position.number)
    records.append(record)
    revisions.append(addition.revision.id)
    edits.append(addition.hasEdit ? edit : nil)
    handedBackBy.append(addition.handedBackBy?.text)
    bytes.append(addition.revision.bytes)
    if !addition.isFirst { mayBeLater = true }
    if heads.updateValue((summary, cursor.position), forKey: record) == nil { order.append(record) }
    if addition.handedBackBy != nil {
      wanted[Wanted(record: record, revision: addition.revision.id)] = .some(nil)
    }
    // A first entry takes the place of nothing.
    let isBare =
      addition.isFirst && addition.links?.isEmpty ?? true && addition.keys?.isEmpty ?? true
    if !isBare { file(record, links: addition.links, keys: addition.keys) }
    if let provenance = addition.provenance {
      file(provenance, of: record, at: cursor.position)
    }
  }

  mutating func file(_ record: RecordID, links: Links?, keys: [UniqueKey]?) {
    if let links { self.links[record] = links }
    if let keys { self.keys[record] = keys }
  }

  mutating func file(_ provenance: Provenance, of record: RecordID, at position: LogPosition) {
    absorbed += provenance.absorbed.map { ($0, position.number) }
    for ancestor in provenance.ancestors {
      ancestors.append((ancestor, record, position.number))
      wanted[Wanted(record: record, revision: ancestor.id)] = .some(nil)
    }
    for open in provenance.open {
      let name = Wanted(record: record, revision: open)
      // Who wanted it first stays, unless it came meanwhile.
      if wanted[name] ?? nil == nil { wanted[name] = .some(position.number) }
    }
  }

  // MARK: What is sent

  /// In this order; they fail if another record holds what is unique.
  var statements: [Statement] {
    entryStatements + provenanceStatements + linkStatements + keyStatements()
  }

  /// What is filed without an entry. The last one, if there are keys, adds those that no other record holds.
  var filing: [Statement] { linkStatements + keyStatements(ifHeld: "ON CONFLICT DO NOTHING") }

  private var entryStatements: [Statement] {
    guard !positions.isEmpty else { return [] }
    let changes = Statement(
      """
      INSERT INTO change
        (position, prefix, before, record, revision, edit, handed_back_by, bytes)
      SELECT new.position, new.prefix,
        coalesce(new.before, (SELECT head FROM record WHERE record.record = new.record)),
        new.record, new.revision, new.edit, new.handed_back_by, new.bytes
      FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        AS new (position, prefix, before, record, revision, edit, handed_back_by, bytes)
      """,
      .all(positions), .all(prefixes), .some(befores), .all(records), .all(revisions),
      .some(edits), .some(handedBackBy), .all(bytes))
    let heads = order.compactMap { self.heads[$0] }
    let ids = Statement.Parameter.all(order)
    let codes = Statement.Parameter.all(heads.map(\.summary.code.text))
    let deleted = Statement.Parameter.all(heads.map(\.summary.isDeleted))
    // A code that is given up may be another's in the same batch: first all are given up.
    let freed = Statement(
      """
      UPDATE record SET is_deleted = true FROM unnest($1, $2, $3) AS new (record, code, is_deleted)
      WHERE record.record = new.record AND NOT record.is_deleted
        AND (record.code != new.code OR new.is_deleted)
      """, ids, codes, deleted)
    let filed = Statement(
      """
      INSERT INTO record (record, kind, code, is_deleted, head)
      SELECT * FROM unnest($1, $2, $3, $4, $5)
      ON CONFLICT (record) DO UPDATE SET
        code = excluded.code, is_deleted = excluded.is_deleted, head = excluded.head
      """, ids, .all(heads.map { Int64($0.summary.kind.number) }), codes,
      deleted, .all(heads.map(\.position.number)))
    return [changes] + (mayBeLater ? [freed] : []) + [filed]
  }

  private var provenanceStatements: [Statement] {
    var statements: [Statement] = []
    if !absorbed.isEmpty {
      statements.append(
        Statement(
          """
          INSERT INTO absorbed (edit, position)
          SELECT new.edit, new.position
          FROM unnest($1, $2) WITH ORDINALITY AS new (edit, position, number)
          WHERE NOT EXISTS (SELECT 1 FROM change WHERE change.edit = new.edit)
          ORDER BY new.number ON CONFLICT DO NOTHING
          """, .all(absorbed.map(\.edit)), .all(absorbed.map(\.position))))
    }
    if !ancestors.isEmpty {
      statements.append(
        Statement(
          """
          INSERT INTO ancestor (revision, record, position, bytes)
          SELECT new.revision, new.record, new.position, new.bytes
          FROM unnest($1, $2, $3, $4) WITH ORDINALITY
            AS new (revision, record, position, bytes, number)
          ORDER BY new.number ON CONFLICT DO NOTHING
          """, .all(ancestors.map(\.revision.id)), .all(ancestors.map(\.record)),
          .all(ancestors.map(\.position)), .all(ancestors.map(\.revision.bytes))))
    }
    return statements + wantedStatements
  }

  private var wantedStatements: [Statement] {
    let gone = wanted.filter { $0.value == nil }.map(\.key)
    let open = wanted.compactMap { name, position in position.map { (name: name, position: $0) } }
    var statements: [Statement] = []
    if !gone.isEmpty {
      statements.append(
        Statement(
          """
          DELETE FROM wanted USING unnest($1, $2) AS came (record, revision)
          WHERE wanted.record = came.record AND wanted.revision = came.revision
          """, .all(gone.map(\.record)), .all(gone.map(\.revision))))
    }
    if !open.isEmpty {
      statements.append(
        Statement(
          """
          INSERT INTO wanted (record, revision, position)
          SELECT * FROM unnest($1, $2, $3) ON CONFLICT DO NOTHING
          """, .all(open.map(\.name.record)), .all(open.map(\.name.revision)),
          .all(open.map(\.position))))
    }
    return statements
  }

  private var linkStatements: [Statement] {
    guard !links.isEmpty else { return [] }
    var (records, fields, targets): ([RecordID], [Int64], [RecordID]) = ([], [], [])
    for (record, links) in links {
      for (field, ids) in links.targets {
        for target in ids {
          records.append(record)
          fields.append(Int64(field.number))
          targets.append(target)
        }
      }
    }
    let old = Statement("DELETE FROM link WHERE record = ANY ($1)", .all(links.keys))
    guard !records.isEmpty else { return [old] }
    let new = Statement(
      "INSERT INTO link (record, field, target) SELECT * FROM unnest($1, $2, $3)",
      .all(records), .all(fields), .all(targets))
    return [old, new]
  }

  private func keyStatements(ifHeld: String = "") -> [Statement] {
    guard !keys.isEmpty else { return [] }
    let old = Statement("DELETE FROM unique_key WHERE record = ANY ($1)", .all(keys.keys))
    let held = keys.flatMap { record, keys in keys.map { (record: record, key: $0) } }
    guard !held.isEmpty else { return [old] }
    let new = Statement(
      "INSERT INTO unique_key (record, key) SELECT * FROM unnest($1, $2) \(ifHeld)",
      .all(held.map(\.record)), .all(held.map(\.key.bytes)))
    return [old, new]
  }
}
