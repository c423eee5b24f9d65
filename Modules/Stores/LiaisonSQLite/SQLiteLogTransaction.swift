internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// A change log inside one transaction: it loads what it is asked for, and appends what it is told.
final class SQLiteLogTransaction: LogTransaction {
  let database: Database

  init(_ database: Database) { self.database = database }

  func append(_ decisions: [CommitDecision]) throws -> [Verdict] {
    var last = try SQLiteLogTransaction.head(database)
    return try decisions.map { decision in
      switch decision.action {
      case .answer(let outcome): return Verdict(edit: decision.edit, outcome: outcome)
      case .append(let revision, let links):
        last = last.next
        try append(revision, edit: decision.edit, at: last)
        if let links { try replaceLinks(of: revision.summary.record, with: links) }
        let committed = Committed(position: last, revision: revision.id)
        return Verdict(edit: decision.edit, outcome: .committed(committed))
      }
    }
  }

  private func append(_ revision: FiledRevision, edit: EditID, at position: LogPosition) throws {
    let summary = revision.summary
    try PreparedStatement(
      database,
      "INSERT INTO change (position, record, revision, edit, bytes) VALUES (?, ?, ?, ?, ?)"
    ).bound(position.number, summary.record, revision.id, edit, revision.bytes).run()
    try PreparedStatement(
      database,
      """
      INSERT INTO record (record, kind, code, is_deleted, head) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (record) DO UPDATE SET
        code = excluded.code, is_deleted = excluded.is_deleted, head = excluded.head
      """
    ).bound(
      summary.record, summary.kind.number, summary.code.text, summary.isDeleted, position.number
    ).run()
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

  static func head(_ db: Database) throws -> LogPosition {
    let number: Int64? = try PreparedStatement(db, "SELECT ifnull(max(position), 0) FROM change")
      .first { try $0.value(0) }
    return LogPosition(number ?? 0)
  }
}
