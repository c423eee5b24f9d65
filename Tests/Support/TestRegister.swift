public import LiaisonModel
public import LiaisonSync
import Synchronization

/// A small register for tests that need neither the default schema nor the wire.
public enum TestRegister {
  public static let area = KindNumber(4)
  public static let goal = KindNumber(5)
  public static let name = FieldNumber(1)
  /// Of an area: the one that it is part of. Acyclic.
  public static let parent = FieldNumber(2)
  /// Of an area: those that come before it. Acyclic.
  public static let after = FieldNumber(3)
  /// Of a goal: any others.
  public static let aligned = FieldNumber(4)

  /// Throws only if it is wrong itself; a test that uses it then fails.
  public static func schema() throws -> Schema {
    try Schema(
      version: 1,
      kinds: [
        Kind(
          area, "area", label: "Area", coding: .chosen,
          fields: [
            FieldDefinition(name, "name", label: "Name", type: .text, isRequired: true),
            FieldDefinition(
              parent, "parent", label: "Part of", type: .reference(area), constraints: [.acyclic]),
            FieldDefinition(
              after, "after", label: "After", type: .references(area), constraints: [.acyclic]),
          ]),
        Kind(
          goal, "goal", label: "Goal", coding: .chosen,
          fields: [
            FieldDefinition(name, "name", label: "Name", type: .text),
            FieldDefinition(aligned, "aligned", label: "Aligned", type: .references(goal)),
          ]),
      ])
  }
}

/// Makes ids and revisions; from a seed, so that a failure can be repeated.
public final class AreaMaker: Sendable {
  private let random: Mutex<(source: Seeded, time: Int64)>
  public let coding = NotedCoding()
  public let office: OfficeID

  public init(_ office: String = "VIE", seed: UInt64 = 1) throws {
    guard let office = OfficeID(office) else { throw Problem("not an office: \(office)") }
    self.office = office
    random = Mutex((Seeded(seed), 1_700_000_000_000))
  }

  public func newID<ID: Identity>() -> ID { ID(uuid()) }

  public func uuid() -> UUIDv7 {
    random.withLock { random in
      random.time += 1
      return UUIDv7(milliseconds: random.time, random: &random.source)
    }
  }

  public func revision(
    _ kind: KindNumber, _ code: String, record: RecordID? = nil, parent: RevisionID? = nil,
    fields: Fields? = nil, office: OfficeID? = nil, author: String = "A",
    note: String = ""
  ) throws -> Revision {
    guard let code = RecordCode(code) else { throw Problem("not a code: \(code)") }
    let content = fields.map { RecordState.Content.fields($0) } ?? .deleted
    return Revision(
      record: record ?? newID(), kind: kind, parent: parent,
      state: RecordState(code: code, content: content),
      origin: Origin(
        office: office ?? self.office, author: author, note: note,
        time: Timestamp(milliseconds: 0)))
  }

  /// An area's revision; `name` tells one from another.
  public func area(
    _ code: String, name: String = "A", record: RecordID? = nil, parent: RevisionID? = nil,
    partOf: RecordID? = nil, after: Set<RecordID> = []
  ) throws -> Revision {
    var fields: Fields = [TestRegister.name: .text(name)]
    if let partOf { fields[TestRegister.parent] = .reference(partOf) }
    if !after.isEmpty { fields[TestRegister.after] = .references(after) }
    return try revision(
      TestRegister.area, code, record: record, parent: parent, fields: fields)
  }

  public func goal(
    _ code: String, record: RecordID? = nil, parent: RevisionID? = nil,
    aligned: Set<RecordID> = []
  ) throws -> Revision {
    let fields: Fields = aligned.isEmpty ? [:] : [TestRegister.aligned: .references(aligned)]
    return try revision(
      TestRegister.goal, code, record: record, parent: parent, fields: fields)
  }

  public func deletion(of revision: Revision) throws -> Revision {
    try self.revision(
      revision.kind, revision.state.code.text, record: revision.record, parent: id(of: revision))
  }

  public func id(of revision: Revision) throws -> RevisionID { try coding.encode(revision).id }

  public func candidate(_ revision: Revision, edit: EditID? = nil) throws -> CommitRule.Candidate {
    let filed = try coding.encode(revision)
    return CommitRule.Candidate(
      edit: edit ?? newID(), revision: filed.id,
      content: .success(.init(filed: filed, revision: revision)))
  }

  public func edit(_ revision: Revision, id: EditID? = nil) throws -> Edit {
    Edit(id: id ?? newID(), bytes: try coding.encode(revision).bytes)
  }
}
