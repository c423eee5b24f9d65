public import LiaisonModel

/// What a server has last seen of a replica.
///
/// The cursor is the receipt: what a request names as applied is in the replica for good. A replica that names
/// an older one than before went back in time: it was restored, or there are two.
public struct ReplicaSighting: Hashable, Sendable {
  /// Its last call, and where it came from, as the transport names it.
  public var called: Timestamp
  public var peer: String
  /// The newest protocol that it speaks; 0 before its first pull.
  public var version: UInt32 = 0
  /// Up to where it has applied the log, as its last request said.
  public var applied: LogPosition = .zero
  /// Up to where it has been sent the log.
  public var sent: LogPosition = .zero
  public var pulled: Timestamp?
  public var pushed: Timestamp?
  /// Requests with edits, since it was let in.
  public var pushes = 0
  /// When it last named an older place than before.
  public var wentBack: Timestamp?

  public init(called: Timestamp, peer: String) {
    self.called = called
    self.peer = peer
  }

  /// What it has pushed it has, so far as nothing of others stands before it.
  public mutating func hasPushed(_ verdicts: [Verdict]) {
    for verdict in verdicts {
      if case .committed(let committed) = verdict.outcome, committed.position == sent.next {
        sent = committed.position
      }
    }
  }

  /// A request names up to where the log has been applied.
  public mutating func names(_ cursor: Cursor?, at now: Timestamp) {
    let position = cursor?.position ?? .zero
    if position < applied { wentBack = now }
    applied = position
    sent = max(sent, position)
  }
}
