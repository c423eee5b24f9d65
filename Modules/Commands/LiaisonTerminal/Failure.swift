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
}

/// What a command tells a person who cannot have what they asked for: one line of what happened,
/// and one of what to try.
public struct Failure: Error, Sendable {
  public let message: String
  public let advice: String
  public let status: ExitStatus

  public init(_ message: String, advice: String, status: ExitStatus = .failure) {
    self.message = message
    self.advice = advice
    self.status = status
  }
}

extension Failure {
  /// An error that both commands know; nil for any other.
  public init?(known error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as StoreError: self.init(error)
    case let error as SyncError: self.init(error)
    default: return nil
    }
  }

  public init(_ error: StoreError) {
    let advice =
      switch error.code {
      case .locked: "again when the other process has ended"
      case .full: "again when there is room on the disk; nothing was lost"
      case .newer: "a newer version of this command"
      case .damaged: "a copy of the folder, and a fresh clone beside it"
      case .missing: "another folder, or make one: liaisond init DIR, liaison clone HOST:PORT DIR …"
      case .exists: "another name"
      case .changed: "the same command again"
      default: "the folder's permissions and the disk"
      }
    self.init(error.message, advice: advice)
  }

  public init(_ error: SyncError) {
    let advice =
      switch error.code {
      case .unreachable: "again later; all that was written here waits in the outbox"
      case .unknownOffice: "liaisond office add OFFICE --name … on the server"
      case .otherRegister: "the address of this replica's own register: sync --address HOST:PORT"
      case .otherLineage: "ask who runs the server; nothing here was changed or lost"
      case .otherProtocol: "the same version of Liaison on both sides"
      case .tooManyRounds, .unavailable: "again in a moment"
      default: "again; and tell who runs the server if it stays"
      }
    let status: ExitStatus =
      [.unreachable, .unavailable].contains(error.code) ? .unreachable : .failure
    self.init(error.message, advice: advice, status: status)
  }
}
