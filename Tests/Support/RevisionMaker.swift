public import LiaisonModel
public import LiaisonSync
import Synchronization

/// Makes ids, revisions and edits in a fixed order from a seed, so that a failure can be repeated.
public final class RevisionMaker: Sendable {
  private struct State: Sendable {
    var random: Seeded
    var time: Int64 = 1_700_000_000_000
  }

  private let state: Mutex<State>
  public let coding = PlainCoding()
  public let office: OfficeID
  /// One kind: a name, notes, members that are texts, and a record of the same kind above it.
  public let schema: Schema

  public static let kind = KindNumber(3)
  public static let name = FieldNumber(1)
  public static let notes = FieldNumber(2)
  public static let tags = FieldNumber(3)
  public static let parent = FieldNumber(4)

  public init(seed: UInt64 = 1, office: String = "VIE") throws {
    state = Mutex(State(random: Seeded(seed)))
    guard let office = OfficeID(office) else { throw Problem("not an office") }
    self.office = office
    let fields = [
      FieldDefinition(RevisionMaker.name, "name", label: "Name", type: .text, isRequired: true),
      FieldDefinition(RevisionMaker.notes, "notes", label: "Notes", type: .prose),
      FieldDefinition(RevisionMaker.tags, "tags", label: "Tags", type: .texts),
      FieldDefinition(
        RevisionMaker.parent, "parent", label: "Parent", type: .reference(RevisionMaker.kind),
        constraints: [.acyclic]),
    ]
    schema = try Schema(
      version: 1,
      kinds: [
        Kind(RevisionMaker.kind, "topic", label: "Topic", coding: .chosen, fields: fields)
      ])
  }

  public func new<ID: Identity>(_ type: ID.Type = ID.self) -> ID {
    state.withLock { state in
      state.time += 1
      return ID(at: Timestamp(milliseconds: state.time), random: &state.random)
    }
  }

  /// A revision of a record, or of a new one; deleted if it has no fields.
  public func revision(
    _ code: String = "TOPIC", of record: RecordID? = nil, on parent: RevisionID? = nil,
    second: RevisionID? = nil, _ fields: Fields? = [name: .text("A topic")]
  ) throws -> FiledRevision {
    guard let code = RecordCode(code) else { throw Problem("not a code") }
    let content = fields.map { RecordState.Content.fields($0) } ?? .deleted
    return try coding.encode(
      Revision(
        record: record ?? new(), kind: RevisionMaker.kind, parent: parent, secondParent: second,
        state: RecordState(code: code, content: content),
        origin: Origin(office: office, author: "A", time: Timestamp(milliseconds: 0))))
  }

  /// What follows a revision: another name under the same code.
  public func next(
    _ before: FiledRevision, name: String, code: String? = nil
  ) throws -> FiledRevision {
    try revision(
      code ?? before.summary.code.text, of: before.summary.record, on: before.id,
      [RevisionMaker.name: .text(name)])
  }

  public func deletion(of before: FiledRevision) throws -> FiledRevision {
    try revision(before.summary.code.text, of: before.summary.record, on: before.id, nil)
  }

  public func entry(_ position: Int64, _ revision: FiledRevision) -> Entry {
    Entry(position: LogPosition(position), revision: revision)
  }

  /// An edit that waits to be sent.
  public func ready(_ ours: FiledRevision, base: FiledRevision? = nil) -> OutboxEntry {
    OutboxEntry(edit: new(), base: base?.encoded, ours: ours, state: .ready)
  }

  public func header(
    _ register: RegisterID?, head: Int64 = 0, log: UInt8 = 7, schema: Schema?
  ) -> PullHeader {
    PullHeader(
      register: register, head: .test(head, log: log),
      schema: schema.map(FiledSchema.init(plain:)), limits: ServerLimits())
  }
}
