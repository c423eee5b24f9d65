public import LiaisonModel

/// Which replicas and invitations a register has. A port; each call throws ``StoreError``.
public protocol ReplicaRoster: Sendable {
  /// Another number after each change of what is decided by: replicas, invitations, offices. Nothing is to be
  /// read from it but whether it is the same; it is, only if they are.
  func generation() async throws -> Int

  /// The office of this id; nil if the register has none.
  func office(_ id: OfficeID) async throws -> Office?

  func replica(with key: Fingerprint) async throws -> EnrolledReplica?

  /// In the order of their offices and numbers.
  func replicas() async throws -> [EnrolledReplica]

  /// - Parameter secret: its SHA-256.
  func invitation(_ secret: [UInt8]) async throws -> IssuedInvitation?

  /// Latest first.
  func invitations() async throws -> [IssuedInvitation]

  /// What was last seen of each replica that has called.
  func sightings() async throws -> [ReplicaID: ReplicaSighting]

  /// Writes down what was seen. It decides nothing, and is no change of the roster.
  ///
  /// Several servers may see one replica: their pushes are added up, a time at which it went back is kept until
  /// a later one, and of all else what comes last stands.
  /// - Parameter sightings: with the pushes since the last that were written down.
  func put(_ sightings: [ReplicaID: ReplicaSighting]) async throws

  /// When the last entry of this kind was made; nil if there is none.
  func last(_ act: AuditEntry.Act, of subject: String) async throws -> Timestamp?

  /// The latest entries of the audit log, latest first.
  func audit(limit: Int) async throws -> [AuditEntry]

  /// Reads and changes in one transaction: all of it is durable when it returns, or nothing is done.
  func change<Result: Sendable>(
    _ body: @escaping @Sendable (any RosterTransaction) throws -> Result
  ) async throws -> Result
}

public protocol RosterTransaction {
  func office(_ id: OfficeID) throws -> Office?
  func put(_ office: Office) throws
  func replica(with key: Fingerprint) throws -> EnrolledReplica?
  func replicas(of office: OfficeID) throws -> [EnrolledReplica]
  /// A replica that is revoked stays so.
  func put(_ replica: EnrolledReplica) throws
  /// - Parameter secret: its SHA-256.
  func invitation(_ secret: [UInt8]) throws -> IssuedInvitation?
  func invitations(of office: OfficeID) throws -> [IssuedInvitation]
  func put(_ invitation: IssuedInvitation) throws
  /// Appends to the audit log.
  func note(_ entry: AuditEntry) throws
  /// When the last entry of this kind was made; nil if there is none.
  func last(_ act: AuditEntry.Act, of subject: String) throws -> Timestamp?
}

/// Signs certificates of replicas, and reads those that callers present. A port.
public protocol CertificateAuthority: Sendable {
  /// Its own: X.509 in DER.
  var certificate: [UInt8] { get }

  /// - Throws: ``CertificateFault``.
  func read(_ certificate: [UInt8]) throws -> PresentedCertificate

  /// A certificate for the key of a certificate that was presented.
  /// - Throws: ``CertificateFault``.
  func certificate(
    of replica: ReplicaID, _ office: OfficeID, key presented: [UInt8], from: Timestamp,
    until: Timestamp
  ) throws -> [UInt8]

  /// The SHA-256 of some bytes.
  func digest(_ bytes: [UInt8]) -> [UInt8]
}

/// What counts of a certificate that a caller presents.
public struct PresentedCertificate: Hashable, Sendable {
  public let key: Fingerprint
  /// Whether this authority has signed it.
  public let isOurs: Bool
  public let begins, ends: Timestamp

  public init(key: Fingerprint, isOurs: Bool, begins: Timestamp, ends: Timestamp) {
    self.key = key
    self.isOurs = isOurs
    self.begins = begins
    self.ends = ends
  }
}

/// A certificate or a key cannot be read or made.
public struct CertificateFault: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
