internal import GRDB

/// The replica's tables. A landed migration is never edited.
enum ReplicaMigrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(sql: version1)
    }
    migrator.registerMigration("2") { db in
      // The register's last change when its last pull began.
      try db.execute(sql: "ALTER TABLE replica ADD COLUMN head INTEGER CHECK (head >= 0)")
    }
    return migrator
  }

  private static let version1 = """
    -- The replica itself. Records up to `indexed` have been indexed once; see search_pending.
    CREATE TABLE replica (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      office TEXT NOT NULL,
      address TEXT NOT NULL,
      register BLOB CHECK (length(register) = 16),
      lineage INTEGER,
      position INTEGER CHECK (position >= 0),
      schema BLOB,
      indexed INTEGER NOT NULL DEFAULT 0,
      CHECK ((register IS NULL) = (lineage IS NULL) AND (lineage IS NULL) = (position IS NULL))
    ) STRICT;

    -- The kinds that occur, so that (kind, code) also finds a code alone.
    CREATE TABLE kind (number INTEGER PRIMARY KEY CHECK (number > 0)) STRICT;

    -- Each known record with its head; without one where the register has not accepted it yet.
    CREATE TABLE record (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL UNIQUE CHECK (length(record) = 16),
      kind INTEGER NOT NULL REFERENCES kind (number),
      code TEXT NOT NULL,
      is_deleted INTEGER NOT NULL CHECK (is_deleted IN (0, 1)),
      position INTEGER CHECK (position > 0),
      revision BLOB CHECK (length(revision) = 32),
      bytes BLOB,
      CHECK ((position IS NULL) = (bytes IS NULL) AND (bytes IS NULL) = (revision IS NULL))
    ) STRICT;
    CREATE INDEX record_code ON record (kind, code);

    -- Earlier heads that this replica has seen.
    CREATE TABLE history (
      id INTEGER PRIMARY KEY,
      record INTEGER NOT NULL REFERENCES record (id),
      position INTEGER NOT NULL,
      revision BLOB NOT NULL CHECK (length(revision) = 32),
      bytes BLOB NOT NULL
    ) STRICT;
    CREATE INDEX history_record ON history (record, position);

    -- Edits not yet accepted, at most one for a record. Status: 0 ready, 1 in flight, 2 conflict,
    -- 3 code taken, 4 refused. An edit in flight may have an amendment on top of it.
    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY,
      record INTEGER NOT NULL UNIQUE REFERENCES record (id),
      edit BLOB NOT NULL UNIQUE CHECK (length(edit) = 16),
      base_revision BLOB CHECK (length(base_revision) = 32),
      base_bytes BLOB,
      code TEXT NOT NULL,
      is_deletion INTEGER NOT NULL CHECK (is_deletion IN (0, 1)),
      revision BLOB NOT NULL CHECK (length(revision) = 32),
      bytes BLOB NOT NULL,
      next_edit BLOB CHECK (length(next_edit) = 16),
      next_code TEXT,
      next_is_deletion INTEGER CHECK (next_is_deletion IN (0, 1)),
      next_revision BLOB CHECK (length(next_revision) = 32),
      next_bytes BLOB,
      status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
      reason TEXT,
      CHECK ((base_revision IS NULL) = (base_bytes IS NULL)),
      CHECK ((next_edit IS NULL) = (next_bytes IS NULL)),
      CHECK (next_edit IS NULL OR status = 1)
    ) STRICT;
    CREATE INDEX outbox_code ON outbox (code);

    -- The last number that was given to a code with this prefix.
    CREATE TABLE numbering (prefix TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT;

    -- The text of records, for search; and the records whose text has changed since.
    CREATE VIRTUAL TABLE search USING fts5 (
      text, tokenize = "unicode61 remove_diacritics 2"
    );
    CREATE TABLE search_pending (record INTEGER PRIMARY KEY) STRICT;
    """
}
