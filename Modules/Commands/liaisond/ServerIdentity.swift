import LiaisonGRPC
import LiaisonIdentity
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import Logging

/// What a server proves with who it is, and lets replicas in by.
struct ServerIdentity: Sendable {
  private static let day: Int64 = 86_400_000
  /// How long a certificate of the server is valid, in days. It is made anew after two thirds of that, and at
  /// each start.
  private static let days: Int64 = 90

  let admission: Admission
  let served: ServedCredential
  private let authority: RegisterAuthority
  private let hosts: [String]

  /// - Throws: ``StoreError``, ``CertificateFault``.
  init(of log: SQLiteChangeLog) async throws {
    let standing = try await log.standing()
    authority = try RegisterAuthority(certificate: standing.certificate, key: standing.key)
    hosts = standing.hosts
    admission = Admission(
      log, authority, register: try await log.status().register, now: System.now,
      newID: System.newID)
    served = ServedCredential(try Self.credential(of: authority, hosts))
  }

  private static func credential(
    of authority: RegisterAuthority, _ hosts: [String]
  ) throws -> TLSCredential {
    let now = System.now().milliseconds
    // A clock that is a little behind is no reason to refuse it.
    return try authority.server(
      hosts, from: Timestamp(milliseconds: now - day),
      until: Timestamp(milliseconds: now + days * day))
  }

  /// Renews the server's certificate as long as it serves. It looks once an hour, since a clock may jump.
  func keepRenewed(_ log: Logger) async throws {
    var made = System.now()
    while true {
      // A server really pauses here: nothing tells when a certificate grows old. It ends with the task.
      try await Task.sleep(for: .seconds(3600))
      let age = System.now().milliseconds - made.milliseconds
      guard age > Self.days * Self.day * 2 / 3 || age < 0 else { continue }
      served.current = try Self.credential(of: authority, hosts)
      made = System.now()
      log.notice("the server's certificate is renewed")
    }
  }
}
