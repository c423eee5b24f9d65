internal import GRPCCore
internal import LiaisonSync
internal import LiaisonWire

/// Packs messages for gRPC.
struct WireSerializer<Message: WireEncodable>: MessageSerializer {
  /// - Throws: ``CodingError``.
  func serialize<Bytes: GRPCContiguousBytes>(_ message: Message) throws -> Bytes {
    let packed = try message.packed()
    var bytes = Bytes(repeating: 0, count: packed.size)
    bytes.withUnsafeMutableBytes { packed.pack(into: $0) }
    return bytes
  }
}

/// Unpacks messages for gRPC. What is no message, is too large or breaks the protocol's rules is an
/// error, never a trap.
struct WireDeserializer<Message: WireDecodable>: MessageDeserializer {
  /// How many bytes a message may have.
  var limit = SyncLimits.messageBytes

  /// - Throws: ``CodingError``.
  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Message {
    guard bytes.count <= limit else {
      throw CodingError.tooLarge("a message", limit: limit)
    }
    return try bytes.withUnsafeBytes { try Message(wire: $0) }
  }
}
