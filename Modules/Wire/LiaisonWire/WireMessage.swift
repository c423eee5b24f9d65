internal import CLiaisonProto
public import GRPCCore
public import LiaisonModel
internal import LiaisonSync

/// A value that crosses the wire as one message of liaison.sync.v1.
public protocol WireEncodable: Sendable {
  func packed() throws -> Packed
}

/// A value that is read from one message of liaison.sync.v1.
public protocol WireDecodable: Sendable {
  init(wire bytes: UnsafeRawBufferPointer) throws
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
  public init(wire bytes: [UInt8]) throws {
    self = try bytes.withUnsafeBytes { try Self(wire: $0) }
  }
}

/// Packs messages for gRPC.
public struct WireSerializer<Message: WireEncodable>: MessageSerializer {
  public init() {}

  public func serialize<Bytes: GRPCContiguousBytes>(_ message: Message) throws -> Bytes {
    do {
      let packed = try message.packed()
      var bytes = Bytes(repeating: 0, count: packed.size)
      bytes.withUnsafeMutableBytes { packed.pack(into: $0) }
      return bytes
    } catch let error as WireError {
      throw RPCError(code: .internalError, message: error.message, cause: error)
    }
  }
}

/// Unpacks messages for gRPC. What is no message, is too large or breaks the protocol's rules is
/// an INVALID_ARGUMENT, never a trap.
public struct WireDeserializer<Message: WireDecodable>: MessageDeserializer {
  public init() {}

  public func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Message {
    do {
      guard bytes.count <= SyncLimits.messageBytes else {
        throw WireError(.tooLarge, "a message is longer than \(SyncLimits.messageBytes) bytes")
      }
      return try bytes.withUnsafeBytes { try Message(wire: $0) }
    } catch let error as WireError {
      let code: RPCError.Code = error.code == .tooLarge ? .resourceExhausted : .invalidArgument
      throw RPCError(code: code, message: error.message, cause: error)
    }
  }
}

/// The methods of `liaison.sync.v1.Sync`.
public enum SyncMethods {
  public static let service = ServiceDescriptor(fullyQualifiedService: "liaison.sync.v1.Sync")
  public static let pull = MethodDescriptor(service: service, method: "Pull")
  public static let push = MethodDescriptor(service: service, method: "Push")
  /// The metadata entry that names the calling office.
  public static let officeKey = "liaison-office"
  /// The trailing metadata entry that names an error of the service or its store.
  public static let errorKey = "liaison-error"

  /// The errors that a caller tells apart although their gRPC status may be the same.
  public enum ErrorName: String, Sendable {
    case unknownOffice = "unknown-office"
    case otherRegister = "other-register"
    case otherLineage = "other-lineage"
    case otherProtocol = "other-protocol"
    case tooLarge = "too-large"
    case store = "store"
  }
}

extension Schema: WireEncodable, WireDecodable {
  public func packed() throws -> Packed { try Packed { try message(in: $0) } }

  public init(wire bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count <= Limits.schemaBytes else {
      throw WireError(.tooLarge, "a schema is longer than \(Limits.schemaBytes) bytes")
    }
    let arena = Arena(first: bytes.count * 4)
    self = try Schema(arena.unpack(bytes, pb__schema__unpack).pointee)
  }
}
