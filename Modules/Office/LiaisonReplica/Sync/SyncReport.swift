public import LiaisonSync

/// What a sync did.
public struct SyncReport: Hashable, Sendable {
  /// Changes that came, edits that were committed, refused or found stale, calls.
  public let round: SyncMachine.Report
  /// Edits that were merged with a head that had moved.
  public let merged: Int
  /// Edits that came into conflict.
  public let conflicts: Int
  /// What the replica holds now.
  public let counts: ReplicaCounts
}

/// What a person is told while a sync runs.
public enum SyncProgress: Hashable, Sendable {
  case received(Progress)
  case sent(Progress)
}

/// What a watch tells.
public enum WatchEvent: Hashable, Sendable {
  /// A round is complete, or edits of this office were sent beside the follow.
  case synced(SyncReport)
  /// So many changes came, and brought so many edits into conflict.
  case received(Int, conflicts: Int)
  /// The line is down; the watch tries again after a pause.
  case offline(Outage, retryMilliseconds: Int)

  /// Why the line is down.
  public enum Outage: Hashable, Sendable {
    /// The server ended the follow.
    case ended
    case call(CallError)
    /// Another process writes to the replica for too long.
    case store(StoreError)

    /// Nil for an error that waiting does not mend.
    init?(_ error: any Error) {
      switch error {
      case let error as CallError where error.isPassing: self = .call(error)
      case StoreError.locked(let holder): self = .store(.locked(by: holder))
      case _: return nil
      }
    }
  }
}
