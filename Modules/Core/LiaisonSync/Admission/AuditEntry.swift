public import LiaisonModel

/// What was done to a register's offices, replicas and rules, or refused to somebody: for those who run it, and
/// never changed afterwards.
public struct AuditEntry: Hashable, Sendable {
  public enum Act: String, Hashable, Sendable, CaseIterable {
    case officeAdded = "office added"
    case officeRenamed = "office renamed"
    case officeRoleSet = "office role set"
    case officeDisabled = "office disabled"
    case officeEnabled = "office enabled"
    case invited
    case withdrawn = "invitation withdrawn"
    case enrolled
    case enrolmentRefused = "enrolment refused"
    case revoked
    case callRefused = "call refused"
    case healingOpened = "healing opened"
    case healingClosed = "healing closed"
    case schemaApplied = "schema applied"
    case imported
    case restored
    /// To another store.
    case moved
    /// A backup was made or opened again, and held against the log: its subject is the position.
    case backedUp = "backed up"
  }

  public let time: Timestamp
  public let act: Act
  /// What it was done to: an office, a replica, a version; "" for the whole register.
  public let subject: String
  /// Who did it: a person at the server, or a replica.
  public let actor: String
  /// For people.
  public let note: String

  public init(time: Timestamp, _ act: Act, _ subject: String, by actor: String, note: String = "") {
    self.time = time
    self.act = act
    self.subject = subject
    self.actor = actor
    self.note = note
  }
}
