public import LiaisonModel

/// The sync round of a replica as pure logic: a method for each event, no clock and no effects.
///
///     pull ──▶ header ──▶ batch … ──▶ ended ──▶ rebased ──▶ push ──▶ verdicts … ──▶ ended ──▶ done
///      ▲                                 ▲                                           │ │
///      │                                 └────────────── amended meanwhile ──────────┘ │
///      └───────────────────────────── pause ◀── stale ─────────────────────────────────┘
///
/// A follow is a pull that does not end, with pushes beside it. Calling a method when its call is not
/// under way is the driver's bug and traps; what a peer may not send throws.
public struct SyncMachine: Sendable {
  /// The pull under way.
  private enum Pull: Hashable {
    /// None. Next: awaiting.
    case none
    /// The header has not come. Next: streaming.
    case awaiting
    /// Batches come, at least up to this position. Next: none.
    case streaming(head: Cursor)
  }

  /// The push under way.
  private enum Push: Hashable {
    /// None. Next: open.
    case none
    /// These edits have no verdict yet. Next: none.
    case open(awaiting: [EditID])
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

  /// What follows a rebase.
  public enum AfterRebase: Hashable, Sendable {
    case push
    case done
  }

  /// What follows a push.
  public enum AfterPush: Hashable, Sendable {
    /// What was sent has been amended meanwhile: it goes on as it is now.
    case rebase
    /// Other offices' edits came first: pull again, after the pause of this attempt.
    case pull(afterAttempt: Int)
    case done
  }

  public private(set) var report = Report()
  private var pull = Pull.none
  private var push = Push.none
  private var register: RegisterID?
  private var cursor: Cursor?
  private var schema: SchemaMark?
  private var staleInPush = 0
  private var staleRounds = 0
  private var amendedRounds = 0

  private let spoken: ClosedRange<UInt32>
  /// The protocol that the server has chosen.
  public private(set) var version: UInt32

  /// - Parameters:
  ///   - identity: what the replica holds as the sync starts.
  ///   - spoken: the protocols that it speaks.
  public init(
    _ identity: ReplicaIdentity, speaking spoken: ClosedRange<UInt32> = SyncProtocol.spoken
  ) {
    self.spoken = spoken
    version = spoken.upperBound
    register = identity.register
    cursor = identity.cursor
    schema = identity.filedSchema?.mark
  }

  /// A call broke, or the log went back under it: the round begins anew, at what the replica holds by now.
  public mutating func restarted(at identity: ReplicaIdentity) {
    (pull, push) = (.none, .none)
    (cursor, schema) = (identity.cursor, identity.filedSchema?.mark)
    staleInPush = 0
  }

  // MARK: Pull

  /// A pull begins: the first, one after a pause, or one that follows.
  /// - Parameters:
  ///   - cursor: where the replica stands, its own edits in the log included.
  ///   - edits: every id that the register may have an edit of the outbox under.
  ///   - older: places where it stood before, if the log did not know that one.
  ///   - until: where the log ended for a pull that broke.
  ///   - report: what the replica says of itself.
  public mutating func beginPull(
    at cursor: Cursor?, follow: Bool = false, edits: [EditID] = [], older: [Cursor] = [],
    until: Cursor? = nil, report: ReplicaReport? = nil
  ) -> PullRequest {
    precondition(pull == .none, "one pull at a time")
    self.cursor = cursor
    pull = .awaiting
    self.report.calls += 1
    return PullRequest(
      versions: spoken, register: register, cursor: cursor, schema: schema, follow: follow,
      edits: Array(edits.prefix(SyncLimits.askedEdits)), older: older, until: until,
      report: report)
  }

  /// Whether a pull has begun, and its header has not come.
  public var isAwaitingHeader: Bool { pull == .awaiting }

  /// The log did not know where the replica stands: another pull names older places.
  public mutating func pullRefused() {
    precondition(pull == .awaiting, "no pull has been refused")
    pull = .none
  }

  /// What was lost is handed back, in a push of its own.
  public mutating func handingBack() { report.calls += 1 }

  /// The pull's header is in: the replica adopts it.
  public mutating func received(_ header: PullHeader) throws(CallError) {
    guard pull == .awaiting else { throw .peerFault(.headerOutOfOrder) }
    guard spoken.contains(header.version) else { throw .otherProtocol }
    guard let named = header.register ?? register, let head = header.head ?? cursor else {
      throw .peerFault(.noHeader)
    }
    guard register == nil || register == named else { throw .otherRegister }
    if let shared = header.shared { cursor = shared }
    if let cursor, cursor != head {
      guard cursor.position < head.position else { throw .otherHistory }
    }
    guard header.limits.batch.count > 0, header.limits.batch.bytes > 0 else {
      throw .peerFault(.noRoom)
    }
    guard let mark = header.schema?.mark ?? schema else { throw .peerFault(.noSchema) }
    register = named
    version = header.version
    schema = mark
    pull = .streaming(head: head)
    // An empty log has nothing to send.
    if cursor == nil, head.position == .zero { cursor = head }
  }

  /// A batch is in: the replica applies it.
  public mutating func received(_ batch: PullBatch) throws(CallError) {
    guard case .streaming(let head) = pull else { throw .peerFault(.headerOutOfOrder) }
    let before = cursor?.position ?? .zero
    var last = before
    for change in batch.changes {
      guard change.position > last else { throw .peerFault(.changesOutOfOrder) }
      last = change.position
    }
    let through = batch.through
    guard through.position >= last else { throw .peerFault(.cursorBehindChanges) }
    // Past what was told of, a log has no entry but a schema, which is told of as well.
    guard batch.schema != nil || through.position <= max(last, head.position) else {
      throw .peerFault(.cursorPastLog)
    }
    // One place of a log has one name.
    for known in [cursor, head] where known?.position == through.position {
      guard known == through else { throw .otherHistory }
    }
    cursor = through
    schema = batch.schema?.mark ?? schema
    report.received += batch.changes.count
  }

  /// The pull's stream ended.
  public mutating func pullEnded() throws(CallError) {
    switch pull {
    case .none: preconditionFailure("no pull is under way")
    case .awaiting: throw .peerFault(.noHeader)
    case .streaming(let head):
      pull = .none
      guard let cursor, cursor.position >= head.position else { throw .unreachable(.endedEarly) }
    }
  }

  // MARK: Push

  /// The outbox stands on the heads that were pulled.
  /// - Parameter sendable: how many edits may be pushed.
  public func rebased(sendable: Int) -> AfterRebase { sendable > 0 ? .push : .done }

  public mutating func beginPush() {
    precondition(push == .none, "one push at a time")
    push = .open(awaiting: [])
    staleInPush = 0
    report.calls += 1
  }

  /// These edits leave in one request.
  public mutating func sending(_ edits: [EditID]) {
    precondition(push == .open(awaiting: []), "a request leaves after the verdicts of the last")
    push = .open(awaiting: edits)
  }

  /// The verdicts on one request are in: the replica settles them.
  public mutating func received(_ response: PushResponse) throws(CallError) {
    guard case .open(let awaited) = push else { preconditionFailure("no push is under way") }
    guard !awaited.isEmpty, response.verdicts.map(\.edit) == awaited else {
      throw .peerFault(.otherVerdicts)
    }
    push = .open(awaiting: [])
    for verdict in response.verdicts {
      switch verdict.outcome {
      case .committed, .alreadyCommitted: report.committed += 1
      case .refused: report.refused += 1
      case .stale: staleInPush += 1
      }
    }
  }

  /// The push's stream ended.
  /// - Parameters:
  ///   - unsent: how many edits have not been sent although they could.
  ///   - amended: how many amendments stand in the place of an edit that was sent.
  public mutating func pushEnded(unsent: Int, amended: Int) throws(CallError) -> AfterPush {
    guard case .open(let awaited) = push else { preconditionFailure("no push is under way") }
    push = .none
    guard awaited.isEmpty, unsent == 0 else { throw .peerFault(.missingVerdicts) }
    guard staleInPush > 0 else {
      staleRounds = 0
      amendedRounds = amended > 0 ? amendedRounds + 1 : 0
      return amended > 0 && amendedRounds <= SyncLimits.staleRounds ? .rebase : .done
    }
    report.stale += staleInPush
    staleRounds += 1
    guard staleRounds <= SyncLimits.staleRounds else { throw .tooManyRounds }
    return .pull(afterAttempt: staleRounds)
  }
}
