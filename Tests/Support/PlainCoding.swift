public import LiaisonModel
public import LiaisonSync

/// A coding of revisions for tests that need no protobuf: parts with their lengths before them, in a
/// fixed order, ids as their raw bytes. Names are no hashes to rely on; they only differ.
public struct PlainCoding: RevisionCoding {
  public init() {}

  public func encode(_ revision: Revision) throws -> FiledRevision {
    var writer = PlainWriter()
    writer.write(revision)
    guard writer.bytes.count <= Limits.revisionBytes else {
      throw CodingError.tooLarge("the revision", limit: Limits.revisionBytes)
    }
    return FiledRevision(
      EncodedRevision(id: id(of: writer.bytes), bytes: writer.bytes), RevisionSummary(revision))
  }

  public func decode(_ bytes: [UInt8]) throws -> Revision {
    var reader = PlainReader(bytes)
    let revision = try reader.revision()
    var writer = PlainWriter()
    writer.write(revision)
    guard writer.bytes == bytes else { throw CodingError.notCanonical("it is encoded otherwise") }
    return revision
  }

  public func file(_ changes: [Change]) -> FiledChanges {
    var filed = FiledChanges()
    for change in changes {
      let encoded = EncodedRevision(id: id(of: change.bytes), bytes: change.bytes)
      do {
        let revision = FiledRevision(encoded, try summary(of: change.bytes))
        filed.entries.append(
          Entry(position: change.position, revision: revision, edits: change.edits))
      } catch {
        filed.faults[change.position] = .malformed("\(error)")
      }
    }
    return filed
  }

  /// FNV-1a (Fowler, Noll, Vo) of 64 bits, spread over 32 bytes.
  public func id(of bytes: [UInt8]) -> RevisionID {
    var spread = Seeded(PlainCoding.fnv(bytes))
    let name = (0..<4).flatMap { _ in PlainCoding.bigEndian(spread.next()) }
    guard let id = RevisionID(name) else { preconditionFailure("a name has 32 bytes") }
    return id
  }

  public func newDigest() -> any RegisterDigest { Digest() }

  public func summary(of bytes: [UInt8]) throws -> RevisionSummary {
    RevisionSummary(try decode(bytes))
  }

  private struct Digest: RegisterDigest {
    var bytes: [UInt8] = []
    mutating func add(_ head: RevisionID) { bytes += head.bytes }
    func finish() -> String { PlainCoding().id(of: bytes).description }
  }

  static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  private static func fnv(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}

/// A coding of schemas that knows them beforehand and writes only their versions.
public struct PlainSchemaCoding: SchemaCoding {
  private let schemas: [Schema]

  public func id(of bytes: [UInt8]) -> RevisionID { PlainCoding().id(of: bytes) }

  public init(_ schemas: [Schema]) { self.schemas = schemas }

  public func encode(_ schema: Schema) throws -> FiledSchema {
    guard schemas.contains(schema) else { throw CodingError.unknown("the schema") }
    return FiledSchema(plain: schema)
  }

  public func file(schema bytes: [UInt8]) throws -> FiledSchema {
    guard let filed = schemas.lazy.map(FiledSchema.init(plain:)).first(where: { $0.bytes == bytes })
    else { throw CodingError.unknown("the schema") }
    return filed
  }
}

extension FiledSchema {
  /// A schema whose encoding is its version.
  public init(plain schema: Schema) {
    let bytes = PlainCoding.bigEndian(schema.version)
    self.init(schema, bytes: bytes, name: PlainCoding().id(of: bytes))
  }
}
