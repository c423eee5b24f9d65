import LiaisonSync
import Testing

@testable import LiaisonWire

/// What is seen to be canonical without being packed again.
struct CanonicalWalkTests {
  /// What the walk does not see is packed again.
  @Test func whatThisVersionWritesIsSeenToBeCanonical() throws {
    let bytes = try RevisionCodec().encode(Sample.revision()).bytes
    #expect(bytes.withUnsafeBytes(CanonicalWalk.seesRevision))
    for wrong: [UInt8] in [
      [0x50, 0x00], [0x2A, 3] + "NYC".utf8, [0x9A, 0x06, 1, 0x61], [0x5A, 3, 0x08, 0x81, 0x00],
      [0x5A, 5, 0x08, 99, 0x28, 2, 0x38], [0x5A, 6, 0x08, 99, 0x28, 2, 0x38, 1],
      [0x5A, 4, 0x08, 99, 0x38, 2], [0x5A, 0x85, 0x00, 0x08, 99, 0x28, 2], [0x5A, 5, 0x08, 99],
      [0x5A, 6, 0x08, 99, 0x2D, 1, 1, 1],
    ] {
      #expect(!(bytes + wrong).withUnsafeBytes(CanonicalWalk.seesRevision), "\(wrong)")
    }
  }

  /// One rule each, beside what keeps it.
  @Test(
    arguments: [
      ([0x10, 1], [0x10, 0]), ([0x0A, 1, 7], [0x0A, 0]), ([0x50, 1], [0x50, 2]),
      ([0x10, 1], [0x10, 0x81, 0x00]), ([0x0A, 1, 7, 0x10, 1], [0x10, 1, 0x0A, 1, 7]),
      ([0x10, 1], [0x10, 1, 0x10, 1]), ([0x0A, 1, 7], [0x0A, 2, 7]),
      ([0x5A, 2, 0x28, 2], [0x5A, 4, 0x28, 2, 0x38, 1]), ([0x5A, 2, 0x28, 0], [0x5A, 2, 0x08, 0]),
      ([0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F]),
    ] as [([UInt8], [UInt8])])
  func theWalkHoldsEachRuleAlone(right: [UInt8], wrong: [UInt8]) {
    #expect(right.withUnsafeBytes(CanonicalWalk.seesRevision))
    #expect(!wrong.withUnsafeBytes(CanonicalWalk.seesRevision))
  }
}
