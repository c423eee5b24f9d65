import LiaisonModel
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// What of scalars, sets and lists the wire carries, in revisions and in schemas.
struct FieldTypeWireTests {
  private static let kind = KindNumber(1)
  private static let types: [ScalarType] = [
    .text, .prose, .date, .number, .choice(["a", "b"]), .flag, .reference(kind),
  ]

  /// A scalar of each word.
  private func scalars() throws -> [Scalar] {
    var random = Seeded(5)
    let record = RecordID(UUIDv7(milliseconds: 1, random: &random))
    return [
      .text("a"), .prose("a\n"), .date(try #require(PartialDate("2007"))), .number(-1),
      .choice("a"), .flag(false), .reference(record),
    ]
  }

  private func roundTrip(_ value: FieldValue) throws -> FieldValue? {
    var random = Seeded(6)
    let revision = Revision(
      record: RecordID(UUIDv7(milliseconds: 1, random: &random)), kind: Self.kind, parent: nil,
      state: RecordState(
        code: try #require(RecordCode("UN")), fields: [FieldNumber(3): value]),
      origin: Origin(
        office: try #require(OfficeID("LYO")), author: "A", time: Timestamp(milliseconds: 1)))
    let codec = RevisionCodec()
    return try codec.decode(codec.encode(revision).bytes).state.fields[FieldNumber(3)]
  }

  @Test func aRevisionCarriesEveryScalarAndTheSetsAndListsThatTheProtocolHas() throws {
    for scalar in try scalars() {
      let one = FieldValue.one(scalar)
      #expect(try roundTrip(one) == one)
      for value in [FieldValue.set([scalar]), .list([scalar, scalar])] {
        if isCarried(value) {
          #expect(try roundTrip(value) == value)
        } else {
          let error = #expect(throws: CodingError.self) { try roundTrip(value) }
          guard case .unknown? = error else {
            Issue.record("\(value) is refused with \(String(describing: error))")
            continue
          }
        }
      }
    }
  }

  @Test func scalarsOfTwoSortsAreNoSetOrList() throws {
    let all = try scalars()
    for value in [FieldValue.set(Set(all)), .list(all), .set([all[0], all[6]])] {
      #expect(throws: CodingError.self) { try roundTrip(value) }
    }
  }

  private func isCarried(_ value: FieldValue) -> Bool {
    switch value {
    case .one: true
    case .set(let members): members.allSatisfy { $0.word == .text || $0.word == .reference }
    case .list(let elements): elements.allSatisfy { $0.word == .text }
    }
  }

  @Test func aSchemaOfEveryTypeRuleAndConstraintGoesRound() throws {
    var fields = Self.types.map { FieldType.one($0) } + [.texts, .references(Self.kind), .items]
    fields += [.date, .moment]
    var (retired, renamed) = (FieldPast(), FieldPast())
    (retired.isRetired, renamed.replaces) = (true, FieldNumber(4))
    (renamed.aliases, renamed.choices) = (["old", "older"], ["gone"])
    let pasts = [3: retired, 4: renamed]
    let rules: [Int: MergeRule] = [2: .latest, 3: .largest]
    let constraints: [Int: [Constraint]] = [
      0: [.web, .country], 3: [.minimum(.min), .minimum(.max)], 6: [.acyclic], 8: [.acyclic],
      10: [.notBefore(FieldNumber(3))],
    ]
    let schema = try Schema(
      version: 7,
      kinds: [
        Kind(
          Self.kind, "thing", label: "Thing", coding: .numbered,
          fields: fields.enumerated().map { index, type in
            FieldDefinition(
              FieldNumber(UInt32(index + 1)), "f\(index)", label: "F", type: type,
              isRequired: index.isMultiple(of: 2), rule: rules[index] ?? .byType,
              constraints: constraints[index] ?? [], past: pasts[index] ?? FieldPast())
          }, aliases: ["object"], unique: [[FieldNumber(1), FieldNumber(3)], [FieldNumber(2)]]),
        Kind(KindNumber(9), "other", label: "Other", coding: .chosen, fields: []),
      ])
    #expect(try SchemaCodec().file(schema: SchemaCodec().encode(schema).bytes).schema == schema)
  }

  @Test func aSchemaThatDoesNotHoldTogetherIsMalformed() throws {
    // Version 1, and a kind with number 1, name "a" and a blank label.
    let bytes: [UInt8] = [0x08, 1, 0x12, 5, 0x08, 1, 0x12, 1, 0x61]
    #expect(throws: CodingError.malformed("kinds[0] has a label that is blank")) {
      try SchemaCodec().file(schema: bytes)
    }
  }

  /// They are kept as they are, and make nothing else of the schema unreadable.
  @Test func aTypeRuleOrConstraintOfANewerVersionIsOpaque() throws {
    func schema(_ more: [UInt8]) -> [UInt8] {
      let field: [UInt8] = [0x08, 1, 0x12, 1, 0x62, 0x1A, 1, 0x42] + more
      let kind: [UInt8] =
        [0x08, 1, 0x12, 1, 0x61, 0x1A, 1, 0x41, 0x2A, UInt8(field.count)] + field
      return [0x08, 1, 0x12, UInt8(kind.count)] + kind
    }
    let type: [UInt8] = [0x20, 1]
    #expect(try SchemaCodec().file(schema: schema(type)).schema.isOpaque == false)
    // `latest` and `minimum` of what it is.
    let beside: [UInt8] = [0x20, 99, 0x30, 1, 0x4A, 2, 0x08, 2]
    for more in [[0x20, 99], [], type + [0x30, 99], type + [0x4A, 2, 0x50, 1], beside] {
      let filed = try SchemaCodec().file(schema: schema(more))
      #expect(filed.schema.isOpaque && filed.bytes == schema(more), "\(more)")
    }
    let unknown = try SchemaCodec().file(schema: schema([0x20, 99])).schema
    #expect(unknown.kinds[0].fields[0].type == .one(.opaque))
    #expect(throws: CodingError.self) { try SchemaCodec().encode(unknown) }
  }
}
