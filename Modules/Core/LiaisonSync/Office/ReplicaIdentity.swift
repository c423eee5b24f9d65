public import LiaisonModel

/// Which register a replica is of, whose it is, and where it stands.
public struct ReplicaIdentity: Hashable, Sendable {
  public var office: OfficeID
  public var address: String
  /// Nil before the first pull.
  public var register: RegisterID?
  /// Up to where the replica has applied the log; nil before the first batch of the first pull.
  public var cursor: Cursor?
  /// The last position that it has applied anything of: past the cursor, if edits of its own were accepted
  /// there and others' before them have not come yet.
  public var last: LogPosition
  /// Where the log ended when its last pull began; nil if that is not known.
  public var head: Cursor?
  /// Whose numbers it gives to new records.
  public var series: NumberSeries
  /// How often it has gone back to an older place: what a server said before is of another log.
  public var turns: Int
  /// What its office may do, as the server said last; nil if it has not.
  public var role: Role?
  /// Whether it was let in by a certificate: then it never calls without one.
  public var isEnrolled: Bool
  /// Who writes here, if nobody else is named; nil if that was never said.
  public var author: String?
  public var filedSchema: FiledSchema?

  public init(
    office: OfficeID, address: String, register: RegisterID?, cursor: Cursor?,
    last: LogPosition = .zero, head: Cursor? = nil, turns: Int = 0, number: Int = 1,
    role: Role? = nil, isEnrolled: Bool = false, author: String? = nil, schema: FiledSchema?
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
    self.author = author
    filedSchema = schema
  }

  public var schema: Schema? { filedSchema?.schema }
}
