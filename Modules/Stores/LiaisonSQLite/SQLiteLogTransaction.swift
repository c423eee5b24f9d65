internal import Foundation
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
    let record = summary.record.data
    try database.cachedStatement(
      sql: "INSERT INTO change (position, record, revision, edit, bytes) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: [
      position.number, record, revision.id.data, edit.data, Data(revision.bytes),
    ])
    try database.cachedStatement(
      sql: """
        INSERT INTO record (record, kind, code, is_deleted, head) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (record) DO UPDATE SET
          code = excluded.code, is_deleted = excluded.is_deleted, head = excluded.head
        """
    ).execute(arguments: [
      record, summary.kind.number, summary.code.text, summary.isDeleted, position.number,
    ])
  }

  private func replaceLinks(of record: RecordID, with links: Set<Link>) throws {
    try database.cachedStatement(sql: "DELETE FROM link WHERE record = ?").execute(
      arguments: [record.data])
    guard !links.isEmpty else { return }
    let insert = try database.cachedStatement(
      sql: "INSERT INTO link (record, field, target) VALUES (?, ?, ?)")
    for link in links {
      try insert.execute(arguments: [record.data, link.field.number, link.target.data])
    }
  }

  static func head(_ db: Database) throws -> LogPosition {
    let number = try Int64.fetchOne(
      db.cachedStatement(sql: "SELECT ifnull(max(position), 0) FROM change"))
    return LogPosition(number ?? 0)
  }
}
