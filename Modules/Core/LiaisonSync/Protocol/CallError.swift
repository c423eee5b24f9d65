/// Why a call of a sync round failed as a whole, on either side of it. What became of one edit is a
/// ``Verdict``, never an error.
public enum CallError: Error, Hashable, Sendable {
  /// The call names no office that the register has.
  case unknownOffice
  /// The server holds another register than the replica.
  case otherRegister
  /// The server's log does not go on from where the replica stands: it was restored from a backup, or
  /// has lost entries.
  case otherHistory
  /// The two sides speak different versions of the protocol.
  case otherProtocol
  /// A message is larger than the other side takes.
  case tooLarge
  /// The office makes more calls at once than a server answers.
  case tooManyCalls
  /// The server's store cannot answer now.
  case storeUnavailable
  /// The server reads from a copy of the log that has not come as far as the replica.
  case notYet
  /// The message cannot be decoded, or is not what the protocol allows there.
  case malformed
  /// No server answers, or it went away in the middle: waiting may mend it.
  case unreachable(Silence)
  /// The other side sent what the protocol does not allow.
  case peerFault(PeerFault)
  /// Other offices' edits kept arriving first.
  case tooManyRounds
  /// The server is on another machine, and this call would not be encrypted: it is not made.
  case notLoopback(Endpoint)
  /// The server does not let the caller in.
  case notAdmitted(NotAdmitted)
  /// The caller does not believe the server.
  case untrusted(UntrustedServer)

  /// Where a call fell silent.
  public enum Silence: Hashable, Sendable {
    /// Nobody listens at the address, or the connection broke.
    case noAnswer
    /// The connection stands, and what is awaited does not come within ``SyncLimits/patience``.
    case silent
    /// The server ended a pull before its head.
    case endedEarly
  }

  /// What a peer did.
  public enum PeerFault: Hashable, Sendable, CaseIterable {
    case headerOutOfOrder
    case noHeader
    case changesOutOfOrder
    case cursorBehindChanges
    case cursorPastLog
    case noSchema
    /// Limits that leave no room for a single edit.
    case noRoom
    case otherRecord
    case otherVerdicts
    case missingVerdicts
    case verdictOnUnsentEdit
    case otherRevisionCommitted
    /// A gRPC status that no server of ours gives.
    case failed
  }

  /// Whether waiting may mend it.
  public var isPassing: Bool {
    switch self {
    // The next round goes back to what both logs have.
    case .unreachable, .storeUnavailable, .notYet, .tooManyCalls, .tooManyRounds, .otherHistory:
      true
    // The next connection brings a new one.
    case .notAdmitted(.expiredCertificate): true
    // Who runs the server renews it, or somebody sets a clock.
    case .untrusted(.ended), .untrusted(.notYet): true
    case .unknownOffice, .otherRegister, .otherProtocol, .tooLarge, .malformed,
      .peerFault, .notLoopback, .notAdmitted, .untrusted:
      false
    }
  }

  /// Whether the connection broke, or the server stopped in the middle of a pull. Of several servers behind one
  /// address another may go on, and one that is restarted refuses what a connection asks last.
  public var isBreak: Bool { [.unreachable(.noAnswer), .unreachable(.endedEarly)].contains(self) }

  /// Makes a call that may be made twice; makes it once more, at once, if its connection broke.
  public nonisolated(nonsending) static func onceMore<Answer>(
    _ call: () async throws -> Answer
  ) async throws -> Answer {
    do {
      return try await call()
    } catch let error as CallError where error.isBreak {
      return try await call()
    }
  }
}

extension CallError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownOffice: "the register has no such office"
    case .otherRegister: "the server holds another register than this replica"
    case .otherHistory:
      "the server was restored from a backup since the last sync, or has lost changes"
    case .otherProtocol: "the server speaks another version of the protocol"
    case .tooLarge: "the message is larger than the server takes"
    case .tooManyCalls: "the office makes more calls at once than the server answers"
    case .storeUnavailable: "the server's store cannot answer now"
    case .notYet: "the server is not as far as this replica yet"
    case .malformed: "the message is not one of this protocol"
    case .unreachable(let silence): silence.description
    case .peerFault(let fault): fault.description
    case .tooManyRounds: "other offices' edits came first too many times in a row"
    case .notLoopback(let server):
      "a call that is not encrypted does not leave this machine for \(server)"
    case .notAdmitted(let reason): reason.description
    case .untrusted(let reason): reason.description
    }
  }
}

extension CallError.Silence: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noAnswer: "no server answers"
    case .silent: "the server does not answer"
    case .endedEarly: "the server stopped in the middle of a pull"
    }
  }
}

extension CallError.PeerFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .headerOutOfOrder: "the server sent a header or a batch out of order"
    case .noHeader: "the server ended a pull without a header"
    case .changesOutOfOrder: "the server sent changes out of order"
    case .cursorBehindChanges: "the server sent a cursor before its own changes"
    case .cursorPastLog: "the server sent a cursor past the end of its log"
    case .noSchema: "the server sent no schema"
    case .noRoom: "the server takes no edit at all"
    case .otherRecord: "the server sent a revision of another record"
    case .otherVerdicts: "the server's verdicts are not on the edits that were sent"
    case .missingVerdicts: "the server ended a push before every edit had its verdict"
    case .verdictOnUnsentEdit: "the server gave a verdict on an edit that was not sent"
    case .otherRevisionCommitted: "the server committed another revision than was sent"
    case .failed: "the server failed"
    }
  }
}
