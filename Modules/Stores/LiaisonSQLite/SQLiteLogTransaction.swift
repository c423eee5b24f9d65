internal import Foundation
internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// A change log inside one transaction.
final class SQLiteLogTransaction: LogTransaction {
  let schema: Schema
  private let db: Database
  private var last: LogPosition

  init(_ db: Database, schema: Schema, head: LogPosition) {
    self.db = db
    self.schema = schema
    last = head
  }

  func accepted(_ edit: EditID) throws -> Committed? {
    let statement = try db.cachedStatement(
      sql: "SELECT position, revision FROM change WHERE edit = ?")
    return try Row.fetchOne(statement, arguments: [edit.data]).map { row in
      Committed(position: LogPosition(row[0]), revision: try row.revisionID(1))
    }
  }

  func head(of record: RecordID) throws -> LogHead? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT change.revision, record.kind, record.is_deleted
        FROM record JOIN change ON change.position = record.head WHERE record.record = ?
        """)
    return try Row.fetchOne(statement, arguments: [record.data]).map { row in
      LogHead(revision: try row.revisionID(0), kind: KindNumber(row[1]), isDeleted: row[2])
    }
  }

  func headBytes(of record: RecordID) throws -> [UInt8]? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT change.bytes
        FROM record JOIN change ON change.position = record.head WHERE record.record = ?
        """)
    return try Row.fetchOne(statement, arguments: [record.data]).map { try $0.bytes(0) }
  }

  func holder(of code: RecordCode) throws -> RecordID? {
    let statement = try db.cachedStatement(
      sql: "SELECT record FROM record WHERE code = ? AND is_deleted = 0")
    return try Row.fetchOne(statement, arguments: [code.text]).map { try $0.identity(0) }
  }

  func append(
    _ revision: EncodedRevision, _ summary: RevisionSummary, edit: EditID
  ) throws -> LogPosition {
    let position = last.next
    let record = summary.record.data
    try db.cachedStatement(
      sql: "INSERT INTO change (position, record, revision, edit, bytes) VALUES (?, ?, ?, ?, ?)"
    ).execute(arguments: [
      position.number, record, revision.id.data, edit.data, Data(revision.bytes),
    ])
    try db.cachedStatement(
      sql: """
        INSERT INTO record (record, kind, code, is_deleted, head) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (record) DO UPDATE SET
          code = excluded.code, is_deleted = excluded.is_deleted, head = excluded.head
        """
    ).execute(arguments: [
      record, summary.kind.number, summary.code.text, summary.isDeleted, position.number,
    ])
    last = position
    return position
  }
}
