internal import Foundation
internal import GRDB
public import LiaisonModel
public import LiaisonSync

// What a sync does with the outbox.
extension SQLiteReplicaStore {
  public func rebase(
    _ decide: @escaping @Sendable (OutboxEntry, EncodedRevision) throws -> Rebase.Outcome
  ) async throws -> Rebase.Report {
    try await write { db in
      var report = Rebase.Report()
      let moved = try Int64.fetchAll(
        db,
        sql: """
          SELECT o.id FROM outbox o JOIN record r ON r.id = o.record
          WHERE o.status != 1 AND r.revision IS NOT NULL
            AND r.revision IS NOT o.base_revision ORDER BY o.id
          """)
      let select = try db.cachedStatement(sql: StoredRecord.select + " WHERE o.id = ?")
      for position in moved {
        guard let row = try Row.fetchOne(select, arguments: [position]) else { continue }
        let record = try StoredRecord(row)
        guard let entry = record.pending, let head = record.head else { continue }
        switch try decide(entry, head) {
        case .rebased(let ours, let summary, let edit):
          try db.cachedStatement(
            sql: """
              UPDATE outbox SET edit = ?, base_revision = ?, base_bytes = ?, code = ?,
                is_deletion = ?, revision = ?, bytes = ?, status = 0, reason = NULL WHERE id = ?
              """
          ).execute(arguments: [
            edit.data, head.id.data, Data(head.bytes), summary.code.text, summary.isDeleted,
            ours.id.data, Data(ours.bytes), entry.position,
          ])
          try SQLiteReplicaStore.markUnindexed(record.id, in: db)
          report.rebased += 1
        case .conflict:
          try db.cachedStatement(
            sql: "UPDATE outbox SET status = 2, reason = NULL WHERE id = ?"
          ).execute(arguments: [entry.position])
          if entry.status != .conflict { report.conflicts += 1 }
        }
      }
      return report
    }
  }

  public func sendable() async throws -> [Int64] {
    try await read { db in
      try Int64.fetchAll(
        db, sql: "SELECT id FROM outbox WHERE status != 2 ORDER BY base_revision IS NOT NULL, id")
    }
  }

  public func entries(at positions: [Int64], limit: BatchLimit) async throws -> [OutboxEntry] {
    try await read { db in
      let statement = try db.cachedStatement(
        sql: StoredRecord.select + " WHERE o.id = ? AND o.status != 2")
      var entries: [OutboxEntry] = []
      var size = 0
      for position in positions {
        let row = try Row.fetchOne(statement, arguments: [position])
        guard let entry = try row.flatMap({ try StoredRecord($0).pending }) else { continue }
        size += entry.ours.bytes.count
        if !entries.isEmpty, entries.count == limit.count || size > limit.bytes { break }
        entries.append(entry)
      }
      return entries
    }
  }

  public func markInFlight(_ edits: [EditID: EncodedRevision]) async throws -> Set<EditID> {
    try await write { db in
      let mark = try db.cachedStatement(
        sql: """
          UPDATE outbox SET status = 1, reason = NULL, revision = ?, bytes = ?
          WHERE edit = ? AND status NOT IN (1, 2)
          """)
      let sent = try db.cachedStatement(
        sql: "SELECT revision FROM outbox WHERE edit = ? AND status = 1")
      var marked: Set<EditID> = []
      for (edit, revision) in edits {
        try mark.execute(arguments: [revision.id.data, Data(revision.bytes), edit.data])
        let row = try Row.fetchOne(sent, arguments: [edit.data])
        if try row?.bytes(0) == revision.id.bytes { marked.insert(edit) }
      }
      return marked
    }
  }

  public func settle(_ verdicts: [Verdict]) async throws -> Int {
    try await write { db in
      var amendments = 0
      for verdict in verdicts {
        let row = try Row.fetchOne(
          db.cachedStatement(sql: StoredRecord.select + " WHERE o.edit = ?"),
          arguments: [verdict.edit.data])
        // Discarded in the meantime: what was accepted comes back with the next pull.
        guard let row else { continue }
        let record = try StoredRecord(row)
        if record.pending?.amendment != nil { amendments += 1 }
        try SQLiteReplicaStore.settle(verdict, record, in: db)
      }
      return amendments
    }
  }

  private static func settle(
    _ verdict: Verdict, _ record: StoredRecord, in db: Database
  ) throws {
    guard let entry = record.pending, entry.status == .inFlight else {
      throw SyncError(.peerFault, "the server gave a verdict on an edit that was not sent")
    }
    switch verdict.outcome {
    case .committed(let accepted), .alreadyCommitted(let accepted):
      try accept(entry, record, accepted, in: db)
    case .stale:
      try wait(entry, status: .ready, reason: nil, in: db)
    case .refused(let refusal):
      let status: OutboxStatus = refusal.code == .codeTaken ? .codeTaken : .refused
      try wait(entry, status: status, reason: refusal.reason, in: db)
    }
  }

  private static func accept(
    _ entry: OutboxEntry, _ record: StoredRecord, _ accepted: Committed, in db: Database
  ) throws {
    guard accepted.revision == entry.ours.id, accepted.position > .zero else {
      throw SyncError(.peerFault, "the server committed another revision than was sent")
    }
    let position = accepted.position
    let code = try String.fetchOne(
      db.cachedStatement(sql: "SELECT code FROM outbox WHERE id = ?"), arguments: [entry.position])
    let isDeleted = try Bool.fetchOne(
      db.cachedStatement(sql: "SELECT is_deletion FROM outbox WHERE id = ?"),
      arguments: [entry.position])
    guard let code = code.flatMap({ RecordCode($0) }), let isDeleted else {
      throw StoreError.damaged("the outbox holds an edit without a code")
    }
    let summary = RevisionSummary(
      record: record.id, kind: record.kind, code: code, parent: entry.base?.id,
      isDeleted: isDeleted)
    let change = Change(position: position, revision: entry.ours, summary: summary)
    try advance(change, in: db)
    if entry.amendment == nil {
      try db.cachedStatement(sql: "DELETE FROM outbox WHERE id = ?")
        .execute(arguments: [entry.position])
    } else {
      try db.cachedStatement(
        sql: """
          UPDATE outbox SET base_revision = revision, base_bytes = bytes, edit = next_edit,
            code = next_code, is_deletion = next_is_deletion, revision = next_revision,
            bytes = next_bytes, next_edit = NULL, next_code = NULL, next_is_deletion = NULL,
            next_revision = NULL, next_bytes = NULL, status = 0, reason = NULL
          WHERE id = ?
          """
      ).execute(arguments: [entry.position])
    }
    // The log's next change is our own: the next pull need not bring it.
    try db.cachedStatement(sql: "UPDATE replica SET position = ?1 WHERE position = ?1 - 1")
      .execute(arguments: [position.number])
  }

  /// The edit was not accepted; an amendment takes its place, on the same base.
  private static func wait(
    _ entry: OutboxEntry, status: OutboxStatus, reason: String?, in db: Database
  ) throws {
    let forgotten = try Int64.fetchOne(
      db.cachedStatement(
        sql: """
          SELECT record FROM outbox
          WHERE id = ? AND base_revision IS NULL AND next_is_deletion
          """), arguments: [entry.position])
    if let forgotten {
      // A new record that was deleted while it was on its way, and has not arrived.
      try SQLiteReplicaStore.forget(forgotten, in: db)
    } else if entry.amendment != nil {
      try db.cachedStatement(
        sql: """
          UPDATE outbox SET edit = next_edit, code = next_code, is_deletion = next_is_deletion,
            revision = next_revision, bytes = next_bytes, next_edit = NULL, next_code = NULL,
            next_is_deletion = NULL, next_revision = NULL, next_bytes = NULL, status = 0,
            reason = NULL
          WHERE id = ?
          """
      ).execute(arguments: [entry.position])
    } else {
      try db.cachedStatement(sql: "UPDATE outbox SET status = ?, reason = ? WHERE id = ?")
        .execute(arguments: [status.rawValue, reason, entry.position])
    }
  }
}
