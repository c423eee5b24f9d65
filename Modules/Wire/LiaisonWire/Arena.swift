internal import CLiaisonProto
internal import LiaisonSync

/// Memory for one message: zero-filled, capped, and freed as a whole.
///
/// What it gives out lives as long as the arena. Nothing of it may leave this module.
final class Arena {
  private let arena: OpaquePointer
  private let cap: Int

  /// - Parameters:
  ///   - first: about how many bytes will be needed.
  ///   - cap: how many bytes it gives out at most.
  init(first: Int, cap: Int = Tuning.arenaBytes) {
    self.cap = cap
    guard let arena = liaison_arena_create(cap, max(first, 512)) else {
      fatalError("out of memory")  // What the standard library does when malloc fails.
    }
    self.arena = arena
  }

  deinit { liaison_arena_destroy(arena) }

  /// Takes everything back that the arena gave out.
  func reset() { liaison_arena_reset(arena) }

  /// A message that protoc-c's `initialize` has filled with defaults.
  func make<Message>(
    _ initialize: (UnsafeMutablePointer<Message>?) -> Void
  ) throws -> UnsafeMutablePointer<Message> {
    let message: UnsafeMutablePointer<Message> = try allocate(count: 1)
    initialize(message)
    return message
  }

  func allocate<Element>(count: Int) throws -> UnsafeMutablePointer<Element> {
    let size = MemoryLayout<Element>.stride.multipliedReportingOverflow(by: count)
    guard !size.overflow, let place = liaison_arena_alloc(arena, size.partialValue) else {
      throw CodingError.tooLarge("a message in memory", limit: cap)
    }
    return place.bindMemory(to: Element.self, capacity: max(count, 1))
  }

  /// An array of pointers or bytes, as protobuf-c holds repeated fields.
  func array<Source, Element>(
    _ source: [Source], _ transform: (Source) throws -> Element
  ) throws -> UnsafeMutablePointer<Element>? {
    guard !source.isEmpty else { return nil }
    let array: UnsafeMutablePointer<Element> = try allocate(count: source.count)
    for (index, element) in source.enumerated() {
      (array + index).initialize(to: try transform(element))
    }
    return array
  }

  func copy(_ bytes: [UInt8]) throws -> ProtobufCBinaryData {
    try bytes.withUnsafeBytes { try copy($0) }
  }

  func copy(_ bytes: UnsafeRawBufferPointer) throws -> ProtobufCBinaryData {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return ProtobufCBinaryData() }
    let place: UnsafeMutablePointer<UInt8> = try allocate(count: bytes.count)
    UnsafeMutableRawPointer(place).copyMemory(from: start, byteCount: bytes.count)
    return ProtobufCBinaryData(len: bytes.count, data: place)
  }

  func copy(_ text: String) throws -> ProtobufCBinaryData {
    var text = text
    return try text.withUTF8 { utf8 in
      guard let start = utf8.baseAddress, !utf8.isEmpty else { return ProtobufCBinaryData() }
      let place: UnsafeMutablePointer<UInt8> = try allocate(count: utf8.count)
      place.initialize(from: start, count: utf8.count)
      return ProtobufCBinaryData(len: utf8.count, data: place)
    }
  }

  /// A text as C has it, with a zero behind it: this memory is zero-filled.
  func terminated(_ text: String) throws -> UnsafeMutablePointer<CChar> {
    let place: UnsafeMutablePointer<CChar> = try allocate(count: text.utf8.count + 1)
    for (index, unit) in text.utf8.enumerated() { place[index] = CChar(bitPattern: unit) }
    return place
  }

  /// Decodes bytes with protoc-c's `unpack` for their message.
  func unpack<Message>(
    _ bytes: UnsafeRawBufferPointer,
    _ unpack: (
      UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Message>?
  ) throws -> UnsafeMutablePointer<Message> {
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var empty: UInt8 = 0
    let message =
      start == nil
      ? unpack(liaison_arena_allocator(arena), 0, &empty)
      : unpack(liaison_arena_allocator(arena), bytes.count, start)
    guard let message else {
      throw CodingError.malformed("the bytes are not a message of this protocol")
    }
    return message
  }
}

/// The length of a message's encoding.
func packedSize(_ message: UnsafeRawPointer) -> Int {
  protobuf_c_message_get_packed_size(message.assumingMemoryBound(to: ProtobufCMessage.self))
}

/// Encodes a message into memory of at least ``packedSize(_:)`` bytes.
func pack(_ message: UnsafeRawPointer, into memory: UnsafeMutableRawBufferPointer) {
  let start = memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
  guard let start else { return }
  protobuf_c_message_pack(message.assumingMemoryBound(to: ProtobufCMessage.self), start)
}
