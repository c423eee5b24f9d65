internal import CLiaisonProto
internal import LiaisonModel
public import LiaisonSync

// The messages of History.

extension HistoryRequest: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed { arena in
      let message = try arena.make(pb__history_request__init)
      message.pointee.protocol = version
      message.pointee.register_ = try arena.copy(register.bytes)
      message.pointee.record = try arena.copy(record.bytes)
      message.pointee.cursor = try cursor.message(in: arena)
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    let message = try arena.unpack(bytes, pb__history_request__unpack).pointee
    guard let cursor = message.cursor?.pointee else {
      throw CodingError.malformed("a request for a history has no cursor")
    }
    self.init(
      version: message.protocol, register: try message.register_.identity("a register"),
      record: try message.record.identity("a record"), cursor: try Cursor(cursor))
  }
}

extension HistoryResponse: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed(first: revisions.reduce(1024) { $0 + $1.bytes.count + 96 }) { arena in
      let message = try arena.make(pb__history_response__init)
      message.pointee.n_revisions = revisions.count
      message.pointee.revisions = try arena.array(revisions) { try $0.message(in: arena) }
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 2, cap: memory)
    let message = try arena.unpack(bytes, pb__history_response__unpack).pointee
    self.init(
      revisions: try elements(message.revisions, message.n_revisions).map {
        try Change($0.pointee)
      })
  }
}
