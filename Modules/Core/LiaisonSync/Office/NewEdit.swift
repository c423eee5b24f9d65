public import LiaisonModel

/// An edit to put into the outbox.
public struct NewEdit: Hashable, Sendable {
  public let id: EditID
  public let revision: FiledRevision
  /// The revision that the person was looking at: the head, or the edit that is amended.
  public let seen: RevisionID?
  /// What the register said then; nil for a new record.
  public let base: EncodedRevision?
  /// Whether the edit settles a conflict: its base is then the head, and still the one that the
  /// person was looking at.
  public let isResolution: Bool

  public init(
    id: EditID, revision: FiledRevision, seen: RevisionID?, base: EncodedRevision?,
    isResolution: Bool = false
  ) {
    self.id = id
    self.revision = revision
    self.seen = seen
    self.base = base
    self.isResolution = isResolution
  }

  func isTimely(over stored: StoredRecord?) -> Bool {
    if isResolution {
      guard stored?.head?.id == base?.id, stored?.pending?.isInFlight != true else { return false }
    }
    if stored?.visible?.id == seen { return true }
    // Made from a head, and only the head has moved.
    return stored?.pending == nil && base != nil && base?.id == seen
  }
}
