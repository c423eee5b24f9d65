import Foundation
import LiaisonModel
import TestSupport
import Testing

struct IdentityTests {
  static let text = "018f3e7a-1234-7abc-8def-0123456789ab"
  static let bytes: [UInt8] = [
    0x01, 0x8f, 0x3e, 0x7a, 0x12, 0x34, 0x7a, 0xbc, 0x8d, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
  ]

  @Test func textAndBytesAreOneId() throws {
    let id = try #require(RecordID(text: Self.text))
    #expect(id.bytes == Self.bytes && RecordID(Self.bytes) == id)
    #expect(id.description == Self.text)
    #expect(RecordID(text: Self.text.uppercased()) == id, "read in either case, written in one")
    #expect(EditID(id.uuid).uuid == RegisterID(id.uuid).uuid)
    #expect(UUID(uuidString: Self.text)?.uuidString.lowercased() == id.description)
  }

  @Test(arguments: [
    "", "018f3e7a-1234-7abc-8def-0123456789a", "018f3e7a-1234-7abc-8def-0123456789abc",
    "018f3e7a12347abc8def0123456789ab", "018f3e7a-1234-4abc-8def-0123456789ab",
    "018f3e7a-1234-7abc-cdef-0123456789ab", "018f3e7a-1234-7abc-8def-0123456789ag",
    "018f3e7a 1234 7abc 8def 0123456789ab", "{18f3e7a-1234-7abc-8def-0123456789ab}",
  ])
  func whatIsNoUUIDOfVersion7IsNoId(text: String) { #expect(RecordID(text: text) == nil) }

  @Test func anotherLengthOrVersionOfBytesIsNoId() {
    #expect(RecordID([UInt8]()) == nil && RecordID(Self.bytes + [0]) == nil)
    #expect(RecordID(Array(Self.bytes.dropLast())) == nil)
    for (place, byte) in [(6, UInt8(0x4A)), (8, 0x0D), (8, 0xCD)] {
      var other = Self.bytes
      other[place] = byte
      #expect(RecordID(other) == nil)
    }
  }

  @Test func anIdOfALaterMomentSortsAfter() {
    var random = Seeded(9)
    let ids = (0..<100).map { RecordID(at: Timestamp(milliseconds: $0), random: &random) }
    #expect(ids.sorted() == ids && Set(ids).count == ids.count)
    let texts = ids.map(\.description)
    #expect(texts.sorted() == texts, "as texts too, and as bytes")
    #expect(
      ids.map(\.bytes).elementsEqual(ids.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }))
  }

  @Test func aRevisionIsNamedBy32Bytes() throws {
    let bytes = (0..<32).map { UInt8($0 * 8) }
    let id = try #require(RevisionID(bytes))
    #expect(id.bytes == bytes && id == RevisionID(bytes))
    #expect(id.description.hasPrefix("0008101820") && id.description.count == 64)
    #expect(id.short == "0008101820")
    for place in [0, 8, 16, 31] {
      var other = bytes
      other[place] ^= 1
      #expect(RevisionID(other) != id)
    }
    #expect(RevisionID(Array(bytes.dropLast())) == nil && RevisionID(bytes + [0]) == nil)
  }

  @Test func positionsCountUpFromZero() {
    #expect(LogPosition.zero.next == LogPosition(1) && LogPosition(1) < LogPosition(2))
    #expect(LogPosition(12).description == "12")
    #expect(KindNumber(1) < KindNumber(2) && FieldNumber(9) < FieldNumber(10))
  }
}

/// The calendar, with Foundation's as a second opinion.
struct CalendarTests {
  @Test func everyMomentHasTheDateThatFoundationGivesIt() throws {
    var random = Seeded(20_261_125)
    let style = Date.ISO8601FormatStyle()
    // From 1600 to 2400 the two calendars are one: the Gregorian.
    let range = Int64(-11_676_096_000)...13_569_465_600
    for _ in 0..<2_000 {
      let second = Int64.random(in: range, using: &random)
      let moment = Timestamp(milliseconds: second * 1000 + 999)
      let date = Date(timeIntervalSince1970: TimeInterval(second))
      #expect(moment.description == date.formatted(style), "second \(second)")
      #expect(moment.description.hasPrefix("\(moment.year)-"))
    }
  }

  @Test func aMonthHasAsManyDaysAsItHas() {
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    for year in [1900, 2000, 2023, 2024, 2100] {
      for (index, count) in days.enumerated() {
        let isLeap = [2000, 2024].contains(year) && index == 1
        let month = "\(year)-\(index < 9 ? "0" : "")\(index + 1)"
        let last = count + (isLeap ? 1 : 0)
        #expect(
          PartialDate("\(month)-\(last)") != nil && PartialDate("\(month)-\(last + 1)") == nil)
      }
    }
  }

  @Test func datesAreOrderedByTheirStartAndThenFromCoarseToFine() throws {
    let texts = [
      "0001", "2006-12-31", "2007", "2007-01", "2007-01-01", "2007-01-02", "2007-02", "2007-12-31",
      "2008", "9999-12-31",
    ]
    let dates = try texts.map { try #require(PartialDate($0)) }
    for (i, one) in dates.enumerated() {
      for (j, other) in dates.enumerated() {
        #expect((one < other) == (i < j) && (one == other) == (i == j))
      }
    }
  }
}

/// The state of a record.
struct RecordStateTests {
  @Test func aDeletedRecordHasNoFieldsAndRefersToNothing() throws {
    let code = try #require(RecordCode("AA"))
    let one = Generator.record(1)
    let other = Generator.record(2)
    let state = RecordState(
      code: code,
      fields: [
        FieldNumber(1): .reference(one), FieldNumber(2): .references([one, other]),
        FieldNumber(3): .text("a"),
      ])
    #expect(!state.isDeleted && state.references == [one, other] && state.fields.count == 3)
    let gone = RecordState(code: code, content: .deleted)
    #expect(gone.isDeleted && gone.references.isEmpty && gone.fields.isEmpty)
    #expect(RecordState(code: code, fields: [:]) != gone)
  }

  @Test func aRevisionKeepsItsOrigin() throws {
    let origin = Origin(
      office: try #require(OfficeID("VIE")), author: "Ada", note: "why",
      time: Timestamp(milliseconds: 5))
    let revision = Revision(
      record: Generator.record(1), kind: KindNumber(1), parent: nil,
      state: RecordState(code: try #require(RecordCode("AA")), content: .deleted), origin: origin)
    #expect(revision.origin == origin && revision.secondParent == nil)
  }

  /// What one side alone has changed, the merge keeps, number by number; what both have is a conflict.
  @Test func whatOnlyANewerVersionKnowsSurvivesTheMerge() throws {
    let code = try #require(RecordCode("AA"))
    func state(_ number: Int64, _ bytes: [UInt8?]) -> RecordState {
      RecordState(
        code: code, content: .fields([Generator.guardField.number: .number(number)]),
        unknown: bytes.enumerated().compactMap { index, byte in
          byte.map { UnknownField(number: 90 + UInt32(index), wireType: 2, bytes: [$0]) }
        })
    }
    let rows: [([UInt8?], [UInt8?], [UInt8?], [UInt8?]?)] = [
      ([1], [1], [1], [1]), ([1], [1], [2], [2]), ([1], [2], [1], [2]), ([nil], [nil], [1], [1]),
      ([1], [1], [nil], [nil]), ([1], [2], [2], [2]), ([1], [2], [3], nil), ([nil], [1], [2], nil),
      ([1, 1], [2, 1], [1, 3], [2, 3]), ([1, nil], [nil, nil], [1, 3], [nil, 3]),
      ([1, 1, 1], [2, 1, 5], [1, 3, 6], nil),
    ]
    for (base, ours, theirs, expected) in rows {
      let merge = Merge(
        base: state(0, base), ours: state(1, ours), theirs: state(2, theirs),
        kind: Generator.kind)
      #expect(merge.disagreements == (expected == nil ? [.unknown] : []), "\(base)")
      if let expected { #expect(merge.state.unknown == state(0, expected).unknown, "\(base)") }
    }
    let (base, ours, theirs) = (state(0, [1, 1]), state(0, [2, 1]), state(0, [1, 3]))
    let merge = Merge(base: base, ours: ours, theirs: theirs, kind: Generator.kind)
    #expect(merge.state == state(0, [2, 3]) && merge.disagreements.isEmpty)
  }

  /// A value, and a rule, that only a newer version knows are merged by equality.
  @Test func whatCannotBeReadIsMergedByEquality() throws {
    let code = try #require(RecordCode("AA"))
    func opaque(_ byte: UInt8?) -> FieldValue? {
      byte.map { .one(.opaque(UnknownField(number: 99, wireType: 0, bytes: [$0]))) }
    }
    let field = FieldNumber(1)
    let kind = Kind(
      KindNumber(1), "k", label: "K", coding: .chosen,
      fields: [
        FieldDefinition(field, "new", label: "New", type: .one(.opaque)),
        FieldDefinition(FieldNumber(2), "set", label: "Set", type: .texts, rule: .opaque),
      ])
    func merge(_ number: UInt32, _ sides: [FieldValue?]) -> Merge {
      let states = sides.map { value in
        RecordState(
          code: code,
          content: .fields(value.map { [FieldNumber(number): $0] } ?? [:]))
      }
      return Merge(base: states[0], ours: states[1], theirs: states[2], kind: kind)
    }
    for (sides, expected) in [
      ([1, 2, 1], 2), ([1, 1, 2], 2), ([1, 2, 2], 2), ([nil, 1, nil], 1),
    ]
      as [([UInt8?], UInt8)]
    {
      let merge = merge(1, sides.map(opaque))
      #expect(merge.disagreements.isEmpty && merge.state.fields[field] == opaque(expected))
    }
    #expect(merge(1, [1, 2, 3].map(opaque)).disagreements == [.field(field)])
    let sets: [FieldValue?] = [.texts(["a"]), .texts(["a", "b"]), .texts(["a", "c"])]
    #expect(merge(2, sets).disagreements == [.field(FieldNumber(2))], "the rule is not known")
    #expect(merge(2, [sets[0], sets[1], sets[0]]).disagreements.isEmpty)
  }

  @Test func aFieldOfNoKnownKindFollowsItsValuesType() throws {
    let code = try #require(RecordCode("AA"))
    func state(_ value: FieldValue, _ note: String) -> RecordState {
      RecordState(code: code, fields: [FieldNumber(1): value, FieldNumber(2): .texts([note])])
    }
    let merge = Merge(
      base: state(.number(0), "a"), ours: state(.number(1), "b"), theirs: state(.number(2), "c"),
      kind: nil)
    #expect(merge.disagreements == [.field(FieldNumber(1))])
    #expect(merge.state.fields[FieldNumber(2)] == .texts(["b", "c"]))
  }
}
