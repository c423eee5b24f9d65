internal import GRDB

/// The server's tables. A landed migration is never edited.
enum ChangeLogMigrations {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(sql: version1)
    }
    migrator.registerMigration("2") { db in
      try db.execute(sql: oneRowOfLinksForEachField)
    }
    return migrator
  }

  /// Rowid tables with a unique index over the id: several times faster than WITHOUT ROWID if keys
  /// come out of order.
  private static let version1 = """
    CREATE TABLE register (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      register BLOB NOT NULL CHECK (length(register) = 16),
      lineage INTEGER NOT NULL,
      schema BLOB NOT NULL
    ) STRICT;

    CREATE TABLE office (
      id INTEGER PRIMARY KEY,
      code TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL
    ) STRICT;

    -- One row for each accepted revision, for ever. Its position is its place in the log.
    CREATE TABLE change (
      position INTEGER PRIMARY KEY CHECK (position > 0),
      record BLOB NOT NULL CHECK (length(record) = 16),
      revision BLOB NOT NULL CHECK (length(revision) = 32),
      edit BLOB NOT NULL UNIQUE CHECK (length(edit) = 16),
      bytes BLOB NOT NULL
    ) STRICT;

    -- Each record's head. Derived: the log alone would be enough to make it again.
    CREATE TABLE record (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL UNIQUE CHECK (length(record) = 16),
      kind INTEGER NOT NULL CHECK (kind > 0),
      code TEXT NOT NULL,
      is_deleted INTEGER NOT NULL CHECK (is_deleted IN (0, 1)),
      head INTEGER NOT NULL REFERENCES change (position)
    ) STRICT;

    -- What each head's acyclic fields refer to. Derived, too.
    CREATE TABLE link (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL CHECK (length(record) = 16),
      field INTEGER NOT NULL CHECK (field > 0),
      target BLOB NOT NULL CHECK (length(target) = 16),
      UNIQUE (record, field, target)
    ) STRICT;

    CREATE UNIQUE INDEX record_code ON record (code) WHERE is_deleted = 0;
    CREATE UNIQUE INDEX record_head ON record (head);
    """

  /// A field of many references was as many rows, each of them twice: in the table and in its index.
  private static let oneRowOfLinksForEachField = """
    ALTER TABLE link RENAME TO link_1;

    -- What each acyclic field of a head refers to: ids, in their order. Derived, too.
    CREATE TABLE link (
      id INTEGER PRIMARY KEY,
      record BLOB NOT NULL CHECK (length(record) = 16),
      field INTEGER NOT NULL CHECK (field > 0),
      targets BLOB NOT NULL CHECK (length(targets) > 0 AND length(targets) % 16 = 0),
      UNIQUE (record, field)
    ) STRICT;

    INSERT INTO link (record, field, targets)
    SELECT record, field, CAST(group_concat(target, '') AS BLOB)
    FROM (SELECT record, field, target FROM link_1 ORDER BY record, field, target)
    GROUP BY record, field;

    DROP TABLE link_1;
    """
}
