public import LiaisonModel
public import LiaisonSync
internal import Synchronization

/// Lets replicas in: by their certificates, and those that are new by invitations.
public final class Admission: Sendable {
  /// How long a replica's certificate is valid, in days. It renews it after two thirds of that.
  public static let days: Int64 = 90
  private static let day: Int64 = 86_400_000
  /// Milliseconds in which the same is refused to the same without being noted again.
  private static let quiet: Int64 = 3_600_000

  private let roster: any ReplicaRoster
  private let authority: any CertificateAuthority
  private let register: RegisterID
  let now: @Sendable () -> Timestamp
  private let newID: @Sendable () -> UUIDv7
  private let known = Mutex<Known>(Known())
  /// Enrolments and renewals under way, of all callers together.
  private let desks = Mutex(0)

  /// What of the roster was true at one of its generations.
  private struct Known {
    var generation = 0
    var admitted: [[UInt8]: (replica: EnrolledReplica, ends: Timestamp)] = [:]
  }

  public init(
    _ roster: any ReplicaRoster, _ authority: any CertificateAuthority, register: RegisterID,
    now: @escaping @Sendable () -> Timestamp, newID: @escaping @Sendable () -> UUIDv7
  ) {
    self.roster = roster
    self.authority = authority
    self.register = register
    self.now = now
    self.newID = newID
  }

  /// The replica that presents a certificate.
  ///
  /// Asks the roster once for all that call while it stays as it is.
  /// - Throws: ``CallError/notAdmitted(_:)``, ``StoreError``.
  func replica(presenting certificate: [UInt8]) async throws -> EnrolledReplica {
    let generation = try await roster.generation()
    let found = known.withLock { known in
      known.generation == generation ? known.admitted[certificate] : nil
    }
    if let found {
      guard now() < found.ends else { throw CallError.notAdmitted(.expiredCertificate) }
      return found.replica
    }
    let (replica, presented) = try await enrolled(certificate)
    guard now() < presented.ends else { throw CallError.notAdmitted(.expiredCertificate) }
    guard presented.begins <= now() else { throw CallError.notAdmitted(.notEnrolled) }
    known.withLock { known in
      if known.generation != generation { known = Known(generation: generation) }
      known.admitted[certificate] = (replica, presented.ends)
    }
    return replica
  }

  /// Whether a replica may go on.
  /// - Throws: ``CallError/notAdmitted(_:)``, ``StoreError``.
  func check(_ certificate: [UInt8]) async throws {
    _ = try await replica(presenting: certificate)
  }

  /// Whether its certificate is ours and it may call, but for the certificate's end.
  private func enrolled(
    _ certificate: [UInt8]
  ) async throws -> (EnrolledReplica, PresentedCertificate) {
    guard let presented = try? authority.read(certificate), presented.isOurs,
      let replica = try await roster.replica(with: presented.key)
    else { throw CallError.notAdmitted(.notEnrolled) }
    guard replica.revoked == nil else {
      try await refuse(replica, .revoked)
      throw CallError.notAdmitted(.revoked)
    }
    guard let office = try await roster.office(replica.office), !office.isDisabled else {
      try await refuse(replica, .officeDisabled)
      throw CallError.notAdmitted(.officeDisabled)
    }
    return (replica, presented)
  }
}

// MARK: Desks

extension Admission {
  /// A place at which somebody enrols or renews; it is free again with its last reference.
  final class Desk: Sendable {
    private let admission: Admission

    fileprivate init(_ admission: Admission) { self.admission = admission }

    deinit { admission.desks.withLock { $0 -= 1 } }
  }

  /// - Throws: ``CallError/tooManyCalls``: anybody may come, so that few are served at once.
  func desk() throws(CallError) -> Desk {
    let isFree = desks.withLock { taken in
      guard taken < SyncLimits.enrolments else { return false }
      taken += 1
      return true
    }
    guard isFree else { throw .tooManyCalls }
    return Desk(self)
  }
}

// MARK: Refusals

extension Admission {
  /// Notes that a replica was refused which the register knows.
  private func refuse(_ replica: EnrolledReplica, _ why: NotAdmitted) async throws {
    let now = now()
    guard try await isDue(.callRefused, replica.name, at: now) else { return }
    try await roster.change {
      try Self.refusing(.callRefused, replica.name, why.rawValue, at: now, in: $0)
    }
  }

  /// Whether it is noted: whoever calls again and again must not fill a disk.
  private func isDue(_ act: AuditEntry.Act, _ subject: String, at now: Timestamp) async throws
    -> Bool
  {
    guard let last = try await roster.last(act, of: subject) else { return true }
    return now.milliseconds - last.milliseconds >= Self.quiet
  }

  private static func refusing(
    _ act: AuditEntry.Act, _ subject: String, _ why: String, at now: Timestamp,
    in roster: any RosterTransaction
  ) throws {
    let last = try roster.last(act, of: subject)
    guard now.milliseconds - (last?.milliseconds ?? .min / 2) >= quiet else { return }
    try roster.note(AuditEntry(time: now, act, subject, by: subject, note: why))
  }
}

// MARK: Enrolment

extension Admission {
  /// Redeems an invitation for the key of a certificate.
  /// - Throws: ``CallError/notAdmitted(_:)``, ``StoreError``.
  func enrol(_ request: EnrolRequest, presenting certificate: [UInt8]) async throws -> Enrolment {
    guard SyncProtocol.spoken.contains(request.version) else { throw CallError.otherProtocol }
    guard let key = try? authority.read(certificate).key else { throw CallError.malformed }
    let (secret, now, id) = (authority.digest(request.secret), now(), ReplicaID(newID()))
    // Whoever guesses costs a look, and writes nothing.
    guard let found = try await roster.invitation(secret), found.office == request.office else {
      throw CallError.notAdmitted(.unknownInvitation)
    }
    let replica = try await roster.change { roster -> Result<EnrolledReplica, Refused> in
      var invitation = try roster.invitation(secret)
      let decision = EnrolmentRule.decide(
        invitation, key: try roster.replica(with: key),
        office: try invitation.flatMap { try roster.office($0.office) }, at: now)
      guard let issued = invitation else { return .failure(Refused(why: .unknownInvitation)) }
      switch decision {
      case .again(let replica):
        if issued.replica == nil {
          invitation?.replica = replica.id
          if let invitation { try roster.put(invitation) }
        }
        return .success(replica)
      case .refuse(let why):
        try Self.refusing(.enrolmentRefused, issued.office.text, why.rawValue, at: now, in: roster)
        return .failure(Refused(why: why))
      case .expose:
        if issued.exposed == nil {
          invitation?.exposed = now
          if let invitation { try roster.put(invitation) }
        }
        try Self.refusing(
          .enrolmentRefused, issued.office.text, "a second key", at: now, in: roster)
        return .failure(Refused(why: .usedInvitation))
      case .admit:
        let replica = EnrolledReplica(
          id: id, office: issued.office,
          number: (try roster.replicas(of: issued.office).last?.number ?? 0) + 1, note: issued.note,
          key: key, enrolled: now, expires: Self.end(from: now))
        try roster.put(replica)
        invitation?.replica = replica.id
        if let invitation { try roster.put(invitation) }
        try roster.note(
          AuditEntry(time: now, .enrolled, replica.name, by: replica.name, note: replica.note))
        return .success(replica)
      }
    }
    switch replica {
    case .success(let replica): return try await issue(to: replica, presenting: certificate)
    case .failure(let refused): throw CallError.notAdmitted(refused.why)
    }
  }

  private struct Refused: Error { let why: NotAdmitted }

  /// A new certificate for a key that is known, also when the last one has ended.
  /// - Throws: ``CallError/notAdmitted(_:)``, ``StoreError``.
  func renew(presenting certificate: [UInt8]) async throws -> Enrolment {
    try await issue(to: try await enrolled(certificate).0, presenting: certificate)
  }

  private func issue(
    to replica: EnrolledReplica, presenting certificate: [UInt8]
  ) async throws -> Enrolment {
    let from = now()
    let until = Self.end(from: from)
    let made: [UInt8]
    do {
      made = try authority.certificate(
        of: replica.id, replica.office, key: certificate,
        // A clock that is a little behind is no reason to refuse it.
        from: Timestamp(milliseconds: from.milliseconds - Self.day), until: until)
    } catch {
      throw CallError.malformed
    }
    // It may have been revoked since it was looked up: then nothing is given.
    let why = try await roster.change { roster -> NotAdmitted? in
      guard var known = try roster.replica(with: replica.key) else { return .notEnrolled }
      guard known.revoked == nil else { return .revoked }
      guard let office = try roster.office(known.office), !office.isDisabled else {
        return .officeDisabled
      }
      known.expires = until
      try roster.put(known)
      return nil
    }
    if let why { throw CallError.notAdmitted(why) }
    return Enrolment(
      register: register, replica: replica.id, office: replica.office, number: replica.number,
      certificate: made, authority: authority.certificate)
  }

  private static func end(from: Timestamp) -> Timestamp {
    Timestamp(milliseconds: from.milliseconds + days * day)
  }
}
