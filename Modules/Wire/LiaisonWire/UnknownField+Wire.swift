internal import CLiaisonProto
internal import LiaisonModel
internal import LiaisonSync

extension UnknownField {
  func message(in arena: Arena) throws -> ProtobufCMessageUnknownField {
    let bytes = try arena.copy(bytes)
    return ProtobufCMessageUnknownField(
      tag: number, wire_type: ProtobufCWireType(wireType), len: bytes.len, data: bytes.data)
  }

  /// What only a newer version knows, checked as far as any version can: what is committed must be read
  /// by every library, and have one encoding.
  static func all(of message: ProtobufCMessage) throws -> [UnknownField] {
    let fields = UnsafeBufferPointer(
      start: message.unknown_fields, count: Int(message.n_unknown_fields))
    var last: UInt32 = 1
    return try fields.map { field in
      guard (last...UnknownField.highestNumber).contains(field.tag) else {
        throw CodingError.notCanonical("unknown fields are out of order, or of no number there is")
      }
      last = field.tag
      let data = ProtobufCBinaryData(len: field.len, data: field.data)
      guard field.wire_type.hasNoVarint || data.beginsWithShortestVarint else {
        throw CodingError.notCanonical("an unknown field is longer than it need be")
      }
      return UnknownField(
        number: field.tag, wireType: field.wire_type.rawValue, bytes: data.array)
    }
  }

  /// Protocol Buffers, language guide, "Assigning Field Numbers".
  private static let highestNumber: UInt32 = 536_870_911
}

extension ProtobufCMessage {
  /// A field's value, and what it is made of, are never more than is known: an edit would lose it. What a
  /// later version adds to them is another case of a value, which is no known one.
  /// - Throws: ``CodingError/unknown(_:)``.
  func checkHasNoUnknown() throws {
    guard n_unknown_fields == 0 else {
      throw CodingError.unknown("a field holds what only a newer version knows")
    }
  }
}

extension ProtobufCWireType {
  /// Whether a value of this type is neither a varint nor has its length in front as one.
  fileprivate var hasNoVarint: Bool {
    self == PROTOBUF_C_WIRE_TYPE_64BIT || self == PROTOBUF_C_WIRE_TYPE_32BIT
  }
}

extension ProtobufCBinaryData {
  /// Whether the first varint has no byte that adds nothing to it, and no bit past the 64th.
  fileprivate var beginsWithShortestVarint: Bool {
    guard let last = buffer.firstIndex(where: { $0 < 0x80 }) else { return false }
    return (last == 0 || buffer[last] != 0) && (last < 9 || last == 9 && buffer[last] == 1)
  }
}
