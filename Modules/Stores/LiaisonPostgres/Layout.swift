/// The tables of a register in PostgreSQL. From the first release on, a landed migration is never edited.
///
/// The database holds what the register's contract promises by constraints, whoever writes: a position, an
/// edit, a code or what is unique cannot be there twice.
struct Layout: Sendable {
  /// Each brings the tables from the version before it to its own.
  let migrations: [String]

  var version: Int { migrations.count }

  /// That of this version of Liaison.
  static let current = Layout(migrations: [log + derived + roster, moved])

  /// The schema as of a position stands with it: 0 for the one that the register was made with.
  private static let log = """
    CREATE TABLE register (
      id bigint PRIMARY KEY CHECK (id = 1),
      register uuid NOT NULL,
      -- The log's end. Who appends locks this row: what is visible at a position is whole below it.
      head bigint NOT NULL DEFAULT 0 CHECK (head >= 0),
      prefix bytea NOT NULL CHECK (length(prefix) = 32),
      -- Whether offices may hand back what other offices wrote.
      is_healing boolean NOT NULL DEFAULT false,
      -- Another number, not the next one, after each change of offices, replicas or invitations.
      roster bigint NOT NULL DEFAULT 0 CHECK (roster >= 0),
      schema_position bigint NOT NULL DEFAULT 0 CHECK (schema_position >= 0)
    ) WITH (fillfactor = 10);

    CREATE TABLE schema_change (
      position bigint PRIMARY KEY CHECK (position >= 0),
      prefix bytea NOT NULL CHECK (length(prefix) = 32),
      bytes bytea NOT NULL
    );

    -- One row for each accepted revision, for ever. Its position is its place in the log; its prefix
    -- names the log up to it.
    CREATE TABLE change (
      position bigint PRIMARY KEY CHECK (position > 0),
      prefix bytea NOT NULL CHECK (length(prefix) = 32),
      -- Where the record's entry before this one is.
      before bigint REFERENCES change (position),
      record uuid NOT NULL,
      revision bytea NOT NULL CHECK (length(revision) = 32),
      -- NULL for the first entry of an imported record: no office has it in an outbox.
      edit uuid UNIQUE,
      -- The office that handed it back after the log had lost it.
      handed_back_by text,
      bytes bytea NOT NULL
    );

    -- Edits that others have taken in before they were sent.
    CREATE TABLE absorbed (
      edit uuid PRIMARY KEY,
      position bigint NOT NULL REFERENCES change (position)
    );
    CREATE INDEX absorbed_position ON absorbed (position);

    -- What persons wrote and stands behind a second parent, if it is no entry.
    CREATE TABLE ancestor (
      revision bytea PRIMARY KEY CHECK (length(revision) = 32),
      record uuid NOT NULL,
      -- Of the entry that it came with.
      position bigint NOT NULL REFERENCES change (position),
      bytes bytea NOT NULL
    );
    CREATE INDEX ancestor_record ON ancestor (record);

    -- What ancestors and merges were made from and is not here: the log was restored.
    CREATE TABLE wanted (
      record uuid NOT NULL,
      revision bytea NOT NULL CHECK (length(revision) = 32),
      -- Of the entry that stands on it.
      position bigint NOT NULL REFERENCES change (position),
      PRIMARY KEY (record, revision)
    );

    """

  /// The log alone would be enough to make these again.
  private static let derived = """
    -- Each record's head.
    CREATE TABLE record (
      record uuid PRIMARY KEY,
      kind bigint NOT NULL CHECK (kind > 0),
      code text COLLATE "C" NOT NULL,
      is_deleted boolean NOT NULL,
      head bigint NOT NULL UNIQUE REFERENCES change (position)
    );
    CREATE UNIQUE INDEX record_code ON record (code) WHERE NOT is_deleted;

    -- What the acyclic fields of heads refer to.
    CREATE TABLE link (
      record uuid NOT NULL,
      field bigint NOT NULL CHECK (field > 0),
      target uuid NOT NULL,
      PRIMARY KEY (record, field, target)
    );

    -- What each live head holds that no other may. It may be of any length: its hash is what is unique.
    CREATE TABLE unique_key (
      hash bytea PRIMARY KEY GENERATED ALWAYS AS (sha256(key)) STORED,
      key bytea NOT NULL,
      record uuid NOT NULL
    );
    CREATE INDEX unique_key_record ON unique_key (record);

    """

  private static let roster = """
    CREATE TABLE office (
      code text COLLATE "C" PRIMARY KEY,
      name text NOT NULL,
      role text NOT NULL CHECK (role IN ('reader', 'contributor', 'registrar')),
      is_disabled boolean NOT NULL DEFAULT false
    );

    -- The register's authority: X.509 and PKCS #8, in DER.
    CREATE TABLE authority (
      id bigint PRIMARY KEY CHECK (id = 1),
      certificate bytea NOT NULL,
      key bytea NOT NULL,
      -- Where the server listened last; 0 if it has not.
      port bigint NOT NULL DEFAULT 0 CHECK (port BETWEEN 0 AND 65535)
    );

    -- The names and addresses that the server is called by.
    CREATE TABLE host (
      id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      name text NOT NULL UNIQUE
    );

    CREATE TABLE replica (
      replica uuid PRIMARY KEY,
      office text COLLATE "C" NOT NULL REFERENCES office (code),
      -- Counts an office's replicas.
      number bigint NOT NULL CHECK (number > 0),
      note text NOT NULL,
      -- The fingerprint of its public key.
      key bytea NOT NULL UNIQUE CHECK (length(key) = 32),
      -- Milliseconds since 1970.
      enrolled bigint NOT NULL,
      expires bigint NOT NULL,
      revoked bigint,
      UNIQUE (office, number)
    );

    CREATE TABLE invitation (
      id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      -- The SHA-256 of its secret.
      secret bytea NOT NULL UNIQUE CHECK (length(secret) = 32),
      office text NOT NULL REFERENCES office (code),
      note text NOT NULL,
      issued bigint NOT NULL,
      ends bigint NOT NULL,
      replica uuid REFERENCES replica (replica),
      exposed bigint
    );

    -- What was last seen of a replica.
    CREATE TABLE sighting (
      replica uuid PRIMARY KEY REFERENCES replica (replica),
      called bigint NOT NULL,
      peer text NOT NULL,
      version bigint NOT NULL,
      applied bigint NOT NULL,
      sent bigint NOT NULL,
      pulled bigint,
      pushed bigint,
      pushes bigint NOT NULL,
      went_back bigint,
      -- What it last said of its outbox; NULL if nothing.
      waiting bigint CHECK (waiting >= 0),
      oldest bigint,
      conflicts bigint CHECK (conflicts >= 0),
      client text NOT NULL
    );

    CREATE TABLE audit (
      id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      time bigint NOT NULL,
      act text NOT NULL,
      subject text NOT NULL,
      actor text NOT NULL,
      note text NOT NULL
    );
    CREATE INDEX audit_subject ON audit (act, subject);
    CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'the audit log is only appended to'; END $$;
    CREATE TRIGGER audit_stays BEFORE DELETE OR UPDATE ON audit
      FOR EACH ROW EXECUTE FUNCTION audit_stays();
    CREATE TRIGGER audit_is_kept BEFORE TRUNCATE ON audit
      FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
    """

  /// Where the register is now, if no longer here.
  private static let moved = "ALTER TABLE register ADD COLUMN moved_to text"
}
