public import LiaisonModel

/// The sync round of a replica as pure logic: events in, actions out, no clock and no effects.
///
///     pulling ──▶ rebasing ──▶ pushing ──▶ finished
///        ▲           └─ nothing to push ──────▲
///        └────────── waiting ◀── stale ──┘
///
/// A driver performs each action and reports what came of it as the next event. An event that
/// the state cannot take is the driver's bug and traps; what a peer may not send throws.
public struct SyncMachine: Sendable {
  public enum State: Hashable, Sendable {
    /// A pull is under way; its header has come or not. Next: rebasing.
    case pulling(hasHeader: Bool)
    /// The outbox is brought onto the new heads. Next: pushing or finished.
    case rebasing
    /// A push is under way; these edits have no verdict yet. Next: waiting, finished, or rebasing
    /// where a person amended what was sent.
    case pushing(awaiting: [EditID])
    /// A pause after stale verdicts. Next: pulling.
    case waiting
    case finished
  }

  public enum Event: Hashable, Sendable {
    case received(PullMessage)
    case pullEnded
    /// How many edits may be pushed.
    case rebased(sendable: Int)
    /// A batch of edits leaves.
    case sent([EditID])
    case verdicts([Verdict])
    /// How many edits have not been sent although they could, and how many amendments have taken
    /// the place of an edit that was sent.
    case pushEnded(unsent: Int, amended: Int)
    case waited
  }

  public enum Action: Hashable, Sendable {
    case adopt(PullHeader)
    case apply(PullBatch)
    /// Apply the rebase to the outbox, and count what may be pushed.
    case rebase
    case push
    case settle([Verdict])
    case wait(milliseconds: Int)
    case pull(PullRequest)
    case finish
    case proceed
  }

  /// What a sync did.
  public struct Report: Hashable, Sendable {
    public var received = 0
    public var committed = 0
    public var refused = 0
    public var stale = 0
    public var calls = 0
    public init() {}
  }

  public private(set) var state: State
  public private(set) var report = Report()
  private var register: RegisterID?
  private var cursor: Cursor?
  /// The log's last sequence as the pull under way began.
  private var head: Sequence?
  private var schemaVersion: UInt32
  private var staleInPush = 0
  private var staleRounds = 0
  private var amendedRounds = 0

  /// - Parameter identity: what the replica holds as the sync starts.
  public init(_ identity: ReplicaIdentity) {
    state = .pulling(hasHeader: false)
    register = identity.register
    cursor = identity.cursor
    schemaVersion = identity.schema?.version ?? 0
  }

  /// The call that opens the round.
  public mutating func start() -> PullRequest {
    report.calls += 1
    return request
  }

  /// - Throws: ``SyncError`` where the server may not say what it said.
  public mutating func handle(_ event: Event) throws(SyncError) -> Action {
    switch (state, event) {
    case (.pulling(hasHeader: false), .received(.header(let header))):
      return try accept(header)
    case (.pulling(hasHeader: true), .received(.batch(let batch))):
      return try accept(batch)
    case (.pulling, .received):
      throw SyncError(.peerFault, "the server sent a header or a batch out of order")
    case (.pulling(hasHeader: true), .pullEnded):
      guard let cursor, let head, cursor.sequence >= head else {
        throw SyncError(.unreachable, "the server stopped in the middle of a pull")
      }
      state = .rebasing
      return .rebase
    case (.pulling(hasHeader: false), .pullEnded):
      throw SyncError(.peerFault, "the server ended a pull without a header")
    case (.rebasing, .rebased(let sendable)):
      guard sendable > 0 else {
        state = .finished
        return .finish
      }
      state = .pushing(awaiting: [])
      staleInPush = 0
      report.calls += 1
      return .push
    case (.pushing(awaiting: []), .sent(let edits)):
      state = .pushing(awaiting: edits)
      return .proceed
    case (.pushing(let awaited), .verdicts(let verdicts)):
      guard !awaited.isEmpty, verdicts.map(\.edit) == awaited else {
        throw SyncError(.peerFault, "the server's verdicts are not on the edits that were sent")
      }
      state = .pushing(awaiting: [])
      count(verdicts)
      return .settle(verdicts)
    case (.pushing(let awaited), .pushEnded(let unsent, let amended)):
      guard awaited.isEmpty, unsent == 0 else {
        throw SyncError(.peerFault, "the server ended a push before every edit had its verdict")
      }
      return try endPush(amended: amended)
    case (.waiting, .waited):
      state = .pulling(hasHeader: false)
      report.calls += 1
      return .pull(request)
    default:
      preconditionFailure("the driver of a sync sent \(event) in the state \(state)")
    }
  }

  private var request: PullRequest {
    PullRequest(register: register, cursor: cursor, schemaVersion: schemaVersion, follow: false)
  }

  private mutating func accept(_ header: PullHeader) throws(SyncError) -> Action {
    try SyncMachine.check(header, register: register, cursor: cursor)
    register = header.register
    head = header.head.sequence
    if cursor == nil { cursor = Cursor(lineage: header.head.lineage, sequence: .zero) }
    schemaVersion = header.schema?.version ?? schemaVersion
    state = .pulling(hasHeader: true)
    return .adopt(header)
  }

  /// - Throws: where a replica of this register and cursor may not go on with that server.
  public static func check(
    _ header: PullHeader, register: RegisterID?, cursor: Cursor?
  ) throws(SyncError) {
    guard header.version == SyncProtocol.version else {
      throw SyncError(
        .otherProtocol,
        "the server speaks version \(header.version) of the protocol, this replica "
          + "\(SyncProtocol.version)")
    }
    guard register == nil || register == header.register else {
      throw SyncError(.otherRegister, "the server holds another register than this replica")
    }
    guard let cursor else { return }
    guard cursor.lineage == header.head.lineage else {
      throw SyncError(.otherLineage, "the server was restored from a backup since the last sync")
    }
    guard cursor.sequence <= header.head.sequence else {
      throw SyncError(.otherLineage, "the server has lost changes that this replica has")
    }
  }

  private mutating func accept(_ batch: PullBatch) throws(SyncError) -> Action {
    guard let before = cursor else { preconditionFailure("a header sets the cursor") }
    try SyncMachine.check(batch, after: before.sequence)
    cursor = Cursor(lineage: before.lineage, sequence: batch.through)
    report.received += batch.changes.count
    return .apply(batch)
  }

  /// - Throws: where a batch goes back, or its changes do not go on one after the other.
  public static func check(_ batch: PullBatch, after sequence: Sequence) throws(SyncError) {
    var last = sequence
    for change in batch.changes {
      guard change.sequence > last else {
        throw SyncError(.peerFault, "the server sent changes out of order")
      }
      last = change.sequence
    }
    guard batch.through >= last else {
      throw SyncError(.peerFault, "the server sent a cursor before its own changes")
    }
  }

  private mutating func count(_ verdicts: [Verdict]) {
    for verdict in verdicts {
      switch verdict.outcome {
      case .committed, .alreadyCommitted: report.committed += 1
      case .refused: report.refused += 1
      case .stale: staleInPush += 1
      }
    }
  }

  private mutating func endPush(amended: Int) throws(SyncError) -> Action {
    guard staleInPush > 0 else {
      amendedRounds += 1
      guard amended > 0, amendedRounds <= Limits.staleRounds else {
        state = .finished
        return .finish
      }
      state = .rebasing
      return .rebase
    }
    report.stale += staleInPush
    staleRounds += 1
    guard staleRounds <= Limits.staleRounds else {
      throw SyncError(
        .tooManyRounds, "other offices' edits came first \(staleRounds) times in a row")
    }
    state = .waiting
    return .wait(milliseconds: Backoff.pause(attempt: staleRounds))
  }
}

/// Pauses that double: 50, 100, 200 … milliseconds, up to a ceiling.
public enum Backoff {
  /// - Parameter attempt: 1 for the first pause.
  public static func pause(attempt: Int) -> Int {
    let doublings = min(max(attempt - 1, 0), 20)
    return min(
      Limits.backoffMilliseconds << doublings, Limits.backoffCeilingMilliseconds)
  }
}
