public import LiaisonModel

/// Who may redeem an invitation.
///
/// Once, and by the same key again, so that a lost answer costs nothing. A second key is refused, and shows
/// that somebody else has had the invitation.
public enum EnrolmentRule {
  public enum Decision: Hashable, Sendable {
    /// A new replica.
    case admit
    /// A replica that has this key already: by this invitation, or by another one of its office whose answer
    /// was lost.
    case again(EnrolledReplica)
    case refuse(NotAdmitted)
    /// Refused; the invitation is exposed from now on.
    case expose
  }

  /// - Parameters:
  ///   - replica: the one that has this key.
  ///   - office: that of the invitation; nil if it is disabled.
  public static func decide(
    _ invitation: IssuedInvitation?, key replica: EnrolledReplica?, office: Office?,
    at now: Timestamp
  ) -> Decision {
    guard let invitation else { return .refuse(.unknownInvitation) }
    if let replica, replica.revoked != nil { return .refuse(.revoked) }
    if let replica, replica.id == invitation.replica { return .again(replica) }
    guard invitation.replica == nil else { return .expose }
    guard invitation.exposed == nil else { return .refuse(.usedInvitation) }
    guard now < invitation.ends else { return .refuse(.expiredInvitation) }
    guard let office, !office.isDisabled else { return .refuse(.officeDisabled) }
    guard let replica else { return .admit }
    // A key stands for one replica.
    return replica.office == invitation.office ? .again(replica) : .refuse(.usedInvitation)
  }
}
