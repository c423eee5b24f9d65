internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// Which replicas and invitations a register has, and what its server proves with who it is.
struct RosterTable: RosterTransaction {
  static let layout = """
    -- The register's authority: X.509 and PKCS #8, in DER.
    CREATE TABLE authority (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      certificate BLOB NOT NULL,
      key BLOB NOT NULL,
      -- Where the server listened last; 0 if it has not.
      port INTEGER NOT NULL DEFAULT 0 CHECK (port BETWEEN 0 AND 65535)
    ) STRICT;

    -- The names and addresses that the server is called by.
    CREATE TABLE host (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE replica (
      id INTEGER PRIMARY KEY,
      replica BLOB NOT NULL UNIQUE CHECK (length(replica) = 16),
      office TEXT NOT NULL REFERENCES office (code),
      -- Counts an office's replicas.
      number INTEGER NOT NULL CHECK (number > 0),
      note TEXT NOT NULL,
      -- The fingerprint of its public key.
      key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
      -- Milliseconds since 1970.
      enrolled INTEGER NOT NULL,
      expires INTEGER NOT NULL,
      revoked INTEGER,
      UNIQUE (office, number)
    ) STRICT;

    CREATE TABLE invitation (
      id INTEGER PRIMARY KEY,
      -- The SHA-256 of its secret.
      secret BLOB NOT NULL UNIQUE CHECK (length(secret) = 32),
      office TEXT NOT NULL REFERENCES office (code),
      note TEXT NOT NULL,
      issued INTEGER NOT NULL,
      ends INTEGER NOT NULL,
      replica BLOB REFERENCES replica (replica),
      exposed INTEGER
    ) STRICT;

    -- What was last seen of a replica.
    CREATE TABLE sighting (
      replica BLOB PRIMARY KEY REFERENCES replica (replica),
      called INTEGER NOT NULL,
      peer TEXT NOT NULL,
      version INTEGER NOT NULL,
      applied INTEGER NOT NULL,
      sent INTEGER NOT NULL,
      pulled INTEGER,
      pushed INTEGER,
      pushes INTEGER NOT NULL,
      went_back INTEGER,
      -- What it has said of itself.
      waiting INTEGER CHECK (waiting >= 0),
      oldest INTEGER,
      conflicts INTEGER CHECK (conflicts >= 0),
      client TEXT NOT NULL,
      CHECK ((waiting IS NULL) = (conflicts IS NULL))
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE audit (
      id INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      act TEXT NOT NULL,
      subject TEXT NOT NULL,
      actor TEXT NOT NULL,
      note TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_subject ON audit (act, subject);
    CREATE TRIGGER audit_stays BEFORE DELETE ON audit
      BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
    CREATE TRIGGER audit_is_as_written BEFORE UPDATE ON audit
      BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
    """

  let db: Database

  func office(_ id: OfficeID) throws -> Office? {
    try PreparedStatement(db, "SELECT name, role, is_disabled FROM office WHERE code = ?").bound(
      id.text
    )
    .first {
      Office(id: id, name: try $0.value(0), role: try $0.role(1), isDisabled: try $0.value(2))
    }
  }

  func offices() throws -> [Office] {
    try PreparedStatement(db, "SELECT code, name, role, is_disabled FROM office ORDER BY code").all
    {
      Office(
        id: try $0.office(0), name: try $0.value(1), role: try $0.role(2),
        isDisabled: try $0.value(3))
    }
  }

  func put(_ office: Office) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO office (code, name, role, is_disabled) VALUES (?, ?, ?, ?)
      ON CONFLICT (code) DO UPDATE SET
        name = excluded.name, role = excluded.role, is_disabled = excluded.is_disabled
      """
    ).bound(office.id.text, office.name, office.role.rawValue, office.isDisabled).run()
  }

  private static let replica = """
    SELECT replica, office, number, note, key, enrolled, expires, revoked FROM replica
    """

  func replica(with key: Fingerprint) throws -> EnrolledReplica? {
    try PreparedStatement(db, Self.replica + " WHERE key = ?").bound(key.bytes)
      .first { try EnrolledReplica($0) }
  }

  func replicas(of office: OfficeID) throws -> [EnrolledReplica] {
    try PreparedStatement(db, Self.replica + " WHERE office = ? ORDER BY number").bound(office.text)
      .all { try EnrolledReplica($0) }
  }

  func replicas() throws -> [EnrolledReplica] {
    try PreparedStatement(db, Self.replica + " ORDER BY office, number").all {
      try EnrolledReplica($0)
    }
  }

  func put(_ replica: EnrolledReplica) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO replica (replica, office, number, note, key, enrolled, expires, revoked)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (replica) DO UPDATE SET
        expires = excluded.expires, revoked = coalesce(replica.revoked, excluded.revoked)
      """
    ).bound(
      replica.id, replica.office.text, replica.number, replica.note, replica.key.bytes,
      replica.enrolled.milliseconds, replica.expires.milliseconds, replica.revoked?.milliseconds
    ).run()
  }

  private static let invitation = """
    SELECT secret, office, note, issued, ends, replica, exposed FROM invitation
    """

  func invitation(_ secret: [UInt8]) throws -> IssuedInvitation? {
    try PreparedStatement(db, Self.invitation + " WHERE secret = ?").bound(secret)
      .first { try IssuedInvitation($0) }
  }

  func invitations(of office: OfficeID) throws -> [IssuedInvitation] {
    try PreparedStatement(db, Self.invitation + " WHERE office = ? ORDER BY id").bound(office.text)
      .all { try IssuedInvitation($0) }
  }

  func invitations() throws -> [IssuedInvitation] {
    try PreparedStatement(db, Self.invitation + " ORDER BY id DESC").all {
      try IssuedInvitation($0)
    }
  }

  func put(_ invitation: IssuedInvitation) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO invitation (secret, office, note, issued, ends, replica, exposed)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (secret) DO UPDATE SET
        ends = excluded.ends, replica = excluded.replica, exposed = excluded.exposed
      """
    ).bound(
      invitation.secret, invitation.office.text, invitation.note, invitation.issued.milliseconds,
      invitation.ends.milliseconds, invitation.replica, invitation.exposed?.milliseconds
    ).run()
  }
}

// MARK: Audit

extension RosterTable {
  func note(_ entry: AuditEntry) throws {
    try PreparedStatement(
      db, "INSERT INTO audit (time, act, subject, actor, note) VALUES (?, ?, ?, ?, ?)"
    ).bound(
      entry.time.milliseconds, entry.act.rawValue, entry.subject, entry.actor, entry.note
    ).run()
  }

  func last(_ act: AuditEntry.Act, of subject: String) throws -> Timestamp? {
    try PreparedStatement(
      db, "SELECT time FROM audit WHERE act = ? AND subject = ? ORDER BY id DESC LIMIT 1"
    ).bound(act.rawValue, subject).first { try $0.time(0) }
  }

  func audit(limit: Int) throws -> [AuditEntry] {
    try PreparedStatement(
      db, "SELECT time, act, subject, actor, note FROM audit ORDER BY id DESC LIMIT ?"
    ).bound(limit).all { try AuditEntry($0) }
  }
}
