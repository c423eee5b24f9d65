import LiaisonModel
import LiaisonSync
import Testing

@testable import LiaisonWire

/// What only a newer version knows of a revision.
struct UnknownFieldTests {
  private let codec = RevisionCodec()

  /// Behind a revision of this version: what a newer one may have written, and what none may.
  @Test(
    arguments: [
      ([0x98, 0x06, 1, 0xA0, 0x06, 0x7F], nil), ([0x98, 0x06, 0x80, 0x01], nil),
      ([0x98, 0x06, 1, 0x98, 0x06, 1], nil), ([0x9A, 0x06, 1, 0x61], nil), ([0x98, 0x06, 0], nil),
      ([0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 1], nil),  // 2^29 - 1
      ([0x80, 0x80, 0x80, 0x80, 0x10, 1], Sample.Fault.notCanonical),  // 2^29
      ([0xA0, 0x06, 1, 0x98, 0x06, 1], .notCanonical), ([0x98, 0x06, 0x81, 0x00], .notCanonical),
      ([0x9A, 0x06, 0x81, 0x00, 0x61], .notCanonical),
      ([0x98, 0x06] + [UInt8](repeating: 0xFF, count: 9) + [0x01], nil),  // 64 bits
      ([0x98, 0x06] + [UInt8](repeating: 0xFF, count: 9) + [0x7F], .notCanonical),
    ] as [([UInt8], Sample.Fault?)])
  func unknownFieldsAreCanonicalToo(tail: [UInt8], fault: Sample.Fault?) throws {
    let bytes = try codec.encode(Sample.revision()).bytes + tail
    #expect(Sample.fault { _ = try codec.decode(bytes) } == fault)
    if fault == nil { #expect(try codec.encode(codec.decode(bytes)).bytes == bytes) }
  }

  /// A case of a value that only a newer version knows, alone in its field.
  @Test(
    arguments: [
      ([0xA2, 0x06, 1, 0x61], 100, nil), ([0xA0, 0x06, 0], 100, nil),
      ([0x80, 0x80, 0x80, 0x80, 0x10, 1], 0, Sample.Fault.notCanonical),
      ([0xA0, 0x06, 0x81, 0x00], 0, .notCanonical),
    ] as [([UInt8], UInt32, Sample.Fault?)])
  func aValueOfANewerVersionIsKeptAsItIs(value: [UInt8], number: UInt32, fault: Sample.Fault?)
    throws
  {
    let bytes = try codec.encode(Sample.revision()).bytes
    let all = bytes + [0x5A, UInt8(value.count + 2), 0x08, 99] + value
    #expect(Sample.fault { _ = try codec.decode(all) } == fault)
    #expect(Sample.fault { _ = try Sample.file(all) } == fault)
    guard fault == nil else { return }
    let revision = try codec.decode(all)
    let held = try #require(revision.state.fields[FieldNumber(99)])
    guard case .one(.opaque(let field)) = held else {
      Issue.record("\(held) is not opaque")
      return
    }
    #expect(field.number == number && held.isOpaque)
    #expect(held.text { _ in "" } == "(needs a newer version)")
    #expect(try codec.encode(revision).bytes == all)
    #expect(try codec.searchText(of: all) == codec.searchText(of: bytes))
    #expect(revision.state.searchText == (try codec.decode(bytes).state.searchText))
  }

  /// An edit would lose it: in a field's value of each shape, and beside one; of a number that there is, and
  /// of one that there is not; two cases of a value.
  @Test(arguments: [[0xA2, 0x06, 1, 0x61], [0x80, 0x80, 0x80, 0x80, 0x10, 1]] as [[UInt8]])
  func whatIsUnknownWithinAFieldIsRefused(unknown: [UInt8]) throws {
    let bytes = try codec.encode(Sample.revision()).bytes
    let count = UInt8(unknown.count)
    let member: [UInt8] = [0x0A, 16, 0, 0, 0, 0, 0, 1, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1]
    let values: [[UInt8]] = [
      [0x12, 1, 0x61] + unknown, [0x28, 2] + unknown, unknown + unknown,
      [0x4A, 3 + count, 0x0A, 1, 0x61] + unknown, [0x5A, 3 + count, 0x0A, 1, 0x61] + unknown,
      [0x52, 18 + count] + member + unknown,
    ]
    for value in values {
      let all = bytes + [0x5A, UInt8(value.count + 2), 0x08, 99] + value
      #expect(Sample.fault { _ = try codec.decode(all) } == .unknown, "\(value)")
      #expect(Sample.fault { _ = try Sample.file(all) } == .unknown, "\(value)")
    }
  }

  @Test func aFieldOfANewerProtocolKeepsItsBytes() throws {
    let encoded = try codec.encode(Sample.revision())
    let newer = encoded.bytes + [0x9A, 0x06, 1, 0x61]  // field 99, one byte
    let revision = try codec.decode(newer)
    #expect(try codec.encode(revision).bytes == newer)
    // An edit by this version keeps what it does not know.
    var state = revision.state
    state.content = .fields([FieldNumber(1): .text("edited")])
    let edited = try codec.encode(
      Revision(
        record: revision.record, kind: revision.kind, parent: encoded.id, state: state,
        origin: revision.origin))
    #expect(edited.bytes.suffix(4) == newer.suffix(4))
    #expect(codec.id(of: newer) != encoded.id)
  }
}
