internal import LiaisonModel
internal import LiaisonSync

/// The facts of a batch: one statement for each kind of them, however many are asked for, all in one round trip.
struct FactsLoad {
  private typealias Read = (Rows, inout CommitFacts) throws -> Void
  private var parts: [(statement: Statement, read: Read)] = []

  var statements: [Statement] { parts.map(\.statement) }

  /// - Parameter rows: what the statements answered.
  func facts(_ rows: [Rows]) throws -> CommitFacts {
    var facts = CommitFacts()
    for (part, rows) in zip(parts, rows) { try part.read(rows, &facts) }
    return facts
  }

  init(_ question: CommitQuestion) {
    add(known: question.edits)
    add(heads: question.records)
    add(states: question.states)
    add(makers: question.makers)
    add(holders: question.codes)
    add(keyHolders: question.keys)
    add(offices: question.offices)
    add(revisions: question.revisions)
    add(wanted: question.wanted)
    add(links: question.chains)
  }

  static func statement(known edits: Set<EditID>) -> Statement {
    Statement(
      """
      SELECT asked.edit, change.position, change.revision, change.record
      FROM unnest($1) AS asked (edit) JOIN change ON change.position = coalesce(
        (SELECT position FROM change WHERE edit = asked.edit),
        (SELECT position FROM absorbed WHERE edit = asked.edit))
      """, .all(edits))
  }

  static func known(_ rows: Rows) throws -> [EditID: FiledEdit] {
    var known: [EditID: FiledEdit] = [:]
    try rows.forEach { row in
      known[try row.value(0)] = FiledEdit(
        committed: Committed(position: try row.position(1), revision: try row.value(2)),
        record: try row.value(3))
    }
    return known
  }

  private mutating func add(known edits: Set<EditID>) {
    guard !edits.isEmpty else { return }
    parts.append((Self.statement(known: edits), { $1.known = try Self.known($0) }))
  }

  private mutating func add(heads records: Set<RecordID>) {
    guard !records.isEmpty else { return }
    let statement = Statement(
      """
      SELECT record.record, change.revision, record.kind, record.code, record.is_deleted
      FROM record JOIN change ON change.position = record.head WHERE record.record = ANY ($1)
      """, .all(records))
    parts.append(
      (
        statement,
        { rows, facts in
          try rows.forEach { row in
            facts.heads[try row.value(0)] = LogHead(
              revision: try row.value(1), kind: try row.kind(2), code: try row.code(3),
              isDeleted: try row.value(4))
          }
        }
      ))
  }

  private mutating func add(states records: Set<RecordID>) {
    guard !records.isEmpty else { return }
    let statement = Statement(
      """
      SELECT record.record, change.revision, change.bytes
      FROM record JOIN change ON change.position = record.head WHERE record.record = ANY ($1)
      """, .all(records))
    parts.append(
      (
        statement,
        { rows, facts in
          try rows.forEach { facts.states[try $0.value(0)] = try $0.revision(1, 2) }
        }
      ))
  }

  /// A table `entries` of all entries of the records $1.
  static let entries = """
    WITH RECURSIVE entries (record, position, before, revision) AS (
      SELECT record.record, change.position, change.before, change.revision
      FROM record JOIN change ON change.position = record.head WHERE record.record = ANY ($1)
      UNION ALL SELECT change.record, change.position, change.before, change.revision
      FROM entries JOIN change ON change.position = entries.before
    )
    """

  private mutating func add(makers records: Set<RecordID>) {
    guard !records.isEmpty else { return }
    let statement = Statement(
      """
      \(Self.entries)
      SELECT entries.record, entries.revision, change.bytes
      FROM entries JOIN change ON change.position = entries.position WHERE entries.before IS NULL
      """, .all(records))
    parts.append(
      (
        statement,
        { rows, facts in
          try rows.forEach { facts.makers[try $0.value(0)] = try $0.revision(1, 2) }
        }
      ))
  }

  private mutating func add(holders codes: Set<RecordCode>) {
    guard !codes.isEmpty else { return }
    let statement = Statement(
      "SELECT code, record FROM record WHERE NOT is_deleted AND code = ANY ($1)",
      .all(codes.map(\.text)))
    parts.append(
      (
        statement,
        { rows, facts in
          try rows.forEach { facts.holders[try $0.code(0)] = try $0.value(1) }
        }
      ))
  }

  private mutating func add(keyHolders keys: Set<UniqueKey>) {
    guard !keys.isEmpty else { return }
    let statement = Statement(
      """
      SELECT unique_key.key, unique_key.record FROM unnest($1) AS asked (key)
      JOIN unique_key ON unique_key.hash = sha256(asked.key)
      """, .all(keys.map(\.bytes)))
    parts.append(
      (
        statement,
        { rows, facts in
          try rows.forEach {
            facts.keyHolders[UniqueKey(bytes: try $0.value(0))] = try $0.value(1)
          }
        }
      ))
  }

  private mutating func add(offices: Set<OfficeID>) {
    guard !offices.isEmpty else { return }
    let statement = Statement(
      "SELECT code FROM office WHERE code = ANY ($1)", .all(offices.map(\.text)))
    parts.append(
      (statement, { rows, facts in facts.offices = Set(try rows.map { try $0.office(0) }) }))
  }

  /// An entry comes before what stands behind one.
  private mutating func add(revisions asked: [RevisionID: RecordID]) {
    guard !asked.isEmpty else { return }
    let statement = Statement(
      """
      \(Self.entries)
      SELECT record, revision, position, revision, 0::bigint AS rank
      FROM entries WHERE revision = ANY ($2)
      UNION ALL SELECT ancestor.record, ancestor.revision, change.position, change.revision, 1
      FROM ancestor JOIN change ON change.position = ancestor.position
      WHERE ancestor.revision = ANY ($2) ORDER BY rank DESC, position DESC
      """, .all(Set(asked.values)), .all(asked.keys))
    parts.append(
      (
        statement,
        { rows, facts in
          try rows.forEach { row in
            let name: RevisionID = try row.value(1)
            guard try asked[name] == row.value(0) else { return }
            facts.revisions[name] = Committed(
              position: try row.position(2), revision: try row.value(3))
          }
        }
      ))
  }

  private mutating func add(wanted asked: [RevisionID: RecordID]) {
    guard !asked.isEmpty else { return }
    let statement = Statement(
      """
      SELECT wanted.record, wanted.revision, change.position, change.revision
      FROM wanted JOIN change ON change.position = wanted.position
      WHERE wanted.record = ANY ($1) AND wanted.revision = ANY ($2)
      """, .all(Set(asked.values)), .all(asked.keys))
    parts.append(
      (
        statement,
        { rows, facts in
          try rows.forEach { row in
            let name: RevisionID = try row.value(1)
            guard try asked[name] == row.value(0) else { return }
            facts.wanted[name] = Committed(
              position: try row.position(2), revision: try row.value(3))
          }
        }
      ))
  }

  /// Each record is followed once, however many ways lead to it.
  private mutating func add(links chains: Set<RecordID>) {
    guard !chains.isEmpty else { return }
    let statement = Statement(
      """
      WITH RECURSIVE reached (record) AS (
        SELECT unnest($1)
        UNION SELECT link.target FROM reached JOIN link ON link.record = reached.record
      )
      SELECT link.record, link.field, array_agg(link.target ORDER BY link.target)
      FROM reached JOIN link ON link.record = reached.record GROUP BY link.record, link.field
      """, .all(chains))
    parts.append(
      (
        statement,
        { rows, facts in
          try rows.forEach { row in
            facts.links[try row.value(0), default: Links()][try row.field(1)] = try row.all(2)
          }
        }
      ))
  }
}
