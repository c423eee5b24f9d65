internal import LiaisonModel
internal import LiaisonSync

/// Which replicas and invitations a register has, inside a transaction.
final class PostgresRoster: RosterTransaction {
  private let connection: PostgresConnection
  /// Whether it is another roster now; the audit log is none of it.
  private(set) var isChanged = false

  init(_ connection: PostgresConnection) { self.connection = connection }

  private func put(_ statement: Statement) throws {
    if try connection.run(statement).changed > 0 { isChanged = true }
  }

  func office(_ id: OfficeID) throws -> Office? {
    try connection.run(Self.office(id)).first.map { try Office($0) }
  }

  func put(_ office: Office) throws { try put(Self.putting(office)) }

  func replica(with key: Fingerprint) throws -> EnrolledReplica? {
    try connection.run(Self.replica(key)).first.map { try EnrolledReplica($0) }
  }

  func replicas(of office: OfficeID) throws -> [EnrolledReplica] {
    try connection.run(
      Statement(Self.replicas + " WHERE office = $1 ORDER BY number", .one(office.text))
    ).map { try EnrolledReplica($0) }
  }

  func put(_ replica: EnrolledReplica) throws { try put(Self.putting(replica)) }

  func invitation(_ secret: [UInt8]) throws -> IssuedInvitation? {
    try connection.run(Self.invitation(secret)).first.map { try IssuedInvitation($0) }
  }

  func invitations(of office: OfficeID) throws -> [IssuedInvitation] {
    try connection.run(
      Statement(Self.invitations + " WHERE office = $1 ORDER BY id", .one(office.text))
    ).map { try IssuedInvitation($0) }
  }

  func put(_ invitation: IssuedInvitation) throws { try put(Self.putting(invitation)) }

  func note(_ entry: AuditEntry) throws {
    try connection.run(
      Statement(
        "INSERT INTO audit (time, act, subject, actor, note) VALUES ($1, $2, $3, $4, $5)",
        .one(entry.time.milliseconds), .one(entry.act.rawValue), .one(entry.subject),
        .one(entry.actor), .one(entry.note)))
  }

  func last(_ act: AuditEntry.Act, of subject: String) throws -> Timestamp? {
    try connection.run(Self.last(act, subject)).first?.time(0)
  }
}

// MARK: Statements

extension PostgresRoster {
  static let offices = "SELECT code, name, role, is_disabled FROM office ORDER BY code"

  static func office(_ id: OfficeID) -> Statement {
    Statement("SELECT code, name, role, is_disabled FROM office WHERE code = $1", .one(id.text))
  }

  static let replicas = """
    SELECT replica, office, number, note, key, enrolled, expires, revoked FROM replica
    """

  static func replica(_ key: Fingerprint) -> Statement {
    Statement(replicas + " WHERE key = $1", .one(key.bytes))
  }

  static let invitations = """
    SELECT secret, office, note, issued, ends, replica, exposed FROM invitation
    """

  static func putting(_ office: Office) -> Statement {
    Statement(
      """
      INSERT INTO office (code, name, role, is_disabled) VALUES ($1, $2, $3, $4)
      ON CONFLICT (code) DO UPDATE SET
        name = excluded.name, role = excluded.role, is_disabled = excluded.is_disabled
      """, .one(office.id.text), .one(office.name), .one(office.role.rawValue),
      .one(office.isDisabled))
  }

  static func putting(_ replica: EnrolledReplica) -> Statement {
    Statement(
      """
      INSERT INTO replica (replica, office, number, note, key, enrolled, expires, revoked)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (replica) DO UPDATE SET
        expires = excluded.expires, revoked = coalesce(replica.revoked, excluded.revoked)
      """, .one(replica.id), .one(replica.office.text), .one(Int64(replica.number)),
      .one(replica.note), .one(replica.key.bytes), .one(replica.enrolled.milliseconds),
      .one(replica.expires.milliseconds), .one(replica.revoked?.milliseconds))
  }

  static func putting(_ invitation: IssuedInvitation) -> Statement {
    Statement(
      """
      INSERT INTO invitation (secret, office, note, issued, ends, replica, exposed)
      VALUES ($1, $2, $3, $4, $5, $6, $7)
      ON CONFLICT (secret) DO UPDATE SET
        ends = excluded.ends, replica = excluded.replica, exposed = excluded.exposed
      """, .one(invitation.secret), .one(invitation.office.text), .one(invitation.note),
      .one(invitation.issued.milliseconds), .one(invitation.ends.milliseconds),
      .one(invitation.replica), .one(invitation.exposed?.milliseconds))
  }

  static func invitation(_ secret: [UInt8]) -> Statement {
    Statement(invitations + " WHERE secret = $1", .one(secret))
  }

  static func last(_ act: AuditEntry.Act, _ subject: String) -> Statement {
    Statement(
      "SELECT time FROM audit WHERE act = $1 AND subject = $2 ORDER BY id DESC LIMIT 1",
      .one(act.rawValue), .one(subject))
  }
}

// MARK: Rows

extension Office {
  /// A row of ``PostgresRoster/office(_:)``.
  init(_ row: Row) throws {
    self.init(
      id: try row.office(0), name: try row.value(1), role: try row.role(2),
      isDisabled: try row.value(3))
  }
}

extension EnrolledReplica {
  /// A row of ``PostgresRoster/replicas``.
  init(_ row: Row) throws {
    guard let key = Fingerprint(try row.value(4) as [UInt8]) else {
      throw StoreError.damaged("the database holds a fingerprint that is none")
    }
    self.init(
      id: try row.value(0), office: try row.office(1), number: try row.number(2),
      note: try row.value(3), key: key, enrolled: try row.time(5), expires: try row.time(6),
      revoked: try row.optionalTime(7))
  }
}

extension IssuedInvitation {
  /// A row of ``PostgresRoster/invitations``.
  init(_ row: Row) throws {
    self.init(
      secret: try row.value(0), office: try row.office(1), note: try row.value(2),
      issued: try row.time(3), ends: try row.time(4), replica: try row.optional(5),
      exposed: try row.optionalTime(6))
  }
}

extension AuditEntry {
  /// A row of a time, an act, a subject, an actor and a note.
  init(_ row: Row) throws {
    guard let act = Act(rawValue: try row.value(1)) else {
      throw StoreError.damaged("the audit log holds an act that is none")
    }
    self.init(
      time: try row.time(0), act, try row.value(2), by: try row.value(3), note: try row.value(4))
  }
}
