public import LiaisonModel

/// Where one edit of the outbox stands, without its bytes: enough to say what a sync does with it.
public struct OutboxStanding: Hashable, Sendable {
  /// ``OutboxEntry/State``, without what was amended and what was said.
  public enum State: Hashable, Sendable {
    case ready
    case inFlight
    case conflict(theirs: RevisionID)
    case codeTaken
    case refused
  }

  public let record: RecordID
  public let edit: EditID
  /// What the edit was made from; nil for a new record.
  public let base: RevisionID?
  /// The record's head; nil if the register has no such record.
  public let head: RevisionID?
  public let state: State
  /// Whether the server has lost what the edit was made from: it waits until that is there again.
  public let isHeld: Bool

  public init(
    record: RecordID, edit: EditID, base: RevisionID?, head: RevisionID?, state: State,
    isHeld: Bool = false
  ) {
    self.record = record
    self.edit = edit
    self.base = base
    self.head = head
    self.state = state
    self.isHeld = isHeld
  }

  /// Whether the edit is to be merged with its record's head: not while its verdict is unknown, and
  /// not again with a head that it stands in conflict with.
  public var needsRebase: Bool {
    guard let head, !isHeld else { return false }
    return switch state {
    case .inFlight: false
    case .conflict(let theirs): theirs != head
    case .ready, .codeTaken, .refused: head != base
    }
  }

  /// Whether a sync sends it. One in flight is sent in any case: nothing else can be done with it, or with
  /// what it was made from, until its verdict is known.
  public var isSendable: Bool {
    switch state {
    case .ready: !isHeld
    case .inFlight: true
    case .conflict, .codeTaken, .refused: false
    }
  }

  /// Whether a sync looks for what it depended on.
  public var isRefused: Bool {
    switch state {
    case .codeTaken, .refused: true
    case .ready, .inFlight, .conflict: false
    }
  }

  /// The edits that a sync sends, in the order in which it sends them: new records first, because
  /// others may refer to them, then by age.
  public static func sendable(_ outbox: [OutboxStanding]) -> [OutboxStanding] {
    let sendable = outbox.filter(\.isSendable)
    return sendable.filter { $0.base == nil } + sendable.filter { $0.base != nil }
  }
}
