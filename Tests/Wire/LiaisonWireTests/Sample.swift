import LiaisonModel
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// Values that have everything.
enum Sample {
  static func id(_ seed: UInt64) -> UUIDv7 {
    var random = Seeded(seed)
    return UUIDv7(milliseconds: Int64(seed), random: &random)
  }

  static let register = RegisterID(id(9))
  static let cursor = Cursor.test(12)

  /// A revision with a field of every type.
  static func revision(_ text: String = "Ünïcode", second: Bool = true) throws -> Revision {
    let parent = RevisionID([UInt8](repeating: 7, count: 32))
    return Revision(
      record: RecordID(id(1)), kind: KindNumber(3), parent: parent,
      secondParent: second ? parent : nil,
      state: RecordState(
        code: try #require(RecordCode("SDG-16")),
        fields: [
          FieldNumber(1): .text(text), FieldNumber(2): .prose("a\nb"),
          FieldNumber(3): .date(try #require(PartialDate("2007-03"))),
          FieldNumber(4): .number(-39), FieldNumber(5): .choice("compact"),
          FieldNumber(6): .flag(false), FieldNumber(7): .reference(RecordID(id(2))),
          FieldNumber(8): .texts(["b", "a", "é"]),
          FieldNumber(9): .references([RecordID(id(4)), RecordID(id(3))]),
          FieldNumber(10): .items(["b", "a", "b"]), FieldNumber(11): .number(0),
        ]),
      origin: Origin(
        office: try #require(OfficeID("VIE")), author: "M. Huber", note: "why",
        time: Timestamp(milliseconds: 1_795_522_000_000)))
  }

  /// What a clone files of a revision that it can read.
  static func file(_ bytes: [UInt8]) throws -> RevisionSummary? {
    let filed = RevisionCodec().file([Change(position: LogPosition(1), bytes: bytes)])
    if let fault = filed.faults[LogPosition(1)] { throw fault }
    return filed.entries.first?.revision.summary
  }

  /// A schema with a field of every type, every rule and every constraint.
  static func schema() throws -> Schema {
    let other = KindNumber(2)
    let thing = Kind(
      KindNumber(1), "thing", label: "Thing", coding: .numbered,
      fields: [
        FieldDefinition(FieldNumber(1), "name", label: "Name", type: .text, isRequired: true),
        FieldDefinition(FieldNumber(2), "story", label: "Story", type: .prose),
        FieldDefinition(FieldNumber(3), "start", label: "Start", type: .date),
        FieldDefinition(
          FieldNumber(4), "end", label: "End", type: .date, rule: .latest,
          constraints: [.notBefore(FieldNumber(3))]),
        FieldDefinition(
          FieldNumber(5), "count", label: "Count", type: .number, rule: .largest,
          constraints: [.minimum(-1)]),
        FieldDefinition(FieldNumber(6), "size", label: "Size", type: .choice(["small", "large"])),
        FieldDefinition(FieldNumber(7), "open", label: "Open", type: .flag),
        FieldDefinition(
          FieldNumber(8), "parent", label: "Parent", type: .reference(KindNumber(1)),
          constraints: [.acyclic]),
        FieldDefinition(FieldNumber(9), "names", label: "Names", type: .texts),
        FieldDefinition(FieldNumber(10), "others", label: "Others", type: .references(other)),
        FieldDefinition(FieldNumber(11), "steps", label: "Steps", type: .items),
        FieldDefinition(
          FieldNumber(12), "page", label: "Page", type: .text, constraints: [.web]),
        FieldDefinition(
          FieldNumber(13), "country", label: "Country", type: .text, constraints: [.country]),
      ])
    let name = FieldDefinition(
      FieldNumber(1), "name", label: "Name", type: .text, isRequired: true)
    return try Schema(
      version: 3,
      kinds: [thing, Kind(other, "other", label: "Other", coding: .chosen, fields: [name])])
  }

  static let reporting = PullRequest(
    versions: 1...1, register: register, cursor: cursor, schema: SchemaMark(Array(1...8)),
    follow: false,
    report: ReplicaReport(waiting: 300, age: 86_400, conflicts: 2, client: "0.1.0"))

  static func header(
    _ schema: Schema?, wanted: [WantedRevision] = []
  ) throws -> PullHeader {
    PullHeader(
      register: register, head: cursor, schema: try schema.map { try SchemaCodec().encode($0) },
      limits: ServerLimits(batch: BatchLimit(count: 7, bytes: 8), officeCalls: 9),
      known: [
        KnownEdit(
          edit: EditID(id(6)),
          committed: Committed(
            position: LogPosition(3), revision: RevisionID([UInt8](repeating: 5, count: 32))!))
      ], shared: .test(2), wanted: wanted)
  }

  static let batch = PullBatch(
    changes: [
      Change(position: LogPosition(4), bytes: [1, 2, 3]),
      Change(position: LogPosition(6), bytes: [0xFF]),
    ], through: .test(9), remaining: 5)

  /// What is sent to whoever keeps the ids of edits.
  static let changes = [
    Change(
      position: LogPosition(4), bytes: [1, 2, 3],
      edits: EditIDs(EditID(id(6)), absorbed: [EditID(id(8)), EditID(id(9))])),
    Change(position: LogPosition(5), bytes: [4], edits: EditIDs(EditID(id(7)))),
  ]

  static let push = PushRequest(
    register: register, cursor: .test(3),
    edits: [
      Edit(
        id: EditID(id(6)), bytes: [1, 2, 3], absorbed: [EditID(id(8)), EditID(id(9))],
        ancestors: [[4], [5, 6]], isReoffer: true),
      Edit(id: EditID(id(7)), bytes: []),
    ])

  /// A verdict of every kind.
  /// Those of the first protocol: frozen messages have them, and no later one.
  static let reasons: [Refusal.Reason] = [.malformed, .invalid, .codeTaken, .reference, .office]

  static func verdicts() throws -> PushResponse {
    let name = try #require(RevisionID([UInt8](repeating: 5, count: 32)))
    let committed = Committed(position: LogPosition(3), revision: name)
    let outcomes: [Verdict.Outcome] =
      [.committed(committed), .alreadyCommitted(committed), .stale(head: name), .stale(head: nil)]
      + Sample.reasons.map { .refused(Refusal($0, "because")) }
    return PushResponse(verdicts: outcomes.map { Verdict(edit: EditID(id(5)), outcome: $0) })
  }

  /// The kind of ``CodingError`` that `body` throws.
  enum Fault { case malformed, notCanonical, unknown, tooLarge }

  static func fault(_ body: () throws -> Void) -> Fault? {
    do {
      try body()
      return nil
    } catch {
      switch error as? CodingError {
      case .malformed: return .malformed
      case .notCanonical: return .notCanonical
      case .unknown: return .unknown
      case .tooLarge: return .tooLarge
      case nil: return nil
      }
    }
  }
}
