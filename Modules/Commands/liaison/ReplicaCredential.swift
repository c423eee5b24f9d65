import LiaisonFolder
import LiaisonGRPC
import LiaisonIdentity
import LiaisonModel
import LiaisonSync
import LiaisonTerminal

/// What a replica proves with who it is. It stands in two files of the replica's folder.
struct ReplicaCredential {
  let data: DataDirectory
  let key: ReplicaKey
  /// X.509 in DER: the replica's, and its register's authority.
  let certificate, authority: [UInt8]

  /// - Returns: nil for a replica that never enrolled: a server on this machine believes it.
  static func of(_ data: DataDirectory) throws -> ReplicaCredential? {
    guard let pem = try PrivateFile(data, .certificates).text() else { return nil }
    guard let key = try PrivateFile(data, .key).text() else {
      throw missing(.key)
    }
    let chain = try CertificateFile.certificates(pem: pem)
    guard chain.count == 2 else { throw CertificateFault("the replica's certificates are not two") }
    return ReplicaCredential(
      data: data, key: try ReplicaKey(pem: key), certificate: chain[0], authority: chain[1])
  }

  static func missing(_ file: PrivateFile.Name) -> Failure {
    Failure(
      "the replica cannot prove who it is: \(file.rawValue) is not there",
      advice: "liaison enrol INVITATION, with a new one; what was not sent stays",
      status: .notAdmitted)
  }

  /// Keeps what an enrolment gave.
  static func keep(_ enrolment: Enrolment, _ key: ReplicaKey, in data: DataDirectory) throws
    -> ReplicaCredential
  {
    _ = try key.read(enrolment.certificate)
    try PrivateFile(data, .certificates).write(
      CertificateFile.pem([enrolment.certificate, enrolment.authority]))
    return ReplicaCredential(
      data: data, key: key, certificate: enrolment.certificate, authority: enrolment.authority)
  }

  func security() throws -> ClientSecurity {
    .tls(
      key.credential([certificate]), try PinnedAuthority(authority, now: System.now))
  }

  func presented() throws -> PresentedCertificate { try key.read(certificate) }

  /// A certificate of which less than a third is left is renewed; one that has ended, too.
  func renewed(at server: LiaisonSync.Endpoint) async throws -> ReplicaCredential {
    let (presented, now) = (try presented(), System.now())
    let life = presented.ends.milliseconds - presented.begins.milliseconds
    guard now.milliseconds > presented.ends.milliseconds - life / 3 else { return self }
    do {
      let enrolment = try await GRPCConnector(to: server, try security()).enrolling {
        try await $0.renew(RenewRequest())
      }
      guard enrolment.authority == authority else { throw CallError.untrusted(.otherAuthority) }
      return try Self.keep(enrolment, key, in: data)
    } catch let error as CallError where error.isPassing && now < presented.ends {
      // There is time: the sync itself says that nobody answers.
      return self
    }
  }
}

extension GRPCConnector {
  /// The way of a replica to its server, with a certificate that is not about to end.
  static func from(
    _ data: DataDirectory, of identity: ReplicaIdentity, to server: LiaisonSync.Endpoint
  ) async throws -> GRPCConnector {
    guard let credential = try ReplicaCredential.of(data) else {
      guard !identity.isEnrolled else { throw ReplicaCredential.missing(.certificates) }
      return GRPCConnector(to: server, .insecureLoopback(identity.office))
    }
    let office = try CertificateFile.office(credential.certificate)
    guard office == identity.office else {
      throw Failure(
        "the certificate here is of another office: \(office?.text ?? "none")",
        advice: "the replica's own identity.key and identity.pem, or liaison enrol INVITATION",
        status: .notAdmitted)
    }
    return GRPCConnector(to: server, try await credential.renewed(at: server).security())
  }
}

/// The way of a replica that stays: each time it connects, with a certificate that is not about to end.
struct RenewingConnector: SyncConnector {
  let data: DataDirectory
  let identity: ReplicaIdentity
  let server: LiaisonSync.Endpoint

  func connecting<Result: Sendable>(
    _ body: @escaping @Sendable (any SyncEndpoint) async throws -> Result
  ) async throws -> Result {
    try await GRPCConnector.from(data, of: identity, to: server).connecting(body)
  }
}

/// Lets a new replica in by an invitation.
struct Enrolling {
  let invitation: Invitation
  let data: DataDirectory

  private let watch = Watched()
  private let hasKey: Bool

  private let anew: Bool
  /// Where the key stands that is let in.
  private let file: PrivateFile

  /// - Parameter anew: whether another key takes the place of the one that is there, once it has been let in.
  init(_ invitation: Invitation, _ data: DataDirectory, anew: Bool = false) throws {
    self.invitation = invitation
    self.data = data
    self.anew = anew
    file = PrivateFile(data, anew ? .nextKey : .key)
    hasKey = try file.text() != nil
  }

  /// Whether the server may have heard of the key, although an enrolment failed: no other can redeem the
  /// invitation then.
  func mayGoOn(after error: any Error) -> Bool {
    switch error {
    case CallError.notAdmitted: hasKey
    default: hasKey || watch.isVerified
    }
  }

  /// Makes the key, if none is there, and redeems the invitation. The same again costs nothing.
  /// - Returns: which of its office's replicas it is.
  func run() async throws -> Int {
    let key: ReplicaKey
    if let pem = try file.text() {
      key = try ReplicaKey(pem: pem)
    } else {
      key = ReplicaKey()
      try file.write(key.pem)
    }
    let verifier = watch.watching(PinnedAuthority(invitation, now: System.now))
    let security = ClientSecurity.tls(try key.unenrolled(at: System.now()), verifier)
    let enrolment = try await GRPCConnector(to: invitation.server, security).enrolling {
      [invitation] in
      try await $0.enrol(EnrolRequest(office: invitation.office, secret: invitation.secret))
    }
    guard invitation.trusts(try CertificateFile.fingerprint(enrolment.authority)) else {
      throw CallError.untrusted(.otherAuthority)
    }
    // Killed in between, the same line goes on: the next key stays until all is in its place.
    if anew { try PrivateFile(data, .key).write(key.pem) }
    _ = try ReplicaCredential.keep(enrolment, key, in: data)
    if anew { try file.remove() }
    return enrolment.number
  }
}
