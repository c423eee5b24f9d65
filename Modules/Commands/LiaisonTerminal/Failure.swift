public import LiaisonSync

/// The exit codes of both commands.
public enum ExitStatus: Int32, Sendable {
  case fine = 0
  case failure = 1
  case usage = 2
  /// Conflicts remain.
  case conflicts = 3
  /// No server answers.
  case unreachable = 4
  /// The server does not let this replica in, or is not believed.
  case notAdmitted = 5
}

/// What a command tells a person who cannot have what they asked for: one line of what happened,
/// and one of what to try.
public struct Failure: Error, Hashable, Sendable {
  public let message: String
  public let advice: String
  public let status: ExitStatus

  public init(_ message: String, advice: String, status: ExitStatus = .failure) {
    self.message = message
    self.advice = advice
    self.status = status
  }
}

/// Where a command was at work: what its failures name.
public struct Place: Hashable, Sendable {
  /// What is kept in a folder, or in a database.
  public enum Store: Hashable, Sendable {
    case server
    case database
    case replica
  }

  /// What the command works on.
  public let store: Store?
  /// The folder of a server or a replica.
  public let folder: String?
  /// The server's address, and the office that calls it.
  public let address: String?
  public let office: String?

  public init(
    of store: Store? = nil, folder: String? = nil, address: String? = nil, office: String? = nil
  ) {
    self.store = store
    self.folder = folder
    self.address = address
    self.office = office
  }

  /// Runs `body`; what both commands know fails with this place in its message.
  public func naming<Result>(
    _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch {
      throw Failure(known: error, at: self) ?? error
    }
  }
}

extension Place {
  /// What can be named in its place.
  fileprivate var other: String {
    switch store {
    case .database:
      "another database or namespace: --store postgresql://HOST/DATABASE?namespace=NAME"
    case .server, .replica, nil: "another folder"
    }
  }

  /// Where all that was in a damaged store can be had again.
  fileprivate var whole: String {
    switch store {
    case .server, .database: "the last backup"
    case .replica: "a fresh clone beside it"
    case nil: "a fresh clone beside it, or a server's last backup"
    }
  }
}

extension Failure {
  /// An error that both commands know; nil for any other.
  public init?(known error: any Error, at place: Place = Place()) {
    switch error {
    case let failure as Failure: self = failure
    case let error as StoreError: self.init(error, at: place)
    case let error as CallError: self.init(error, at: place)
    case let error as CodingError: self.init(error, at: place)
    case let error as CertificateFault:
      self.init(
        error.description, advice: "the same command with another folder, or a new invitation",
        status: .notAdmitted)
    case _: return nil
    }
  }

  public init(_ error: StoreError, at place: Place = Place()) {
    let message =
      switch error {
      case .locked(by: let holder?):
        "another process is at work \(place.folder.map { "in \($0)" } ?? "there"): \(holder)"
      case .locked(by: nil), .full, .newer, .older, .damaged, .missing, .unfit, .exposed, .exists,
        .changed, .moved, .unreachable, .untrusted, .io:
        error.description
      }
    let advice =
      switch error {
      case .locked: "again when the other process has ended"
      case .full: "again when there is room on the disk; nothing was lost"
      case .newer: "a newer version of this command"
      case .older: "export with that version, and import into a new register"
      case .damaged where place.store == .database:
        "psql, which shows what is in it; then another namespace, or \(place.whole)"
      case .damaged: "a copy of the folder first; then \(place.whole)"
      case .missing where place.store == .database:
        "another database, or make the register: liaisond init --store postgresql://HOST/DATABASE"
      case .missing: "another folder, or make one: liaisond init DIR, liaison clone INVITATION DIR"
      case .unfit: place.other
      case .exposed(let path): "chmod 600 \(path); and a new invitation if somebody has read it"
      case .exists: place.store == .database ? place.other : "another name"
      case .changed: "the same command again"
      case .moved: "the same command there: another folder, or --store"
      case .unreachable:
        "again when the database answers, or with the right database, user and password in --store"
      case .untrusted:
        "sslrootcert=FILE in the address: the authority of the database's certificate for that host"
      case .io: "another folder, or again when that is mended"
      }
    self.init(message, advice: advice)
  }

  public init(_ error: CodingError, at place: Place = Place()) {
    self.init(
      "a record cannot be read: \(error)",
      advice: "a newer version of this command; or verify, and \(place.whole)")
  }

  public init(_ error: CallError, at place: Place = Place()) {
    self.init(
      Failure.message(error, at: place), advice: Failure.advice(error),
      status: Failure.status(error))
  }

  /// What happened, with the address and the office that a library leaves out.
  private static func message(_ error: CallError, at place: Place) -> String {
    let server = place.address.map { "the server at \($0)" } ?? "the server"
    return switch error {
    case .unreachable(.noAnswer): "no server answers" + (place.address.map { " at \($0)" } ?? "")
    case .unreachable(.silent): "\(server) does not answer"
    case .unreachable(.endedEarly): "\(server) stopped in the middle of a pull"
    case .unknownOffice: place.office.map { "the register has no office \($0)" } ?? "\(error)"
    case .otherRegister, .otherHistory, .otherProtocol, .tooLarge, .tooManyCalls, .storeUnavailable,
      .notYet,
      .malformed, .peerFault, .tooManyRounds, .notLoopback, .notAdmitted, .untrusted:
      error.description
    }
  }

  private static func advice(_ error: CallError) -> String {
    switch error {
    case .unreachable:
      "again later, or another address; all that was written here waits in the outbox"
    case .unknownOffice: "liaisond office add OFFICE --name … on the server"
    case .otherRegister: "the address of this replica's own register: liaison move HOST:PORT"
    case .otherHistory: "ask who runs the server; nothing here was changed or lost"
    case .otherProtocol: "the same version of Liaison on both sides"
    case .tooManyRounds: "again in a moment"
    case .tooManyCalls:
      "again in a minute, and when other syncs and watches of the office have ended"
    case .notYet: "again in a moment"
    case .storeUnavailable: "again in a moment; and tell who runs the server if it stays"
    case .notLoopback: "an invitation: liaison clone INVITATION DIR"
    case .notAdmitted(let reason): advice(reason)
    case .untrusted(let reason): advice(reason)
    case .tooLarge, .malformed, .peerFault: "again; and tell who runs the server if it stays"
    }
  }

  private static func advice(_ reason: NotAdmitted) -> String {
    switch reason {
    case .unknownInvitation, .expiredInvitation, .usedInvitation:
      "a new invitation: liaisond office invite OFFICE, on the server"
    case .notEnrolled, .revoked:
      "ask who runs the server for a new invitation, then liaison enrol INVITATION; what was not sent stays"
    case .officeDisabled: "again when who runs the server has enabled it; what was not sent stays"
    case .expiredCertificate: "liaison sync again, which renews it; and look at the clock"
    }
  }

  private static func advice(_ reason: UntrustedServer) -> String {
    switch reason {
    case .otherAuthority, .otherHost:
      "the address that who runs the server gives; nothing was told to this one"
    case .ended, .notYet: "set the clock if it is wrong; else ask who runs the server"
    }
  }

  private static func status(_ error: CallError) -> ExitStatus {
    switch error {
    case .notAdmitted, .untrusted: .notAdmitted
    case .unreachable: .unreachable
    case .unknownOffice, .otherRegister, .otherHistory, .otherProtocol, .tooLarge, .malformed,
      .tooManyCalls, .storeUnavailable, .notYet, .peerFault, .tooManyRounds, .notLoopback:
      .failure
    }
  }
}
