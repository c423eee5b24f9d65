import LiaisonExchange
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// An office of this version in a register whose server, schema and other offices are of a newer one: a kind
/// with a field of a type, a constraint and a merge rule that nobody here knows; values that nobody here
/// can read.
struct NewerServerTests {
  private static let vessel = KindNumber(99)
  private static let (name, tonnage) = (FieldNumber(1), FieldNumber(2))

  /// As the newer server reads its schema.
  private let schema: Schema
  /// As it sends it: the same, with what only it can read.
  private let sent: FiledSchema

  init() throws {
    let known = CooperationRegister.schema
    let fields = ["name", "tonnage", "flag", "owner"].enumerated().map { index, name in
      FieldDefinition(
        FieldNumber(UInt32(index + 1)), name, label: name, type: .text)
    }
    let kind = Kind(
      Self.vessel, "vessel", label: "Vessel", coding: .chosen, fields: fields)
    schema = try Schema(version: known.version + 1, kinds: known.kinds + [kind])
    // register.proto: a kind behind the others, with type 99, constraint 80 and merge rule 99.
    func field(_ index: UInt8, _ name: String, _ more: [UInt8]) -> [UInt8] {
      Self.message(
        5,
        [0x08, index] + Self.message(2, Array(name.utf8))
          + Self.message(3, Array(name.utf8)) + more)
    }
    let bytes =
      [0x08, 99] + Self.message(2, Array("vessel".utf8)) + Self.message(3, Array("Vessel".utf8))
      + field(1, "name", [0x20, 1]) + field(2, "tonnage", [0x20, 99])
      + field(3, "flag", [0x20, 1, 0x4A, 3, 0x80, 0x05, 1])
      + field(4, "owner", [0x20, 1, 0x30, 99])
    let old = try SchemaCodec().encode(
      Schema(version: schema.version, kinds: known.kinds)
    ).bytes
    sent = try SchemaCodec().file(schema: old + Self.message(2, bytes))
  }

  private static func message(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    let (low, high) = (UInt8(bytes.count & 0x7F), UInt8(bytes.count >> 7))
    return [number << 3 | 2] + (high == 0 ? [low] : [low | 0x80, high]) + bytes
  }

  private func value(_ byte: UInt8) -> FieldValue {
    .one(.opaque(UnknownField(number: 50, wireType: 2, bytes: [2, byte, byte])))
  }

  private let unknown = UnknownField(number: 90, wireType: 0, bytes: [7])

  /// A register in which newer offices have written, and an old one that has cloned it.
  private func begin() async throws -> (hq: Headquarters, vienna: TestOffice, record: RecordID) {
    let hq = try await Headquarters(schema: schema)
    var random = Seeded(8)
    let record = RecordID(UUIDv7(milliseconds: 5, random: &random))
    let state = RecordState(
      code: try #require(RecordCode("TITAN")),
      content: .fields([
        Self.name: .text("Titan"), Self.tonnage: value(1), FieldNumber(77): .number(3),
      ]), unknown: [unknown])
    try await hq.write(record, Self.vessel, state, seed: 1)
    let vienna = try hq.office("VIE", NewerLink(inner: hq.link, schema: sent))
    #expect(try await vienna.sync().unreadable == 0)
    return (hq, vienna, record)
  }

  @Test func anOlderOfficePullsWorksAndPushesAndLosesNothing() async throws {
    let (hq, vienna, record) = try await begin()
    #expect(sent.schema.isOpaque)
    let shown = try #require(try await vienna.replica.show("TITAN").first)
    #expect(shown.record["tonnage"]?.text == "(needs a newer version)")
    #expect(shown.record["name"]?.text == "Titan")
    try await vienna.edit("TITAN", "name=Titan II", "flag=LR", "owner=Nemo")
    await #expect(throws: ReplicaError.needsNewerVersion(field: "tonnage")) {
      try await vienna.edit("TITAN", "tonnage=5")
    }
    try await vienna.new("vessel", "code=ARGO", "name=Argo")
    try await vienna.new("organization", "code=NEW", "name=New", "type=other")
    let report = try await vienna.sync()
    #expect(report.round.committed == 3 && report.counts.pending == 0)

    let titan = try #require(try hq.revisions().last { $0.record == record })
    #expect(titan.state.fields[Self.name] == .text("Titan II") && titan.office == vienna.id)
    #expect(titan.state.fields[Self.tonnage] == value(1))
    #expect(titan.state.fields[FieldNumber(77)] == .number(3))
    #expect(titan.state.unknown == [unknown])
    #expect(try await vienna.digest() == hq.digest())
    // The schema is kept as it came: a newer program in the same folder can read all of it.
    #expect(try await vienna.store.identity().filedSchema?.bytes == sent.bytes)
  }

  @Test func whatBothSidesChangedOnlyAPersonSettles() async throws {
    let (hq, vienna, record) = try await begin()
    let head = try #require(try hq.revisions().last)
    try await vienna.edit("TITAN", "name=Titan of Vienna", "owner=Nemo")
    var state = head.state
    state.content = .fields(
      head.state.fields.merging([Self.tonnage: value(2), FieldNumber(4): .text("Aronnax")]) { $1 })
    state.unknown = [UnknownField(number: 90, wireType: 0, bytes: [8])]
    try await hq.write(record, Self.vessel, state, over: head, seed: 2)
    // What only they changed comes; the name is ours; the field whose rule is not known is a conflict.
    #expect(try await vienna.sync().counts.conflicts == 1)
    #expect(try await vienna.conflicts()[0].disagreements.map(\.field) == ["owner"])
    try await vienna.resolve("TITAN", take: .ours)
    #expect(try await vienna.sync().round.committed == 1)
    let settled = try #require(try hq.revisions().last)
    #expect(settled.state.fields[Self.tonnage] == value(2), "no side is carried along")
    #expect(settled.state.unknown == state.unknown)
    #expect(settled.state.fields[Self.name] == .text("Titan of Vienna"))
    #expect(settled.state.fields[FieldNumber(4)] == .text("Nemo"))
  }

  @Test func aRevisionThatCannotBeReadMarksItsRecordAndTheOthersCome() async throws {
    let (hq, vienna, _) = try await begin()
    try await vienna.new("instrument", "code=MINE", "name=Mine", "type=agreement")
    var random = Seeded(9)
    let record = RecordID(UUIDv7(milliseconds: 6, random: &random))
    let strange = try RevisionCodec().encode(
      Revision(
        record: record, kind: KindNumber(6), parent: nil,
        state: RecordState(
          code: try #require(RecordCode("STRANGE")), fields: [FieldNumber(1): .text("S")]),
        origin: Origin(
          office: try #require(OfficeID("NYC")), author: "N", time: Timestamp(milliseconds: 0))))
    // A field with two values: no revision of this version.
    let bytes = strange.bytes + [0x5A, 6, 0x08, 9, 0x12, 0, 0x28, 2]
    let summary = strange.summary
    let filed = FiledRevision(
      EncodedRevision(id: RevisionCodec().id(of: bytes), bytes: bytes), summary)
    try await hq.append(filed, seed: 3)
    try await hq.write(
      RecordID(UUIDv7(milliseconds: 7, random: &random)), KindNumber(6),
      RecordState(
        code: try #require(RecordCode("PLAIN")), fields: [FieldNumber(1): .text("P")]), seed: 4)

    let report = try await vienna.sync()
    #expect(report.unreadable == 1 && report.round.received == 2 && report.round.committed == 1)
    let shown = try #require(try await vienna.replica.show("STRANGE").first)
    #expect(shown.record.place == .unreadable && shown.record.fields.isEmpty)
    #expect(try await vienna.value("PLAIN", "name") == "P")
    await #expect(throws: ReplicaError.unreadable(shown.record.code)) {
      try await vienna.edit("STRANGE", "name=Ours")
    }
    var listed: [String] = []
    listed = try await vienna.listed("instrument")
    #expect(listed == ["MINE", "PLAIN", "STRANGE"])
    #expect(
      try await vienna.replica.search("plain", limit: 5).records.map(\.code.text) == ["PLAIN"])
    #expect(try await vienna.digest() == hq.digest())
  }
}

extension TestOffice {
  fileprivate func listed(_ kind: String) async throws -> [String] {
    let codes = Collected<String>()
    try await replica.list(ListQuery(kind)) { codes.add($0.code.text) }
    return codes.all
  }
}

/// A way to a server that has a schema which only it can read in full.
private struct NewerLink: Link {
  let inner: any Link
  let schema: FiledSchema

  func connector(for office: OfficeID) -> any SyncConnector {
    Connector(inner: inner.connector(for: office), schema: schema)
  }

  private struct Connector: SyncConnector {
    let inner: any SyncConnector
    let schema: FiledSchema

    func connecting<Result: Sendable>(
      _ body: @escaping @Sendable (any SyncEndpoint) async throws -> Result
    ) async throws -> Result {
      try await inner.connecting { try await body(NewerEndpoint(inner: $0, schema: schema)) }
    }
  }
}

private struct NewerEndpoint: SyncEndpoint {
  let inner: any SyncEndpoint
  let schema: FiledSchema

  func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
  ) async throws {
    try await inner.pull(request) { message in
      guard case .header(let header) = message else { return try await receive(message) }
      let newer = PullHeader(
        version: header.version, register: header.register, head: header.head,
        schema: request.schema == schema.mark ? nil : schema, limits: header.limits,
        known: header.known, shared: header.shared, wanted: header.wanted)
      try await receive(.header(newer))
    }
  }

  func push(
    next: @escaping @Sendable () async throws -> PushRequest?,
    receive: @escaping @Sendable (PushResponse) async throws -> Void
  ) async throws {
    try await inner.push(next: next, receive: receive)
  }

  func history(
    _ request: HistoryRequest,
    receive: @escaping @Sendable (HistoryResponse) async throws -> Void
  ) async throws {
    try await inner.history(request, receive: receive)
  }
}
