public import LiaisonModel
public import LiaisonSync

/// Who may call.
extension PostgresChangeLog: RegisterStore {
  public func generation() async throws -> Int {
    let rows = try await read([Statement("SELECT roster FROM register")])
    return try rows[0].first?.number(0) ?? 0
  }

  public func office(_ id: OfficeID) async throws -> Office? {
    try await read([PostgresRoster.office(id)])[0].first.map { try Office($0) }
  }

  public func offices() async throws -> [Office] {
    try await read([Statement(PostgresRoster.offices)])[0].map { try Office($0) }
  }

  public func add(_ office: Office) async throws {
    try await write { connection in
      let added = try connection.run(
        Statement(
          "INSERT INTO office (code, name, role) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
          .one(office.id.text), .one(office.name), .one(office.role.rawValue)))
      guard added.changed == 1 else {
        throw StoreError.exists("the register has an office \(office.id) already")
      }
    }
  }

  public func replica(with key: Fingerprint) async throws -> EnrolledReplica? {
    try await read([PostgresRoster.replica(key)])[0].first.map { try EnrolledReplica($0) }
  }

  public func replicas() async throws -> [EnrolledReplica] {
    let rows = try await read([
      Statement(PostgresRoster.replicas + " ORDER BY office, number")
    ])
    return try rows[0].map { try EnrolledReplica($0) }
  }

  public func invitation(_ secret: [UInt8]) async throws -> IssuedInvitation? {
    try await read([PostgresRoster.invitation(secret)])[0].first.map { try IssuedInvitation($0) }
  }

  public func invitations() async throws -> [IssuedInvitation] {
    let rows = try await read([Statement(PostgresRoster.invitations + " ORDER BY id DESC")])
    return try rows[0].map { try IssuedInvitation($0) }
  }

  public func last(_ act: AuditEntry.Act, of subject: String) async throws -> Timestamp? {
    try await read([PostgresRoster.last(act, subject)])[0].first?.time(0)
  }

  public func audit(limit: Int) async throws -> [AuditEntry] {
    let rows = try await read([
      Statement(
        "SELECT time, act, subject, actor, note FROM audit ORDER BY id DESC LIMIT $1",
        .one(Int64(limit)))
    ])
    return try rows[0].map { try AuditEntry($0) }
  }

  public func records(through position: LogPosition) async throws -> Int {
    let rows = try await read([
      Statement(
        "SELECT count(*) FROM change WHERE before IS NULL AND position <= $1",
        .one(position.number))
    ])
    return try rows[0].first?.number(0) ?? 0
  }

  public func change<Result: Sendable>(
    _ body: @escaping @Sendable (any RosterTransaction) throws -> Result
  ) async throws -> Result {
    try await write { connection in
      // One at a time, on whatever server: what it reads stays as it is until it has written.
      try connection.run(Statement("SELECT 1 FROM register FOR UPDATE"))
      let roster = PostgresRoster(connection)
      let result = try body(roster)
      // No counter: a standby that had not got the last change would count to the same number again.
      if roster.isChanged {
        try connection.run(
          Statement("UPDATE register SET roster = (random() * \(Int64(1) << 62))::bigint"))
      }
      return result
    }
  }
}

extension PostgresChangeLog {
  public func watchHead(_ moved: @escaping @Sendable () -> Void) async throws {
    await watch.run(moved)
  }
}
