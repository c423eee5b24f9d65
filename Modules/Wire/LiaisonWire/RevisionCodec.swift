internal import CLiaisonProto
internal import Crypto
internal import Foundation
public import LiaisonModel
public import LiaisonSync

/// The canonical encoding of revisions, and their names.
public struct RevisionCodec: RevisionCoding {
  public init() {}

  public func encode(_ revision: Revision) throws -> FiledRevision {
    let arena = Arena(first: 2048)
    let message = try revision.message(in: arena)
    let size = packedSize(message)
    guard size <= Limits.revisionBytes else {
      throw CodingError.tooLarge("a revision", limit: Limits.revisionBytes)
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      pack(message, into: UnsafeMutableRawBufferPointer(buffer))
      count = size
    }
    return FiledRevision(
      EncodedRevision(id: id(of: bytes), bytes: bytes), RevisionSummary(revision))
  }

  public func decode(_ bytes: [UInt8]) throws -> Revision { try read(bytes) { _ in true } }

  public func decode(_ bytes: [UInt8], only fields: Set<FieldNumber>) throws -> Revision {
    try read(bytes) { fields.contains($0) }
  }

  private func read(
    _ bytes: [UInt8], _ isWanted: (FieldNumber) -> Bool
  ) throws -> Revision {
    try bytes.withUnsafeBytes { buffer in
      let arena = Arena(first: buffer.count * 4)
      return try Revision(RevisionCodec.canonical(buffer, in: arena).pointee, isWanted)
    }
  }

  /// One arena serves all of them: this is what a clone spends its time on.
  public func file(_ changes: [Change]) -> FiledChanges {
    let arena = Arena(first: 8192)
    var filed = FiledChanges()
    filed.entries.reserveCapacity(changes.count)
    for change in changes {
      defer { arena.reset() }
      change.bytes.withUnsafeBytes { buffer in
        let encoded = EncodedRevision(id: RevisionCodec.id(of: buffer), bytes: change.bytes)
        let summary = summary(filing: buffer, in: arena) { filed.faults[change.position] = $0 }
        guard let summary else { return }
        filed.entries.append(
          Entry(
            position: change.position, revision: FiledRevision(encoded, summary),
            edits: change.edits))
      }
    }
    return filed
  }

  /// - Parameter fault: is told why not all of it can be read.
  /// - Returns: nil if not even what it is filed under can be.
  private func summary(
    filing bytes: UnsafeRawBufferPointer, in arena: Arena, fault: (CodingError) -> Void
  ) -> RevisionSummary? {
    do {
      return try RevisionSummary(filing: RevisionCodec.canonical(bytes, in: arena).pointee)
    } catch {
      fault(error as? CodingError ?? .malformed("\(error)"))
      return try? summary(of: Array(bytes))
    }
  }

  public func parent(of bytes: [UInt8]) throws -> RevisionID? {
    try bytes.withUnsafeBytes { buffer in
      let arena = Arena(first: buffer.count * 4)
      return try RevisionCodec.unpack(buffer, in: arena).pointee.parent
        .optionalRevisionID("a parent")
    }
  }

  public func summary(of bytes: [UInt8]) throws -> RevisionSummary {
    try bytes.withUnsafeBytes { buffer in
      let arena = Arena(first: buffer.count * 4)
      let message = try RevisionCodec.unpack(buffer, in: arena).pointee
      return RevisionSummary(
        record: try message.record.identity("a record"), kind: KindNumber(message.kind),
        code: try message.code.code("a code"), isDeleted: message.deleted != 0)
    }
  }

  public func id(of bytes: [UInt8]) -> RevisionID {
    bytes.withUnsafeBytes { RevisionCodec.id(of: $0) }
  }

  /// Without a copy: a log has one for each entry.
  public func prefix(after prefix: LogPrefix, _ entry: RevisionID) -> LogPrefix {
    var hash = SHA256()
    prefix.withUnsafeBytes { hash.update(bufferPointer: $0) }
    entry.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return LogPrefix(RevisionID(hash.finalize()))
  }

  public func newDigest() -> any RegisterDigest { HeadsDigest() }
}

extension RevisionCodec {
  /// SHA-256 (FIPS 180-4) of the bytes.
  private static func id(of bytes: UnsafeRawBufferPointer) -> RevisionID {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return RevisionID(hash.finalize())
  }

  private static func canonical(
    _ bytes: UnsafeRawBufferPointer, in arena: Arena
  ) throws -> UnsafeMutablePointer<Pb__Revision> {
    let message = try unpack(bytes, in: arena)
    try checkCanonical(message, bytes)
    return message
  }

  static func unpack(
    _ bytes: UnsafeRawBufferPointer, in arena: Arena
  ) throws -> UnsafeMutablePointer<Pb__Revision> {
    guard bytes.count <= Limits.revisionBytes else {
      throw CodingError.tooLarge("a revision", limit: Limits.revisionBytes)
    }
    return try arena.unpack(bytes, pb__revision__unpack)
  }

  /// Encodes what is not seen to be canonical again, unknown fields with it, and compares.
  private static func checkCanonical(
    _ message: UnsafeMutablePointer<Pb__Revision>, _ bytes: UnsafeRawBufferPointer
  ) throws {
    guard !CanonicalWalk.seesRevision(bytes) else { return }
    let size = packedSize(message)
    let isSame =
      size == bytes.count
      && withUnsafeTemporaryAllocation(byteCount: max(size, 1), alignment: 1) { again in
        pack(message, into: again)
        guard let one = again.baseAddress, let other = bytes.baseAddress else { return true }
        return memcmp(one, other, size) == 0
      }
    guard isSame else {
      throw CodingError.notCanonical("a revision is not in its canonical encoding")
    }
  }
}

extension RevisionID {
  init(_ digest: SHA256Digest) {
    self = digest.withUnsafeBytes { bytes in
      guard let id = RevisionID(bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
      return id
    }
  }
}

/// The encoding of schemas, and the hash that chains a log.
public struct SchemaCodec: SchemaCoding {
  public init() {}
  public func encode(_ schema: Schema) throws -> FiledSchema {
    let bytes = try schema.wireBytes()
    return FiledSchema(schema, bytes: bytes, name: id(of: bytes))
  }
  public func id(of bytes: [UInt8]) -> RevisionID { RevisionCodec().id(of: bytes) }
  public func prefix(after prefix: LogPrefix, _ entry: RevisionID) -> LogPrefix {
    RevisionCodec().prefix(after: prefix, entry)
  }
  public func file(schema bytes: [UInt8]) throws -> FiledSchema {
    FiledSchema(try Schema(wire: bytes), bytes: bytes, name: id(of: bytes))
  }
}
