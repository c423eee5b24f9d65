internal import LiaisonModel
internal import LiaisonSync

extension Admission {
  /// Redeems an invitation for the key of a certificate.
  /// - Throws: ``CallError/notAdmitted(_:)``, ``StoreError``.
  func enrol(
    _ request: EnrolRequest, presenting certificate: [UInt8], from peer: String
  ) async throws -> Enrolment {
    guard SyncProtocol.spoken.contains(request.version) else { throw CallError.otherProtocol }
    try refusals.check(peer, at: now())
    do {
      return try await redeem(request, presenting: certificate, from: peer)
    } catch let error as CallError {
      if case .notAdmitted = error { refusals.note(peer, at: now()) }
      throw error
    }
  }

  private func redeem(
    _ request: EnrolRequest, presenting certificate: [UInt8], from peer: String
  ) async throws -> Enrolment {
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
        try Self.refusing(
          .enrolmentRefused, issued.office.text, why.rawValue, from: peer, at: now, in: roster)
        return .failure(Refused(why: why))
      case .expose:
        if issued.exposed == nil {
          invitation?.exposed = now
          if let invitation { try roster.put(invitation) }
        }
        try Self.refusing(
          .enrolmentRefused, issued.office.text, "a second key", from: peer, at: now, in: roster)
        return .failure(Refused(why: .usedInvitation))
      case .admit: return .success(try Self.admit(id, issued, key, from: peer, at: now, in: roster))
      }
    }
    switch replica {
    case .success(let replica): return try await issue(to: replica, presenting: certificate)
    case .failure(let refused): throw CallError.notAdmitted(refused.why)
    }
  }

  /// Makes a replica of its office's next number, and uses the invitation up.
  private static func admit(
    _ id: ReplicaID, _ issued: IssuedInvitation, _ key: Fingerprint, from peer: String,
    at now: Timestamp, in roster: any RosterTransaction
  ) throws -> EnrolledReplica {
    let replica = EnrolledReplica(
      id: id, office: issued.office,
      number: (try roster.replicas(of: issued.office).last?.number ?? 0) + 1, note: issued.note,
      key: key, enrolled: now, expires: end(from: now))
    try roster.put(replica)
    var used = issued
    used.replica = replica.id
    try roster.put(used)
    try roster.note(
      AuditEntry(time: now, .enrolled, replica.name, by: peer, note: replica.note))
    return replica
  }

  private struct Refused: Error { let why: NotAdmitted }

  /// A new certificate for a key that is known, also when the last one has ended.
  /// - Throws: ``CallError/notAdmitted(_:)``, ``StoreError``.
  func renew(presenting certificate: [UInt8], from peer: String) async throws -> Enrolment {
    try await issue(to: try await enrolled(certificate, from: peer).0, presenting: certificate)
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
