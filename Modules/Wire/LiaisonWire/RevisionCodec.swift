internal import CLiaisonProto
internal import Crypto
public import LiaisonModel
public import LiaisonSync

/// The canonical encoding of revisions, and their names.
public struct RevisionCodec: RevisionCoding {
  public init() {}

  public func encode(_ revision: Revision) throws -> EncodedRevision {
    let arena = Arena(first: 2048)
    let message = try revision.message(in: arena)
    let size = packedSize(message)
    guard size <= Limits.revisionBytes else {
      throw WireError(
        .tooLarge, "the record takes \(size) bytes; the limit is \(Limits.revisionBytes)")
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      pack(message, into: UnsafeMutableRawBufferPointer(buffer))
      count = size
    }
    return EncodedRevision(id: id(of: bytes), bytes: bytes)
  }

  public func decode(_ bytes: [UInt8]) throws -> Revision {
    try bytes.withUnsafeBytes { buffer in
      try RevisionCodec.decode(buffer, in: Arena(first: buffer.count * 4))
    }
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, in arena: Arena) throws -> Revision {
    let message = try unpack(bytes, in: arena)
    try checkCanonical(message, bytes)
    return try Revision(message.pointee)
  }

  public func summary(of bytes: [UInt8]) throws -> RevisionSummary {
    try bytes.withUnsafeBytes { buffer in
      try RevisionCodec.summary(of: buffer, in: Arena(first: buffer.count * 4))
    }
  }

  /// SHA-256 (FIPS 180-4) of the bytes.
  public func id(of bytes: [UInt8]) -> RevisionID {
    bytes.withUnsafeBytes { RevisionCodec.id(of: $0) }
  }

  static func id(of bytes: UnsafeRawBufferPointer) -> RevisionID {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hash.finalize().withUnsafeBytes { digest in
      guard let id = RevisionID(digest) else { preconditionFailure("SHA-256 has 32 bytes") }
      return id
    }
  }

  static func summary(
    of bytes: UnsafeRawBufferPointer, in arena: Arena
  ) throws -> RevisionSummary {
    let message = try unpack(bytes, in: arena).pointee
    return RevisionSummary(
      record: try message.record.identity("a record"),
      kind: KindNumber(message.kind),
      code: try message.code.code("a code"),
      parent: try message.parent.optionalRevisionID("a parent"),
      isDeleted: message.deleted != 0)
  }

  private static func unpack(
    _ bytes: UnsafeRawBufferPointer, in arena: Arena
  ) throws -> UnsafeMutablePointer<Pb__Revision> {
    guard bytes.count <= Limits.revisionBytes else {
      throw WireError(.tooLarge, "a revision is longer than \(Limits.revisionBytes) bytes")
    }
    return try arena.unpack(bytes, pb__revision__unpack)
  }

  /// Encodes the message again, unknown fields with it, and compares.
  private static func checkCanonical(
    _ message: UnsafeMutablePointer<Pb__Revision>, _ bytes: UnsafeRawBufferPointer
  ) throws {
    let size = packedSize(message)
    let isSame =
      size == bytes.count
      && withUnsafeTemporaryAllocation(byteCount: max(size, 1), alignment: 1) { again in
        pack(message, into: again)
        return again.prefix(size).elementsEqual(bytes)
      }
    guard isSame else {
      throw CodingError.notCanonical("a revision is not in its canonical encoding")
    }
  }
}

/// The encoding of schemas.
public struct SchemaCodec: SchemaCoding {
  public init() {}
  public func encode(_ schema: Schema) throws -> [UInt8] { try schema.wireBytes() }
  public func decodeSchema(_ bytes: [UInt8]) throws -> Schema { try Schema(wire: bytes) }
}
