public import LiaisonModel
public import LiaisonSync
import Synchronization

/// A coding for tests of the rules: it notes what it has encoded, and decodes nothing else.
public final class NotedCoding: RevisionCoding, SchemaCoding {
  private struct Notes {
    var revisions: [[UInt8]: Revision] = [:]
    var schemas: [[UInt8]: Schema] = [:]
  }

  private let notes = Mutex(Notes())

  public init() {}

  public func encode(_ revision: Revision) throws -> FiledRevision {
    let bytes = Array("\(revision.record) \(revision.kind.number) \(text(revision))".utf8)
    notes.withLock { $0.revisions[bytes] = revision }
    return FiledRevision(
      EncodedRevision(id: id(of: bytes), bytes: bytes), RevisionSummary(revision))
  }

  private func text(_ revision: Revision) -> String {
    let fields = revision.state.fields.sorted { $0.key < $1.key }.map { number, value in
      let references = value.references.sorted()
      return references.isEmpty ? "\(number.number)=\(value)" : "\(number.number)=\(references)"
    }
    return """
      \(revision.parent?.description ?? "-") \(revision.secondParent?.description ?? "-") \
      \(revision.state.code) \(revision.state.isDeleted) \(fields) \
      \(revision.office) \(revision.author) \(revision.note) \(revision.time.milliseconds)
      """
  }

  public func decode(_ bytes: [UInt8]) throws -> Revision {
    guard let revision = notes.withLock({ $0.revisions[bytes] }) else {
      throw CodingError.malformed("a revision that was never encoded")
    }
    return revision
  }

  public func summary(of bytes: [UInt8]) throws -> RevisionSummary {
    RevisionSummary(try decode(bytes))
  }

  public func file(_ changes: [Change]) -> FiledChanges {
    var filed = FiledChanges()
    for change in changes {
      do {
        let revision = try encode(decode(change.bytes))
        filed.entries.append(
          Entry(position: change.position, revision: revision, edits: change.edits))
      } catch {
        filed.faults[change.position] = .malformed("\(error)")
      }
    }
    return filed
  }

  /// FNV-1a (Fowler, Noll and Vo), four times from different starts: no two names of a test meet.
  public func id(of bytes: [UInt8]) -> RevisionID {
    let name = (0..<4).flatMap { start -> [UInt8] in
      var word: UInt64 = 0xCBF2_9CE4_8422_2325 &+ UInt64(start) &* 0x9E37_79B9_7F4A_7C15
      for byte in bytes { word = (word ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
      return withUnsafeBytes(of: word.bigEndian) { Array($0) }
    }
    guard let id = RevisionID(name) else { preconditionFailure("a name has 32 bytes") }
    return id
  }

  public func newDigest() -> any RegisterDigest { ListDigest() }

  public func encode(_ schema: Schema) throws -> FiledSchema {
    let bytes = Array("schema \(schema.version) \(schema.kinds.map(\.name))".utf8)
    notes.withLock { $0.schemas[bytes] = schema }
    return FiledSchema(schema, bytes: bytes, name: id(of: bytes))
  }

  public func file(schema bytes: [UInt8]) throws -> FiledSchema {
    guard let schema = notes.withLock({ $0.schemas[bytes] }) else {
      throw CodingError.malformed("a schema that was never encoded")
    }
    return FiledSchema(schema, bytes: bytes, name: id(of: bytes))
  }

  private struct ListDigest: RegisterDigest {
    var heads: [RevisionID] = []
    mutating func add(_ head: RevisionID) { heads.append(head) }
    func finish() -> String { heads.map(\.short).joined() }
  }
}
