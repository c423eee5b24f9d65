internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// Edits that are not accepted yet, at most one for a record: each row is one ``OutboxEntry``.
struct OutboxTable {
  /// ``OutboxEntry/State`` as a number; stands in files, so a number is never given again.
  enum State: Int {
    case ready = 0
    case inFlight = 1
    case conflict = 2
    case codeTaken = 3
    case refused = 4
  }

  /// What is read without the bytes stands before them: SQLite reads a row from its beginning.
  static let layout = """
    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY,
      record INTEGER NOT NULL UNIQUE REFERENCES record (id),
      edit BLOB NOT NULL UNIQUE CHECK (length(edit) = 16),
      state INTEGER NOT NULL CHECK (state BETWEEN 0 AND \(State.refused.rawValue)),
      -- The head that a conflict is with.
      theirs BLOB CHECK (length(theirs) = 32),
      -- What the server said, and where the replica stood then.
      reason TEXT,
      position INTEGER CHECK (position >= 0),
      base_revision BLOB CHECK (length(base_revision) = 32),
      revision BLOB NOT NULL CHECK (length(revision) = 32),
      -- Whether a person wrote it, or a merge.
      is_merge INTEGER NOT NULL CHECK (is_merge IN (0, 1)),
      -- Ids and names, one after the other.
      absorbed BLOB NOT NULL CHECK (length(absorbed) % 16 = 0),
      ancestors BLOB NOT NULL CHECK (length(ancestors) % 32 = 0),
      code TEXT NOT NULL,
      is_deletion INTEGER NOT NULL CHECK (is_deletion IN (0, 1)),
      -- What was edited on top of an edit in flight.
      next_edit BLOB UNIQUE CHECK (length(next_edit) = 16),
      next_revision BLOB CHECK (length(next_revision) = 32),
      next_code TEXT,
      next_is_deletion INTEGER CHECK (next_is_deletion IN (0, 1)),
      base_bytes BLOB,
      bytes BLOB NOT NULL,
      next_bytes BLOB,
      CHECK ((base_revision IS NULL) = (base_bytes IS NULL)),
      CHECK ((next_edit IS NULL) = (next_revision IS NULL)
        AND (next_edit IS NULL) = (next_code IS NULL)
        AND (next_edit IS NULL) = (next_is_deletion IS NULL)
        AND (next_edit IS NULL) = (next_bytes IS NULL)),
      CHECK (next_edit IS NULL OR state = \(State.inFlight.rawValue)),
      CHECK ((theirs IS NOT NULL) = (state = \(State.conflict.rawValue))),
      CHECK ((reason IS NULL) = (position IS NULL)),
      CHECK ((reason IS NOT NULL)
        = (state IN (\(State.codeTaken.rawValue), \(State.refused.rawValue))))
    ) STRICT;
    CREATE INDEX outbox_code ON outbox (code);
    """

  let db: Database

  // MARK: Reading

  /// Oldest first.
  func standings() throws -> [OutboxStanding] {
    try PreparedStatement(
      db,
      """
      SELECT r.record, o.edit, o.base_revision, r.revision, o.state, o.theirs,
        EXISTS (SELECT 1 FROM lost l WHERE l.revision = o.base_revision)
      FROM outbox o JOIN record r ON r.id = o.record ORDER BY o.id
      """
    ).all { row in
      OutboxStanding(
        record: try row.value(0), edit: try row.value(1), base: try row.value(2),
        head: try row.value(3), state: try standing(OutboxTable.state(try row.value(4)), row),
        isHeld: try row.value(6))
    }
  }

  func edits() throws -> [EditID] {
    try PreparedStatement(db, "SELECT absorbed, edit, next_edit FROM outbox ORDER BY id")
      .all { row in
        try row.ids(0) + [try row.value(1)] + [try row.value(2) as EditID?].compactMap(\.self)
      }
      .flatMap(\.self)
  }

  private func standing(_ state: State, _ row: Columns) throws -> OutboxStanding.State {
    switch state {
    case .ready: .ready
    case .inFlight: .inFlight
    case .conflict: .conflict(theirs: try row.value(5))
    case .codeTaken: .codeTaken
    case .refused: .refused
    }
  }

  /// Adds up the edits by what they wait for.
  func count(into counts: inout ReplicaCounts) throws {
    try PreparedStatement(db, "SELECT state, count(*) FROM outbox GROUP BY state").forEach { row in
      switch try OutboxTable.state(try row.value(0)) {
      case .ready: counts.ready = try row.value(1)
      case .inFlight: counts.inFlight = try row.value(1)
      case .conflict: counts.conflicts = try row.value(1)
      case .codeTaken: counts.codeTaken = try row.value(1)
      case .refused: counts.refused = try row.value(1)
      }
    }
  }

  fileprivate static func state(_ number: Int) throws -> State {
    guard let state = State(rawValue: number) else {
      throw StoreError.damaged("the outbox holds an edit in no known state")
    }
    return state
  }

  // MARK: Writing

  /// Puts an entry in the place of its record's earlier one; the row, and so its age, stays.
  /// - Parameter id: the record's row.
  func put(_ entry: OutboxEntry, of id: Int64) throws {
    let (state, theirs, refused) = OutboxTable.columns(entry.state)
    let (ours, next) = (entry.ours, entry.amendment)
    try PreparedStatement(db, OutboxTable.upsert).bound(
      id, entry.edit, state.rawValue, theirs, refused?.message, refused?.position.number,
      entry.base?.id, ours.id, ours.summary.code.text, ours.summary.isDeleted, next?.edit,
      next?.revision.id, next?.revision.summary.code.text, next?.revision.summary.isDeleted,
      entry.base?.bytes, ours.bytes, next?.revision.bytes, entry.maker == .merge,
      entry.absorbed.blob, entry.ancestors.blob
    ).run()
  }

  private static let upsert = """
    INSERT INTO outbox (record, edit, state, theirs, reason, position, base_revision, revision, code,
      is_deletion, next_edit, next_revision, next_code, next_is_deletion, base_bytes, bytes,
      next_bytes, is_merge, absorbed, ancestors)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (record) DO UPDATE SET
      edit = excluded.edit, state = excluded.state, theirs = excluded.theirs,
      reason = excluded.reason, position = excluded.position,
      base_revision = excluded.base_revision, revision = excluded.revision, code = excluded.code,
      is_deletion = excluded.is_deletion, next_edit = excluded.next_edit,
      next_revision = excluded.next_revision, next_code = excluded.next_code,
      next_is_deletion = excluded.next_is_deletion, base_bytes = excluded.base_bytes,
      bytes = excluded.bytes, next_bytes = excluded.next_bytes, is_merge = excluded.is_merge,
      absorbed = excluded.absorbed, ancestors = excluded.ancestors
    """

  private static func columns(
    _ state: OutboxEntry.State
  ) -> (State, theirs: RevisionID?, OutboxEntry.Refused?) {
    switch state {
    case .ready: (.ready, nil, nil)
    case .inFlight: (.inFlight, nil, nil)
    case .conflict(let theirs): (.conflict, theirs, nil)
    case .codeTaken(let refused): (.codeTaken, nil, refused)
    case .refused(let refused): (.refused, nil, refused)
    }
  }

  /// What was refused may be accepted by what comes from here on.
  func rewind(to position: LogPosition) throws {
    try PreparedStatement(db, "UPDATE outbox SET position = min(position, ?)")
      .bound(position.number).run()
  }

  func remove(_ id: Int64) throws {
    try PreparedStatement(db, "DELETE FROM outbox WHERE record = ?").bound(id).run()
  }
}

extension OutboxEntry {
  /// The columns that `init(_:_:)` reads, of an outbox `o`.
  static let columns = """
    o.state, o.theirs, o.reason, o.position, o.edit, o.base_revision, o.base_bytes,
    o.revision, o.bytes, o.code, o.is_deletion,
    o.next_edit, o.next_revision, o.next_bytes, o.next_code, o.next_is_deletion,
    o.is_merge, o.absorbed, o.ancestors
    """

  /// Nil if the record has nothing in the outbox.
  /// - Parameter first: the place of the first of ``columns``.
  init?(_ row: Columns, from first: Int, of record: RecordID, _ kind: KindNumber) throws {
    guard let number = try row.value(first) as Int? else { return nil }
    func filed(_ place: Int) throws -> FiledRevision {
      guard let revision = try row.revision(place, place + 1) else {
        throw StoreError.damaged("the outbox holds an edit without a revision")
      }
      return FiledRevision(
        revision,
        RevisionSummary(
          record: record, kind: kind, code: try row.code(place + 2),
          isDeleted: try row.value(place + 3)))
    }
    func refused() throws -> Refused {
      Refused(message: try row.value(first + 2), position: LogPosition(try row.value(first + 3)))
    }
    let state: State =
      switch try OutboxTable.state(number) {
      case .ready: .ready
      case .inFlight:
        .inFlight(
          row.hasNull(first + 11)
            ? nil
            : Amendment(edit: try row.value(first + 11), revision: try filed(first + 12)))
      case .conflict: .conflict(theirs: try row.value(first + 1))
      case .codeTaken: .codeTaken(try refused())
      case .refused: .refused(try refused())
      }
    self.init(
      edit: try row.value(first + 4), absorbed: try row.ids(first + 17),
      base: try row.revision(first + 5, first + 6), ours: try filed(first + 7),
      maker: try row.value(first + 16) ? .merge : .person,
      ancestors: try row.names(first + 18), state: state)
  }
}
