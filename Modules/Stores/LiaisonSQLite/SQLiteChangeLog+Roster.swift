internal import GRDB
public import LiaisonModel
public import LiaisonSync

/// Who may call, and what the server proves with who it is.
extension SQLiteChangeLog: RegisterStore {
  public func generation() async throws -> Int {
    try await read { db in
      try PreparedStatement(db, "SELECT roster FROM register").first { try $0.value(0) } ?? 0
    }
  }

  public func replica(with key: Fingerprint) async throws -> EnrolledReplica? {
    try await read { try RosterTable(db: $0).replica(with: key) }
  }

  public func replicas() async throws -> [EnrolledReplica] {
    try await read { try RosterTable(db: $0).replicas() }
  }

  public func invitation(_ secret: [UInt8]) async throws -> IssuedInvitation? {
    try await read { try RosterTable(db: $0).invitation(secret) }
  }

  public func invitations() async throws -> [IssuedInvitation] {
    try await read { try RosterTable(db: $0).invitations() }
  }

  public func sightings() async throws -> [ReplicaID: ReplicaSighting] {
    try await read { try SightingTable(db: $0).all() }
  }

  /// How many records have an entry up to a position.
  public func records(through position: LogPosition) async throws -> Int {
    try await read { db in
      try PreparedStatement(
        db, "SELECT count(*) FROM change WHERE before IS NULL AND position <= ?"
      ).bound(position.number).first { try $0.value(0) } ?? 0
    }
  }

  public func put(_ sightings: [ReplicaID: ReplicaSighting]) async throws {
    guard !sightings.isEmpty else { return }
    try await write { db in
      for (replica, sighting) in sightings {
        try SightingTable(db: db).put(sighting, of: replica)
      }
    }
  }

  public func last(_ act: AuditEntry.Act, of subject: String) async throws -> Timestamp? {
    try await read { try RosterTable(db: $0).last(act, of: subject) }
  }

  public func audit(limit: Int) async throws -> [AuditEntry] {
    try await read { try RosterTable(db: $0).audit(limit: limit) }
  }

  public func change<Result: Sendable>(
    _ body: @escaping @Sendable (any RosterTransaction) throws -> Result
  ) async throws -> Result {
    try await write { db in
      func writes() throws -> Int {
        // What is noted in the audit log is no change of the roster; nothing is ever taken out of it.
        let notes: Int? = try PreparedStatement(db, "SELECT ifnull(max(id), 0) FROM audit")
          .first { try $0.value(0) }
        return db.totalChangesCount - (notes ?? 0)
      }
      let before = try writes()
      let result = try body(RosterTable(db: db))
      if try writes() > before {
        try PreparedStatement(db, "UPDATE register SET roster = roster + 1").run()
      }
      return result
    }
  }

  /// - Throws: ``StoreError/missing(_:)`` if the register has none.
  public func standing() async throws -> Standing {
    let standing = try await read { db in
      let hosts: [String] = try PreparedStatement(db, "SELECT name FROM host ORDER BY id")
        .all { try $0.value(0) }
      return try PreparedStatement(db, "SELECT certificate, key, port FROM authority").first {
        row in
        Standing(
          certificate: try row.value(0), key: try row.value(1), hosts: hosts,
          port: try row.value(2))
      }
    }
    guard let standing else { throw StoreError.missing("the register has no authority") }
    return standing
  }

  /// Adds to the names and addresses that the server is called by.
  public func add(hosts: [String]) async throws {
    guard !hosts.isEmpty else { return }
    try await write { db in
      for host in hosts {
        try PreparedStatement(db, "INSERT OR IGNORE INTO host (name) VALUES (?)").bound(host).run()
      }
    }
  }

  /// Says where the server listens.
  public func setPort(_ port: Int) async throws {
    try await write { db in
      _ = try PreparedStatement(db, "UPDATE authority SET port = ?").bound(port).run()
    }
  }

  /// One process alone writes to a folder: there is nothing to tell.
  public func watchHead(_ moved: @escaping @Sendable () -> Void) async throws {
    let (nothing, end) = AsyncStream.makeStream(of: Never.self)
    for await _ in nothing {}
    end.finish()
  }
}

extension Standing {
  func insert(into db: Database) throws {
    try PreparedStatement(
      db, "INSERT INTO authority (id, certificate, key, port) VALUES (1, ?, ?, ?)"
    ).bound(certificate, key, port).run()
    for host in hosts {
      try PreparedStatement(db, "INSERT OR IGNORE INTO host (name) VALUES (?)").bound(host).run()
    }
  }
}
