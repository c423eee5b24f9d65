public import LiaisonModel
public import LiaisonSync

/// What a sync did.
public struct SyncReport: Hashable, Sendable {
  /// Changes that came, edits that were committed, refused or found stale, calls.
  public let round: SyncMachine.Report
  /// Edits that were merged with a head that had moved.
  public let merged: Int
  /// Edits that came into conflict.
  public let conflicts: Int
  /// What the server had lost.
  public let handBack: HandBack
  /// What is left in the outbox.
  public let counts: OutboxCounts
  /// Changes that only a newer version can read. What could not even be filed is not here.
  public let unreadable: Int
  /// The version of the schema that came in the place of another; nil if none did.
  public let schema: UInt32?
  /// What other offices have changed, unless all of the register came.
  public internal(set) var came = Arrivals()
  /// If some have come into conflict, all records that wait for a person to settle one.
  public internal(set) var unsettled: [RecordCode] = []
}

/// What other offices have changed, latest first.
public struct Arrivals: Hashable, Sendable {
  /// At most ``Tuning/shownArrivals``.
  public internal(set) var items: [LogItem] = []
  /// How many more there are.
  public internal(set) var more = 0
}

/// What a server had lost, and this replica knew.
public struct HandBack: Hashable, Sendable {
  /// Revisions that are entries again. What is merged with something that has come since is an edit: it
  /// counts as sent, or as a conflict.
  public internal(set) var handedBack = 0
  /// Other offices' revisions, and what stands on them, which wait until healing is open.
  public internal(set) var waiting = 0

  public init(handedBack: Int = 0, waiting: Int = 0) {
    self.handedBack = handedBack
    self.waiting = waiting
  }

  /// What was handed back after this as well; what waits is counted anew each time.
  func adding(_ other: HandBack) -> HandBack {
    HandBack(handedBack: handedBack + other.handedBack, waiting: other.waiting)
  }
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
