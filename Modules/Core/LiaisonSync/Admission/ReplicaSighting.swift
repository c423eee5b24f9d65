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
  /// What it last said of itself, less what has been heard of since; nil if it has said nothing.
  public var outbox: Outbox?
  /// The version of its client; empty if it has not said.
  public var client = ""

  /// What waits in a replica.
  public struct Outbox: Hashable, Sendable {
    /// Edits in its outbox.
    public var waiting: Int
    /// When the oldest of them was made, by the server's clock; nil if there is none.
    public var oldest: Timestamp?
    /// Edits that wait for a person to settle a conflict.
    public var conflicts: Int

    public init(waiting: Int, oldest: Timestamp?, conflicts: Int) {
      self.waiting = waiting
      self.oldest = oldest
      self.conflicts = conflicts
    }
  }

  public init(called: Timestamp, peer: String) {
    self.called = called
    self.peer = peer
  }

  /// What it has pushed it has, so far as nothing of others stands before it.
  public mutating func hasPushed(_ verdicts: [Verdict]) {
    for verdict in verdicts {
      switch verdict.outcome {
      case .committed(let committed):
        if committed.position == sent.next { sent = committed.position }
        hasLeft(1)
      case .alreadyCommitted: hasLeft(1)
      case .stale, .refused: break
      }
    }
  }

  /// It has pulled, and said this of itself.
  /// - Parameter known: how many of its edits it has just been told that the log has.
  public mutating func says(_ report: ReplicaReport?, known: Int, at now: Timestamp) {
    guard let report else { return }
    let made = max(0, now.milliseconds - Int64(report.age) * 1000)
    outbox = Outbox(
      waiting: report.waiting, oldest: Timestamp(milliseconds: made), conflicts: report.conflicts)
    client = report.client
    hasLeft(known)
  }

  /// Edits that the log has leave the outbox.
  private mutating func hasLeft(_ edits: Int) {
    guard var outbox else { return }
    outbox.waiting = max(outbox.conflicts, outbox.waiting - edits)
    if outbox.waiting == 0 { outbox.oldest = nil }
    self.outbox = outbox
  }

  /// A request names up to where the log has been applied.
  public mutating func names(_ cursor: Cursor?, at now: Timestamp) {
    let position = cursor?.position ?? .zero
    if position < applied { wentBack = now }
    applied = position
    sent = max(sent, position)
  }
}
