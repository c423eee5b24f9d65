internal import CLiaisonProto

/// Sees that bytes are what protobuf-c would write of their message, by walking over them once: fields
/// ascend, none is repeated or holds what is left out, and no number is longer than it need be.
///
/// It proves, and does not refuse: what it does not know, it has not seen to be canonical.
/// Sources: Protocol Buffers, *Encoding*; protobuf-c 1.4.1, `protobuf_c_message_pack`.
struct CanonicalWalk {
  private let bytes: UnsafeRawBufferPointer
  private var at = 0

  /// Whether these bytes are seen to be a revision's.
  static func seesRevision(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var walk = CanonicalWalk(bytes: bytes)
    return withUnsafePointer(to: pb__revision__descriptor) {
      walk.message($0, upTo: bytes.count)
    }
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private mutating func message(
    _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, upTo end: Int
  ) -> Bool {
    guard var field = descriptor.pointee.fields else { return at == end }
    let last = field + Int(descriptor.pointee.n_fields)
    var hasOneof = false
    while at < end {
      guard let tag = varint(upTo: end) else { return false }
      while field < last, field.pointee.id < tag >> 3 { field += 1 }
      guard field < last, field.pointee.id == tag >> 3 else { return false }
      let isOneof = field.pointee.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0
      let isRepeated = field.pointee.label == PROTOBUF_C_LABEL_REPEATED
      // Of a oneof protobuf-c writes one; a field that holds nothing it leaves out, unless that is what
      // was chosen, or is one of many.
      guard !isOneof || !hasOneof,
        value(of: field, tag & 7, mayBeEmpty: isOneof || isRepeated, upTo: end)
      else { return false }
      hasOneof = hasOneof || isOneof
      if !isRepeated { field += 1 }
    }
    return at == end
  }

  private mutating func value(
    of field: UnsafePointer<ProtobufCFieldDescriptor>, _ wireType: UInt64, mayBeEmpty: Bool,
    upTo end: Int
  ) -> Bool {
    switch field.pointee.type {
    case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_INT64, PROTOBUF_C_TYPE_SINT64,
      PROTOBUF_C_TYPE_BOOL:
      // Many numbers would be packed into one value.
      guard field.pointee.label != PROTOBUF_C_LABEL_REPEATED, wireType == 0,
        let number = varint(upTo: end)
      else { return false }
      return (number > 0 || mayBeEmpty) && number <= field.pointee.type.highest
    case PROTOBUF_C_TYPE_BYTES:
      guard wireType == 2, let length = length(upTo: end) else { return false }
      at += length
      return length > 0 || mayBeEmpty
    case PROTOBUF_C_TYPE_MESSAGE:
      guard wireType == 2, let length = length(upTo: end), let inner = field.pointee.descriptor
      else { return false }
      return message(
        inner.assumingMemoryBound(to: ProtobufCMessageDescriptor.self), upTo: at + length)
    default: return false
    }
  }

  private mutating func length(upTo end: Int) -> Int? {
    varint(upTo: end).flatMap { $0 <= UInt64(end - at) ? Int($0) : nil }
  }

  /// - Returns: nil for a number that goes past the end, past 64 bits, or has a byte that adds nothing.
  private mutating func varint(upTo end: Int) -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard at < end else { return nil }
      let byte = bytes[at]
      at += 1
      guard shift < 63 || byte <= 1 else { return nil }
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return byte > 0 || shift == 0 ? number : nil }
    }
    return nil
  }
}

extension ProtobufCType {
  /// The highest varint of the type.
  fileprivate var highest: UInt64 {
    switch self {
    case PROTOBUF_C_TYPE_BOOL: 1
    case PROTOBUF_C_TYPE_UINT32: UInt64(UInt32.max)
    default: .max  // Of 64 bits.
    }
  }
}
