import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonWire

struct RevisionCodecTests {
  let codec = RevisionCodec()

  /// A clone files without reading in full, and refuses the same: each field that holds no value of its
  /// type, at the end of a revision that is in order.
  @Test func filingRefusesWhatReadingRefuses() throws {
    let bytes = try codec.encode(Sample.revision()).bytes
    let wrong: [[UInt8]] = [
      [0x12, 0], [0x12, 1, 0xFF], [0x1A, 0], [0x1A, 1, 0xC0], [0x32, 1, 0xFF],  // texts
      [0x4A, 4, 0x0A, 0, 0x0A, 0], [0x4A, 6, 0x0A, 1, 0x62, 0x0A, 1, 0x61],
      [0x4A, 0], [0x4A, 6, 0x0A, 1, 0x61, 0x0A, 1, 0x61], [0x4A, 3, 0x0A, 1, 0xFF],
      // é as one scalar and as two: their bytes ascend, and they are equal.
      [0x4A, 9, 0x0A, 3, 0x65, 0xCC, 0x81, 0x0A, 2, 0xC3, 0xA9], [0x52, 3, 0x0A, 1, 1],
    ]
    for value in wrong {
      let all = bytes + [0x5A, UInt8(value.count + 2), 0x08, 99] + value
      let fault = Sample.fault { _ = try codec.decode(all) }
      #expect(fault != nil && Sample.fault { _ = try Sample.file(all) } == fault, "\(value)")
    }
    for part: [UInt8] in [[0x32, 1, 0xFF], [0x3A, 1, 0xFF], [0x4A, 1, 0x61], [0x1A, 1, 0]] {
      let fault = Sample.fault { _ = try codec.decode(part) }
      #expect(fault != nil && Sample.fault { _ = try Sample.file(part) } == fault, "\(part)")
    }
  }

  @Test func aRevisionOfEveryTypeGoesRoundAndKeepsItsName() throws {
    let revision = try Sample.revision()
    let encoded = try codec.encode(revision)
    #expect(try codec.decode(encoded.bytes) == revision)
    #expect(codec.id(of: encoded.bytes) == encoded.id)
    #expect(encoded.summary == RevisionSummary(revision))
    #expect(try codec.encode(codec.decode(encoded.bytes)) == encoded)
    #expect(try codec.summary(of: encoded.bytes) == RevisionSummary(revision))
  }

  @Test func theReferencesOfASetAscend() throws {
    let start = try codec.encode(Sample.revision()).bytes
    let ids: [[UInt8]] = (1...2).map { (byte: UInt8) -> [UInt8] in
      [1, 143, 62, 122, 18, 52, 122, 188, 141] + Array(repeating: byte, count: 7)
    }
    func read(_ ids: [[UInt8]]) throws {
      let members: [UInt8] = ids.flatMap { (id: [UInt8]) -> [UInt8] in [0x0A, 16] + id }
      let value: [UInt8] = [0x08, 99, 0x52, UInt8(members.count)] + members
      _ = try codec.decode(start + [0x5A, UInt8(value.count)] + value)
    }
    try read(ids)
    for wrong in [[ids[1], ids[0]], [ids[0], ids[0]]] {
      #expect(throws: CodingError.notCanonical("a set's members are not in ascending order")) {
        try read(wrong)
      }
    }
  }

  @Test func thePrefixesAreThoseThatTheProtocolFixes() throws {
    let register = try #require(RegisterID(text: "018f3e7a-1234-7abc-8def-0123456789ab"))
    var chain = LogChain(of: register, codec)
    var prefixes = [chain.end.prefix]
    for byte: UInt8 in 1...2 {
      chain.append(try #require(RevisionID(Array(repeating: byte, count: 32))))
      prefixes.append(chain.end.prefix)
    }
    #expect(
      prefixes.map(\.bytes)
        == [
          "b6dd2c114e7d01f75b12c7a8215c1eeb59f7cdb8ca08f7078748bcc2f248529f",
          "83f8a9c7500a97c9b305ceb3de0ee6a11d3c873b60549edfe89c7b0b17a836ba",
          "c7f4670930a59d944e773bad244b47d8bd16ab4bac5213e74af0b001564ffb70",
        ].map(bytes))
  }

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }

  @Test func theEncodingIsTheOneThatTheProtocolFixes() throws {
    let code = try #require(RecordCode("UN"))
    let office = try #require(OfficeID("LYO"))
    let record = try #require(RecordID(text: "018f3e7a-1234-7abc-8def-0123456789ab"))
    let revision = Revision(
      record: record, kind: KindNumber(1), parent: nil,
      state: RecordState(
        code: code,
        fields: [FieldNumber(2): .choice("other"), FieldNumber(1): .text("United Nations")]),
      origin: Origin(office: office, author: "A", time: Timestamp(milliseconds: 1)))
    let hex =
      "0a10018f3e7a12347abc8def0123456789ab" + "1001" + "2a034c594f" + "320141" + "4001"
      + "4a02554e" + "5a12080112 0e556e69746564204e6174696f6e73".replacing(" ", with: "")
      + "5a09080232 056f74686572".replacing(" ", with: "").replacing("080232", with: "080232")
    let bytes = try codec.encode(revision).bytes
    #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == hex)
    #expect(try codec.decode(bytes) == revision)
  }

  @Test func truncationAtEveryByteGivesAnErrorOrAShorterRevisionButNeverATrap() throws {
    let bytes = try codec.encode(Sample.revision()).bytes
    var errors = 0
    for length in 0..<bytes.count {
      let cut = Array(bytes.prefix(length))
      guard let revision = try? codec.decode(cut) else {
        errors += 1
        continue
      }
      // Cut between two fields of the record: a revision of its own, with a name of its own.
      #expect(try codec.encode(revision).bytes == cut)
      #expect(revision.state.fields.count < 11)
    }
    #expect(errors >= bytes.count - 11)
  }

  @Test func fiveThousandMutationsNeverTrapAndAreFiledIfTheyCanBeRead() throws {
    print("seed 42")
    var random = Seeded(42)
    let bytes = try codec.encode(Sample.revision()).bytes
    var (read, seen) = (0, 0)
    for _ in 0..<5000 {
      var mutant = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      let fault = Sample.fault { _ = try codec.decode(mutant) }
      #expect(Sample.fault { _ = try Sample.file(mutant) } == fault, "\(mutant)")
      let isSeen = mutant.withUnsafeBytes(CanonicalWalk.seesRevision)
      guard let revision = try? codec.decode(mutant) else { continue }
      if isSeen { #expect(try codec.encode(revision).bytes == mutant) }
      seen += isSeen ? 1 : 0
      #expect(try Sample.file(mutant) == RevisionSummary(revision))
      read += 1
      // What only a newer version knows stays in the bytes; all else goes round.
      #expect(try codec.decode(codec.encode(revision).bytes) == revision)
    }
    #expect(seen > 0 && seen < read && read < 5000)
  }

  @Test func someFieldsOfARevisionAreThoseOfTheWhole() throws {
    let bytes = try codec.encode(Sample.revision()).bytes
    let whole = try codec.decode(bytes)
    for number in whole.state.fields.keys {
      let some = try codec.decode(bytes, only: [number, FieldNumber(999)])
      #expect(some.state.fields == [number: try #require(whole.state.fields[number])])
      #expect(some.state.code == whole.state.code && some.origin == whole.origin)
    }
    #expect(try codec.decode(bytes, only: Set(whole.state.fields.keys)) == whole)
    #expect(
      Sample.fault { _ = try codec.decode(bytes + [0x50, 0x00], only: []) } == .notCanonical)
  }

  @Test func theTextToSearchIsThatOfTheWholeRevision() throws {
    let revision = try Sample.revision()
    let bytes = try codec.encode(revision).bytes
    #expect(try codec.searchText(of: bytes) == revision.state.searchText)
    #expect(revision.state.searchText?.split(separator: "\n").count ?? 0 > 8)
    let code = try #require(RecordCode("UN"))
    let gone = Revision(
      record: revision.record, kind: revision.kind, parent: revision.parent,
      state: RecordState(code: code, content: .deleted), origin: revision.origin)
    #expect(try codec.searchText(of: codec.encode(gone).bytes) == nil)
  }

  @Test func onlyTheCanonicalEncodingIsARevision() throws {
    let bytes = try codec.encode(Sample.revision()).bytes
    // A default written out: `deleted` = false.
    #expect(Sample.fault { _ = try codec.decode(bytes + [0x50, 0x00]) } == .notCanonical)
    // The office twice: the last one counts for protobuf, not for us.
    #expect(
      Sample.fault { _ = try codec.decode(bytes + [0x2A, 3] + "NYC".utf8) } == .notCanonical)
    // An empty text as a field's value.
    #expect(
      Sample.fault { _ = try codec.decode(bytes + [0x5A, 4, 0x08, 99, 0x12, 0]) } == .notCanonical)
    // A set out of order.
    let set: [UInt8] = [0x5A, 10, 0x08, 99, 0x4A, 6, 0x0A, 1, 0x62, 0x0A, 1, 0x61]
    #expect(Sample.fault { _ = try codec.decode(bytes + set) } == .notCanonical)
    // Fields out of order.
    let field: [UInt8] = [0x5A, 5, 0x08, 1, 0x12, 1, 0x61]
    #expect(Sample.fault { _ = try codec.decode(bytes + field) } == .notCanonical)
  }

  @Test func whatIsNoTextNoIdAndNoDateIsRefused() throws {
    for bytes: [UInt8] in [
      [0x0A, 3, 1, 2, 3], [0x5A, 5, 0x08, 99, 0x12, 1, 0xFF], [0x5A, 5, 0x08, 99, 0x22, 1, 0x61],
      [0x5A, 2, 0x08, 99], [0x4A, 1, 0x61], [0x1A, 1, 0], [0xFF, 0xFF, 0xFF],
      [0x5A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    ] {
      let all = try codec.encode(Sample.revision()).bytes + bytes
      #expect(throws: CodingError.self, "\(bytes)") { try codec.decode(all) }
    }
  }

  @Test func anOversizeRevisionIsTooLargeBothWays() throws {
    let text = String(repeating: "x", count: Limits.revisionBytes)
    #expect(Sample.fault { _ = try codec.encode(Sample.revision(text)) } == .tooLarge)
    let bytes = [UInt8](repeating: 0, count: Limits.revisionBytes + 1)
    #expect(Sample.fault { _ = try codec.decode(bytes) } == .tooLarge)
  }

  @Test func aDeletedRecordHasNoFields() throws {
    let code = try #require(RecordCode("UN"))
    let sample = try Sample.revision(second: false)
    let gone = Revision(
      record: sample.record, kind: sample.kind, parent: sample.parent,
      state: RecordState(code: code, content: .deleted), origin: sample.origin)
    let bytes = try codec.encode(gone).bytes
    #expect(try codec.decode(bytes) == gone)
    let field: [UInt8] = [0x5A, 5, 0x08, 1, 0x12, 1, 0x61]
    #expect(Sample.fault { _ = try codec.decode(bytes + field) } == .notCanonical)
  }

  @Test func whatAPullBroughtIsNamedAndSummarizedAtItsPosition() throws {
    let revisions = try ["one", "a much longer text than that of its neighbours", "three"].map {
      try codec.encode(Sample.revision($0))
    }
    let changes = revisions.enumerated().map {
      Change(position: LogPosition(Int64($0.offset + 3)), bytes: $0.element.bytes)
    }
    let entries = codec.file(changes).entries
    #expect(entries.map(\.revision) == revisions)
    #expect(entries.map(\.position) == changes.map(\.position))
    #expect(codec.file(changes).faults.isEmpty && codec.file([]).entries.isEmpty)
  }

  /// It is marked, and filed if it says under what; those beside it are as always.
  @Test func oneBadRevisionDoesNotStopThoseThatCameWithIt() throws {
    let good = try codec.encode(Sample.revision()).bytes
    for (bad, fault, isFiled) in [
      (good + [0x50, 0x00], Sample.Fault.notCanonical, true),
      (Array(good.dropLast()), .malformed, false), ([], .malformed, false),
      ([UInt8](repeating: 0, count: Limits.revisionBytes + 1), .tooLarge, false),
    ] {
      let changes = [good, bad, good].enumerated().map {
        Change(position: LogPosition(Int64($0.offset + 1)), bytes: $0.element)
      }
      let filed = codec.file(changes)
      #expect(filed.entries.map(\.position.number) == (isFiled ? [1, 2, 3] : [1, 3]))
      #expect(Array(filed.faults.keys) == [LogPosition(2)])
      #expect(Sample.fault { if let error = filed.faults[LogPosition(2)] { throw error } } == fault)
      guard isFiled else { continue }
      let look = try codec.look(at: EncodedRevision(id: codec.id(of: bad), bytes: bad))
      #expect(!look.isWhole && look.revision.state.fields.isEmpty)
      #expect(look.revision.record == (try codec.decode(good).record))
    }
  }

  @Test func aDigestIsTheHashOfAllNamesInTheirOrder() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    #expect(codec.newDigest().finish() == empty)
    let (one, two) = (codec.id(of: [1]), codec.id(of: [2]))
    var digest = codec.newDigest()
    digest.add(one)
    digest.add(two)
    #expect(digest.finish() == codec.id(of: one.bytes + two.bytes).description)
  }
}
