public import LiaisonModel

/// Names a replica, from its enrolment on.
public struct ReplicaID: Identity {
  public let uuid: UUIDv7
  public init(_ uuid: UUIDv7) { self.uuid = uuid }
}

/// A replica that the register knows: an office's copy, on one machine, with one key.
public struct EnrolledReplica: Hashable, Sendable {
  public let id: ReplicaID
  public let office: OfficeID
  /// Counts an office's replicas, from 1; none gets a number again.
  public let number: Int
  /// What the invitation called it, for people.
  public let note: String
  public let key: Fingerprint
  public let enrolled: Timestamp
  /// When its certificate ends.
  public var expires: Timestamp
  /// Since when it may not call any more; nil if it may.
  public var revoked: Timestamp?

  public init(
    id: ReplicaID, office: OfficeID, number: Int, note: String, key: Fingerprint,
    enrolled: Timestamp, expires: Timestamp, revoked: Timestamp? = nil
  ) {
    self.id = id
    self.office = office
    self.number = number
    self.note = note
    self.key = key
    self.enrolled = enrolled
    self.expires = expires
    self.revoked = revoked
  }

  /// A, B, …, Z, AA, …: what tells an office's replicas apart.
  public var letter: String { NumberSeries.letter(of: number) }

  /// `VIE-B`.
  public var name: String { EnrolledReplica.name(office, number) }

  public static func name(_ office: OfficeID, _ number: Int) -> String {
    "\(office)-\(NumberSeries.letter(of: number))"
  }
}

/// An invitation as the register keeps it: not its secret, but what the secret is known by.
public struct IssuedInvitation: Hashable, Sendable {
  /// The SHA-256 of the secret.
  public let secret: [UInt8]
  public let office: OfficeID
  public let note: String
  public let issued: Timestamp
  /// It is withdrawn by an earlier one.
  public var ends: Timestamp
  /// The replica that it let in.
  public var replica: ReplicaID?
  /// When somebody with another key tried it: somebody else has had it.
  public var exposed: Timestamp?

  public init(
    secret: [UInt8], office: OfficeID, note: String, issued: Timestamp, ends: Timestamp,
    replica: ReplicaID? = nil, exposed: Timestamp? = nil
  ) {
    self.secret = secret
    self.office = office
    self.note = note
    self.issued = issued
    self.ends = ends
    self.replica = replica
    self.exposed = exposed
  }
}

/// Why a caller is not let in.
public enum NotAdmitted: String, Hashable, Sendable, CaseIterable {
  /// No such invitation of the office that the caller names.
  case unknownInvitation = "unknown-invitation"
  case expiredInvitation = "expired-invitation"
  /// Another key has redeemed it, or tried to.
  case usedInvitation = "used-invitation"
  /// The certificate is none of this register's authority, or of a replica that it does not know.
  case notEnrolled = "not-enrolled"
  case expiredCertificate = "expired-certificate"
  case revoked = "revoked"
  case officeDisabled = "office-disabled"
}

extension NotAdmitted: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownInvitation: "the register has no such invitation"
    case .expiredInvitation: "the invitation has ended"
    case .usedInvitation:
      "the invitation has been used by another replica, or somebody else has tried to"
    case .notEnrolled: "the register does not know this replica's certificate"
    case .expiredCertificate: "this replica's certificate has ended"
    case .revoked: "the register lets this replica in no more: it was revoked"
    case .officeDisabled: "the register lets this office in no more"
    }
  }
}
