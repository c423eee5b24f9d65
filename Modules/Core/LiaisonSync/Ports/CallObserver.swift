public import LiaisonModel

/// Is told of the calls that a server answers. A port; it must not wait.
public protocol CallObserver: Sendable {
  func began(_ method: CallReport.Method)
  /// A pull has sent a batch of so many changes.
  func sent(_ changes: Int)
  func ended(_ report: CallReport)
}

/// What became of a call, for those who run the server: numbers and names of replicas, and nothing of the
/// register.
public struct CallReport: Hashable, Sendable {
  public enum Method: String, Hashable, Sendable, CaseIterable {
    case pull
    /// A pull that goes on.
    case follow
    case push
    case history
    case enrol
    case renew
  }

  public enum Outcome: Hashable, Sendable {
    case fine
    /// The caller went away, was let go, or the server was told to stop.
    case left
    case refused(CallError)
    /// By a fault of the server.
    case failed

    /// One of ``words``.
    public var word: String {
      switch self {
      case .fine: "ok"
      case .left: "left"
      case .refused(.storeUnavailable), .failed: "failed"
      case .refused: "refused"
      }
    }

    public static let words = ["ok", "left", "refused", "failed"]
  }

  /// Names the call in the logs of both sides.
  public let id: String
  public var method: Method
  public var outcome = Outcome.fine
  public var duration = Duration.zero
  /// Who calls, as far as that is known.
  public var caller = CallerName()
  /// Where it comes from, as the transport names it.
  public var peer: String?
  /// Messages with changes or edits, and how many changes or edits there were in all.
  public var batches = 0
  public var changes = 0

  public init(id: String, method: Method) {
    self.id = id
    self.method = method
  }
}

/// Who calls: an office, and its replica if that has shown a certificate.
public struct CallerName: Hashable, Sendable {
  public let office: OfficeID?
  /// `VIE-B`.
  public let replica: String?

  public init(office: OfficeID? = nil, replica: String? = nil) {
    self.office = office
    self.replica = replica
  }
}
