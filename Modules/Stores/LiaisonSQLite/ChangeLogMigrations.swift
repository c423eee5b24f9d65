internal import GRDB

/// The server's tables. From the first release on, a landed migration is never edited.
enum ChangeLogMigrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("chained") { db in
      try db.execute(sql: layout + RosterTable.layout)
    }
    return migrator
  }

  /// Rowid tables with a unique index over the id: several times faster than WITHOUT ROWID if keys
  /// come out of order.
  private static let layout = """
    CREATE TABLE register (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      register BLOB NOT NULL CHECK (length(register) = 16),
      -- Whether offices may hand back what other offices wrote.
      is_healing INTEGER NOT NULL DEFAULT 0 CHECK (is_healing IN (0, 1)),
      -- How often offices, replicas or invitations have changed.
      roster INTEGER NOT NULL DEFAULT 0 CHECK (roster >= 0),
      -- Where the log has the schema; 0 for the one that the register was made with.
      schema_position INTEGER NOT NULL DEFAULT 0 CHECK (schema_position >= 0),
      schema BLOB NOT NULL,
      -- Where the register is now, if no longer here.
      moved_to TEXT
    ) STRICT;

    -- One row for each schema that became the register's: an entry of the log as well.
    CREATE TABLE schema_change (
      position INTEGER PRIMARY KEY CHECK (position > 0),
      prefix BLOB NOT NULL CHECK (length(prefix) = 32),
      bytes BLOB NOT NULL
    ) STRICT;

    CREATE TABLE office (
      id INTEGER PRIMARY KEY,
      code TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      role TEXT NOT NULL CHECK (role IN ('reader', 'contributor', 'registrar')),
      is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1))
    ) STRICT;

    -- One row for each accepted revision, for ever. Its position is its place in the log; its prefix
    -- names the log up to it.
    CREATE TABLE change (
      position INTEGER PRIMARY KEY CHECK (position > 0),
      prefix BLOB NOT NULL CHECK (length(prefix) = 32),
      -- Where the record's entry before this one is.
      before INTEGER REFERENCES change (position),
      record BLOB NOT NULL CHECK (length(record) = 16),
      revision BLOB NOT NULL CHECK (length(revision) = 32),
      -- NULL for the first entry of an imported record: no office has it in an outbox.
      edit BLOB UNIQUE CHECK (length(edit) = 16),
      -- The office that handed it back after the log had lost it.
      handed_back_by TEXT,
      bytes BLOB NOT NULL
    ) STRICT;

    -- Edits that others have taken in before they were sent.
    CREATE TABLE absorbed (
      edit BLOB PRIMARY KEY CHECK (length(edit) = 16),
      position INTEGER NOT NULL REFERENCES change (position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX absorbed_position ON absorbed (position);

    -- What persons wrote and stands behind a second parent, if it is no entry.
    CREATE TABLE ancestor (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL CHECK (length(record) = 16),
      revision BLOB NOT NULL UNIQUE CHECK (length(revision) = 32),
      -- Of the entry that it came with.
      position INTEGER NOT NULL REFERENCES change (position),
      bytes BLOB NOT NULL
    ) STRICT;

    -- What ancestors and merges were made from and is not here: the log was restored.
    CREATE TABLE wanted (
      record BLOB NOT NULL CHECK (length(record) = 16),
      revision BLOB NOT NULL CHECK (length(revision) = 32),
      -- Of the entry that stands on it.
      position INTEGER NOT NULL REFERENCES change (position),
      PRIMARY KEY (record, revision)
    ) STRICT, WITHOUT ROWID;

    -- Each record's head. Derived: the log alone would be enough to make it again.
    CREATE TABLE record (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL UNIQUE CHECK (length(record) = 16),
      kind INTEGER NOT NULL CHECK (kind > 0),
      code TEXT NOT NULL,
      is_deleted INTEGER NOT NULL CHECK (is_deleted IN (0, 1)),
      head INTEGER NOT NULL REFERENCES change (position)
    ) STRICT;

    -- What each acyclic field of a head refers to: ids, in their order. Derived, too.
    CREATE TABLE link (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL CHECK (length(record) = 16),
      field INTEGER NOT NULL CHECK (field > 0),
      targets BLOB NOT NULL CHECK (length(targets) > 0 AND length(targets) % 16 = 0),
      UNIQUE (record, field)
    ) STRICT;

    -- What each live head holds that no other may. Derived, too.
    CREATE TABLE unique_key (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL CHECK (length(record) = 16),
      key BLOB NOT NULL UNIQUE
    ) STRICT;

    CREATE INDEX unique_key_record ON unique_key (record);
    CREATE UNIQUE INDEX record_code ON record (code) WHERE is_deleted = 0;
    CREATE UNIQUE INDEX record_head ON record (head);
    """
}
