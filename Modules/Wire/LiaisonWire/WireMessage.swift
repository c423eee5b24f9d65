internal import CLiaisonProto
public import LiaisonModel
public import LiaisonSync

/// A value that crosses the wire as one message of liaison.sync.v1.
public protocol WireEncodable: Sendable {
  /// - Throws: ``CodingError/tooLarge(_:limit:)`` if the message takes too much memory.
  func packed() throws -> Packed
}

/// A value that is read from one message of liaison.sync.v1.
public protocol WireDecodable: Sendable {
  /// - Parameter memory: how many bytes the decoded message may take at most.
  /// - Throws: ``CodingError`` if the bytes are not such a message, or take more memory.
  init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws
}

/// A message built in its arena and ready to be packed.
public final class Packed {
  /// The length of the message's encoding.
  public let size: Int
  private let arena: Arena
  private let message: UnsafeRawPointer

  /// - Parameter first: about how many bytes the message's parts take.
  init<Message>(
    first: Int = 2048, _ build: (Arena) throws -> UnsafeMutablePointer<Message>
  ) throws {
    arena = Arena(first: first)
    message = UnsafeRawPointer(try build(arena))
    size = packedSize(message)
  }

  /// Writes the encoding into memory of at least `size` bytes.
  public func pack(into memory: UnsafeMutableRawBufferPointer) {
    LiaisonWire.pack(message, into: memory)
  }
}

extension WireEncodable {
  /// The message's bytes.
  public func wireBytes() throws -> [UInt8] {
    let packed = try packed()
    return [UInt8](unsafeUninitializedCapacity: packed.size) { buffer, count in
      packed.pack(into: UnsafeMutableRawBufferPointer(buffer))
      count = packed.size
    }
  }
}

extension WireDecodable {
  /// Reads a message that takes at most ``Tuning/arenaBytes`` of memory.
  public init(wire bytes: UnsafeRawBufferPointer) throws {
    try self.init(wire: bytes, memory: Tuning.arenaBytes)
  }

  public init(wire bytes: [UInt8], memory: Int = Tuning.arenaBytes) throws {
    self = try bytes.withUnsafeBytes { try Self(wire: $0, memory: memory) }
  }
}

extension Schema: WireEncodable, WireDecodable {
  public func packed() throws -> Packed { try Packed { try message(in: $0) } }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    guard bytes.count <= Limits.schemaBytes else {
      throw CodingError.tooLarge("a schema", limit: Limits.schemaBytes)
    }
    let arena = Arena(first: bytes.count * 4, cap: memory)
    self = try Schema(arena.unpack(bytes, pb__schema__unpack).pointee)
  }
}
