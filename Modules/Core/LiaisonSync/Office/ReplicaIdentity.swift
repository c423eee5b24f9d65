public import LiaisonModel

/// Which register a replica is of, whose it is, and where it stands.
public struct ReplicaIdentity: Hashable, Sendable {
  public let office: OfficeID
  public let address: String
  /// Nil before the first pull.
  public let register: RegisterID?
  /// Up to where the replica has applied the log; nil before the first batch of the first pull.
  public let cursor: Cursor?
  /// The last position that it has applied anything of: past the cursor, if edits of its own were accepted
  /// there and others' before them have not come yet.
  public let last: LogPosition
  /// Where the log ended when its last pull began; nil if that is not known.
  public let head: Cursor?
  /// Whose numbers it gives to new records.
  public let series: NumberSeries
  /// How often it has gone back to an older place: what a server said before is of another log.
  public let turns: Int
  /// What its office may do, as the server said last; nil if it has not.
  public let role: Role?
  /// Whether it was let in by a certificate: then it never calls without one.
  public let isEnrolled: Bool
  public let filedSchema: FiledSchema?

  public init(
    office: OfficeID, address: String, register: RegisterID?, cursor: Cursor?,
    last: LogPosition = .zero, head: Cursor? = nil, turns: Int = 0, number: Int = 1,
    role: Role? = nil, isEnrolled: Bool = false,
    schema: FiledSchema?
  ) {
    self.office = office
    series = NumberSeries(office, replica: number)
    self.address = address
    self.register = register
    self.cursor = cursor
    self.last = last
    self.head = head
    self.turns = turns
    self.role = role
    self.isEnrolled = isEnrolled
    filedSchema = schema
  }

  public var schema: Schema? { filedSchema?.schema }
}
