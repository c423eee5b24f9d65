public import LiaisonSync

/// What a sync did.
public struct SyncReport: Hashable, Sendable {
  /// Changes that came, edits that were committed, refused or found stale, calls.
  public let round: SyncMachine.Report
  /// Edits that were merged with a head that had moved.
  public let merged: Int
  /// Edits that came into conflict.
  public let conflicts: Int
  /// What is left in the outbox.
  public let counts: OutboxCounts
}

/// The edits of an outbox, by what they wait for.
public struct OutboxCounts: Hashable, Sendable {
  public private(set) var ready = 0
  public private(set) var inFlight = 0
  public private(set) var conflicts = 0
  public private(set) var codeTaken = 0
  public private(set) var refused = 0

  /// Edits that wait for a person to settle a conflict, of both kinds.
  public var unsettled: Int { conflicts + codeTaken }
  public var pending: Int { ready + inFlight + unsettled + refused }

  /// Counted from where each edit stands: to count the records costs more the more there are.
  init(_ outbox: [OutboxStanding]) {
    for standing in outbox {
      switch standing.state {
      case .ready: ready += 1
      case .inFlight: inFlight += 1
      case .conflict: conflicts += 1
      case .codeTaken: codeTaken += 1
      case .refused: refused += 1
      }
    }
  }
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
