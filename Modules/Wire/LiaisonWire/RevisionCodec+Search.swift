internal import CLiaisonProto
internal import LiaisonModel
internal import LiaisonSync

// A search reads every record once: that builds no values.

extension RevisionCodec {
  public func searchText(of bytes: [UInt8]) throws -> String? {
    try bytes.withUnsafeBytes { buffer in
      let arena = Arena(first: buffer.count * 4)
      let message = try RevisionCodec.unpack(buffer, in: arena).pointee
      guard message.deleted == 0 else { return nil }
      var text: [UInt8] = []
      text.reserveCapacity(buffer.count)
      text.append(contentsOf: message.code.buffer)
      for field in elements(message.fields, message.n_fields) {
        field.pointee.appendText(to: &text)
      }
      return String(decoding: text, as: UTF8.self)
    }
  }
}

extension Pb__Field {
  /// Adds the value as a person writes it, on a line of its own; nothing of what is no text.
  fileprivate func appendText(to text: inout [UInt8]) {
    switch value_case {
    case PB__FIELD__VALUE_TEXT: append([self.text], to: &text)
    case PB__FIELD__VALUE_PROSE: append([prose], to: &text)
    case PB__FIELD__VALUE_DATE: append([date], to: &text)
    case PB__FIELD__VALUE_MOMENT: append([moment], to: &text)
    case PB__FIELD__VALUE_CHOICE: append([choice], to: &text)
    case PB__FIELD__VALUE_TEXTS:
      append(elements(texts.pointee.members, texts.pointee.n_members), to: &text)
    case PB__FIELD__VALUE_LIST:
      append(elements(list.pointee.members, list.pointee.n_members), to: &text)
    case PB__FIELD__VALUE_INTEGER: append(.number(integer), to: &text)
    case PB__FIELD__VALUE_FLAG: append(.flag(flag != 0), to: &text)
    default: break  // References, which are no text; a newer version's values are not read.
    }
  }

  private func append(_ scalar: Scalar, to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\n"))
    text.append(contentsOf: scalar.text { _ in "" }.utf8)
  }

  private func append(_ parts: some Collection<ProtobufCBinaryData>, to text: inout [UInt8]) {
    var separator = "\n"
    for part in parts {
      text.append(contentsOf: separator.utf8)
      text.append(contentsOf: part.buffer)
      separator = ", "
    }
  }
}
