public import LiaisonModel

/// A schema with its encoding, which travels and is stored untouched, as a revision's does: a newer version
/// may know more of it than this one reads.
public struct FiledSchema: Hashable, Sendable {
  public let schema: Schema
  public let bytes: [UInt8]
  /// The SHA-256 of the bytes: what the log chains.
  public let name: RevisionID

  public init(_ schema: Schema, bytes: [UInt8], name: RevisionID) {
    self.schema = schema
    self.bytes = bytes
    self.name = name
  }

  public var mark: SchemaMark { SchemaMark(name) }

  public static func == (one: Self, other: Self) -> Bool { one.name == other.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The first eight bytes of a schema's name: enough to tell whether two copies have the same one.
public struct SchemaMark: Hashable, Sendable {
  public let number: UInt64

  public init(_ name: RevisionID) {
    number = name.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
  }

  /// The mark that eight bytes spell; nil for another length.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 8 else { return nil }
    number = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
  }

  /// The mark that eight bytes spell; nil for another length.
  public init?(_ bytes: [UInt8]) {
    guard let mark = bytes.withUnsafeBytes({ SchemaMark($0) }) else { return nil }
    self = mark
  }

  public var bytes: [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }
}

/// A schema that became the register's.
public struct LoggedSchema: Hashable, Sendable {
  public let position: LogPosition
  public let filed: FiledSchema

  public init(position: LogPosition, filed: FiledSchema) {
    self.position = position
    self.filed = filed
  }
}
