public import LiaisonModel
public import LiaisonSync
internal import Synchronization

/// Lets replicas in: by their certificates, and those that are new by invitations.
public final class Admission: Sendable {
  /// How long a replica's certificate is valid, in days. It renews it after two thirds of that.
  public static let days: Int64 = 90
  static let day: Int64 = 86_400_000
  /// Milliseconds in which the same is refused to the same without being noted again.
  private static let quiet: Int64 = 3_600_000

  let roster: any ReplicaRoster
  let authority: any CertificateAuthority
  let register: RegisterID
  let now: @Sendable () -> Timestamp
  let newID: @Sendable () -> UUIDv7
  private let unnoted: @Sendable (StoreError) -> Void
  private let known = Mutex<Known>(Known())
  /// Enrolments and renewals under way, of all callers together.
  private let desks = Mutex(0)
  let refusals = Refusals()

  /// What of the roster was true at one of its generations.
  private struct Known {
    var generation = 0
    var admitted: [[UInt8]: (replica: EnrolledReplica, ends: Timestamp)] = [:]
  }

  /// - Parameter unnoted: is told why a refusal is not in the audit log.
  public init(
    _ roster: any ReplicaRoster, _ authority: any CertificateAuthority, register: RegisterID,
    now: @escaping @Sendable () -> Timestamp, newID: @escaping @Sendable () -> UUIDv7,
    unnoted: @escaping @Sendable (StoreError) -> Void = { _ in }
  ) {
    self.roster = roster
    self.authority = authority
    self.register = register
    self.now = now
    self.newID = newID
    self.unnoted = unnoted
  }

  /// The replica that presents a certificate.
  ///
  /// Asks the roster once for all that call while it stays as it is.
  /// - Throws: ``CallError/notAdmitted(_:)``, ``StoreError``.
  func replica(
    presenting certificate: [UInt8], from peer: String
  ) async throws -> EnrolledReplica {
    let generation = try await roster.generation()
    let found = known.withLock { known in
      known.generation == generation ? known.admitted[certificate] : nil
    }
    if let found {
      guard now() < found.ends else { throw CallError.notAdmitted(.expiredCertificate) }
      return found.replica
    }
    let (replica, presented) = try await enrolled(certificate, from: peer)
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
  func check(_ admitted: AdmittedReplica) async throws {
    _ = try await replica(presenting: admitted.certificate, from: admitted.peer)
  }

  /// Whether its certificate is ours and it may call, but for the certificate's end.
  func enrolled(
    _ certificate: [UInt8], from peer: String
  ) async throws -> (EnrolledReplica, PresentedCertificate) {
    guard let presented = try? authority.read(certificate), presented.isOurs,
      let replica = try await roster.replica(with: presented.key)
    else {
      throw try await refused("an unknown replica", .notEnrolled, from: peer)
    }
    guard replica.revoked == nil else {
      throw try await refused(replica.name, .revoked, from: peer)
    }
    guard let office = try await roster.office(replica.office), !office.isDisabled else {
      throw try await refused(replica.name, .officeDisabled, from: peer)
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
  /// Why a call is refused, which is noted so far as the store takes notes: a standby's does not, nor does a
  /// full one, and whoever calls is to hear the same of each.
  private func refused(
    _ name: String, _ why: NotAdmitted, from peer: String
  ) async throws -> CallError {
    let now = now()
    do {
      if try await isDue(.callRefused, name, at: now) {
        try await roster.change {
          try Self.refusing(.callRefused, name, why.rawValue, from: peer, at: now, in: $0)
        }
      }
    } catch let error as StoreError {
      unnoted(error)
    }
    return .notAdmitted(why)
  }

  /// Whether it is noted: whoever calls again and again must not fill a disk.
  private func isDue(_ act: AuditEntry.Act, _ subject: String, at now: Timestamp) async throws
    -> Bool
  {
    guard let last = try await roster.last(act, of: subject) else { return true }
    return now.milliseconds - last.milliseconds >= Self.quiet
  }

  static func refusing(
    _ act: AuditEntry.Act, _ subject: String, _ why: String, from peer: String,
    at now: Timestamp, in roster: any RosterTransaction
  ) throws {
    let last = try roster.last(act, of: subject)
    guard now.milliseconds - (last?.milliseconds ?? .min / 2) >= quiet else { return }
    try roster.note(AuditEntry(time: now, act, subject, by: peer, note: why))
  }
}
