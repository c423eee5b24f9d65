public import LiaisonModel

/// Redeems an invitation. The replica's key is that of the certificate which the caller presents.
public struct EnrolRequest: Hashable, Sendable {
  public let version: UInt32
  /// Whose replica the caller takes itself for: another's invitation is not bound to it.
  public let office: OfficeID
  public let secret: [UInt8]

  public init(
    version: UInt32 = SyncProtocol.spoken.upperBound, office: OfficeID, secret: [UInt8]
  ) {
    self.version = version
    self.office = office
    self.secret = secret
  }
}

/// Asks for a new certificate of the caller's key.
public struct RenewRequest: Hashable, Sendable {
  public let version: UInt32

  public init(version: UInt32 = SyncProtocol.spoken.upperBound) { self.version = version }
}

/// What a replica proves with who it is, from now on.
public struct Enrolment: Hashable, Sendable {
  public let register: RegisterID
  public let replica: ReplicaID
  public let office: OfficeID
  /// See ``EnrolledReplica/number``.
  public let number: Int
  /// X.509 in DER: the replica's, and that of the authority which signed it.
  public let certificate, authority: [UInt8]

  public init(
    register: RegisterID, replica: ReplicaID, office: OfficeID, number: Int, certificate: [UInt8],
    authority: [UInt8]
  ) {
    self.register = register
    self.replica = replica
    self.office = office
    self.number = number
    self.certificate = certificate
    self.authority = authority
  }
}

/// What lets replicas in, as one caller reaches it. A port.
public protocol EnrolEndpoint: Sendable {
  /// - Throws: ``CallError``.
  func enrol(_ request: EnrolRequest) async throws -> Enrolment

  /// A new certificate for the caller's key, which the register knows; also if the last one has ended.
  /// - Throws: ``CallError``.
  func renew(_ request: RenewRequest) async throws -> Enrolment
}

/// Who calls, as far as the connection shows it.
public enum Caller: Hashable, Sendable {
  /// What the call's metadata says. Only a server that is told to believes it.
  case claimed(OfficeID?)
  /// The certificate that the caller has proved to have the key of, X.509 in DER, empty if it has shown none;
  /// and where it calls from, as the transport names it.
  case certificate([UInt8], peer: String)
}
