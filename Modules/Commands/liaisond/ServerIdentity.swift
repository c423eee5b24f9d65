import LiaisonFolder
import LiaisonGRPC
import LiaisonIdentity
import LiaisonModel
import LiaisonOperation
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import Logging
import Synchronization

/// What a server proves with who it is, and lets replicas in by.
final class ServerIdentity: Sendable {
  private static let day: Int64 = 86_400_000
  /// How long a certificate that the authority makes is valid, in days. It is made anew after two thirds of
  /// that, and at each start.
  private static let days: Int64 = 90
  /// The same where the key is one that others may have as well.
  private static let vouchedDays: Int64 = 10
  /// Days before the end of a certificate of another authority from which on the log tells of it.
  private static let warning: Int64 = 14

  /// The files of a certificate of another authority, and of its key.
  struct Files: Sendable {
    let certificate, key: String

    /// - Throws: ``StoreError/exposed(path:)``, ``StoreError/missing(_:)``, ``CertificateFault``.
    func read() throws -> OwnCertificate {
      guard let key = try PrivateFile(at: key).text() else {
        throw StoreError.missing("there is no key in \(key)")
      }
      let bytes = try InputArgument.bytes(certificate)
      return try OwnCertificate(certificates: String(decoding: bytes, as: UTF8.self), key: key)
    }

    /// Reads them as a server does that starts.
    /// - Throws: ``Failure``.
    @discardableResult
    func checked() throws -> OwnCertificate {
      let advice = "another --certificate and --key"
      do {
        return try read()
      } catch let fault as CertificateFault {
        throw Failure("\(certificate) with \(key): \(fault)", advice: advice)
      } catch StoreError.missing(let what) {
        throw Failure(what, advice: advice)
      } catch StoreError.exposed(let path) {
        throw Failure(
          StoreError.exposed(path: path).description,
          advice: "chmod 600 \(path); and a new key if somebody has read it")
      }
    }
  }

  let admission: Admission
  let served: ServedCredential
  private let authority: RegisterAuthority
  private let files: Files?
  private let log: any RegisterStore
  private let state: Mutex<State>

  /// What is served, since when, and when the log was last told that it ends.
  private struct State {
    var own: OwnCertificate?
    var made: Timestamp
    var warned = Timestamp(milliseconds: 0)
    /// Why the files cannot be read, if the log was told.
    var fault: String?
  }

  /// - Parameters:
  ///   - files: of a certificate that stands in the place of the authority's own.
  ///   - logger: is told of refusals that cannot be noted.
  /// - Throws: ``StoreError``, ``CertificateFault``, ``Failure`` if the files do not serve, or the certificate
  ///   has ended.
  init(of log: any RegisterStore, _ files: Files?, logger: Logger) async throws {
    let standing = try await log.standing()
    authority = try RegisterAuthority(certificate: standing.certificate, key: standing.key)
    admission = Admission(
      log, authority, register: try await log.status().register, now: System.now,
      newID: System.newID, unnoted: { logger.warning("a refusal is not noted: \($0)") })
    (self.files, self.log) = (files, log)
    let own = try files?.checked()
    try Self.check(own)
    served = try ServedCredential(
      try await Self.credential(of: authority, standing.hosts, own))
    state = Mutex(State(own: own, made: System.now()))
  }

  /// The key of a certificate that the authority has signed.
  func replica(_ certificate: [UInt8]) -> [UInt8]? {
    guard let read = try? authority.read(certificate), read.isOurs else { return nil }
    return read.key.bytes
  }

  /// Beside what is served, that of its own file: what vouches for it is renewed by itself.
  var ends: ServerWatch.CertificateEnds {
    let served = served.current.chain.compactMap { try? authority.read($0).ends }.min()
    return ServerWatch.CertificateEnds(
      served: served, server: state.withLock { $0.own?.ends } ?? served,
      authority: try? authority.read(authority.certificate).ends)
  }

  private static func check(_ own: OwnCertificate?) throws {
    let now = System.now()
    guard let own, now >= own.ends || now < own.begins else { return }
    throw Failure(
      "by the clock of this machine the server's certificate is valid from \(own.begins) until "
        + "\(own.ends)",
      advice: "a new one, or set the clock if it is wrong")
  }

  private static func credential(
    of authority: RegisterAuthority, _ hosts: [String], _ own: OwnCertificate?
  ) async throws -> TLSCredential {
    let now = System.now()
    // A clock that is a little behind is no reason to refuse it.
    let from = Timestamp(milliseconds: now.milliseconds - day)
    let life = (own == nil ? days : vouchedDays) * day
    let until = Timestamp(milliseconds: now.milliseconds + life)
    guard let own else { return try authority.server(hosts, from: from, until: until) }
    let credential = try authority.vouching(for: own, hosts, from: from, until: until)
    // What no replica would believe is not served.
    let replica = try PinnedAuthority(authority.certificate, now: System.now)
    for host in hosts { try await replica.verify(credential.chain, host: host) }
    return credential
  }

  /// Reads the certificate and the hosts again, or makes a new one. What cannot be read leaves all as it is.
  func reload(_ logger: Logger) async {
    do {
      let own = try files?.read()
      try Self.check(own)
      try await serve(own, logger)
    } catch {
      tell(error, logger)
    }
  }

  private func serve(_ own: OwnCertificate?, _ logger: Logger) async throws {
    let hosts = try await log.standing().hosts
    try served.renew(try await Self.credential(of: authority, hosts, own))
    state.withLock { $0 = State(own: own, made: System.now(), warned: $0.warned) }
    let told = own.map { ["certificate until": "\($0.ends)"] as Logger.Metadata }
    logger.notice("the server's certificate is renewed", metadata: told)
  }

  private func tell(_ error: any Error, _ logger: Logger) {
    let why = Failure(known: error)?.message ?? "\(error)"
    state.withLock { $0.fault = why }
    logger.error("the server's certificate stays as it was: \(why)")
  }

  /// Renews the server's certificate as long as it serves. It looks once a minute, since a file or a clock may
  /// change.
  func keepRenewed(_ logger: Logger) async throws {
    while true {
      // A server really pauses here: nothing tells when a certificate grows old. It ends with the task.
      try await Task.sleep(for: .seconds(60))
      warn(logger)
      await look(logger)
    }
  }

  /// Serves what the files hold if that is another certificate, and vouches anew for the one that is served
  /// when it is time.
  private func look(_ logger: Logger) async {
    let state = state.withLock { $0 }
    do {
      if let found = try files?.read(), found != state.own {
        try Self.check(found)
        return try await serve(found, logger)
      }
    } catch {
      let why = Failure(known: error)?.message ?? "\(error)"
      // Somebody may be at work on the files: it is told once.
      if why != state.fault { tell(error, logger) }
    }
    let age = System.now().milliseconds - state.made.milliseconds
    let life = (state.own == nil ? Self.days : Self.vouchedDays) * Self.day
    guard age > life * 2 / 3 || age < 0 else { return }
    do { try await serve(state.own, logger) } catch { tell(error, logger) }
  }

  /// Tells the log once a day that a certificate ends which somebody else has to renew.
  private func warn(_ logger: Logger) {
    let now = System.now()
    let ends = state.withLock { state -> Timestamp? in
      guard let ends = state.own?.ends,
        ends.milliseconds - now.milliseconds < Self.warning * Self.day,
        now.milliseconds - state.warned.milliseconds > Self.day
      else { return nil }
      state.warned = now
      return ends
    }
    if let ends { logger.warning("the server's certificate ends \(ends)") }
  }
}
