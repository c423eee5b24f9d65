internal import CLiaisonProto
internal import LiaisonModel
public import LiaisonSync

// The messages of Pull. Revisions stay the bytes that they are, on both ends.

extension PullRequest: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed { arena in
      let message = try arena.make(pb__pull_request__init)
      message.pointee.protocol = version
      message.pointee.register_ = try arena.copy(register?.bytes ?? [])
      message.pointee.cursor = try cursor?.message(in: arena)
      message.pointee.schema_version = schemaVersion
      message.pointee.follow = follow ? 1 : 0
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    let message = try arena.unpack(bytes, pb__pull_request__unpack).pointee
    self.init(
      version: message.protocol,
      register: message.register_.len == 0 ? nil : try message.register_.identity("a register"),
      cursor: try message.cursor.map { try Cursor($0.pointee) },
      schemaVersion: message.schema_version, follow: message.follow != 0)
  }
}

extension PullResponse: WireEncodable {
  public func packed() throws -> Packed {
    try Packed(first: expectedBytes) { arena in
      let message = try arena.make(pb__pull_response__init)
      switch self {
      case .header(let header):
        message.pointee.message_case = PB__PULL_RESPONSE__MESSAGE_HEADER
        message.pointee.header = try header.message(in: arena)
      case .batch(let batch):
        message.pointee.message_case = PB__PULL_RESPONSE__MESSAGE_BATCH
        message.pointee.batch = try batch.message(in: arena)
      }
      return message
    }
  }

  private var expectedBytes: Int {
    guard case .batch(let batch) = self else { return 2048 }
    return batch.changes.reduce(1024) { $0 + $1.bytes.count + 96 }
  }
}

extension PullResponse: WireDecodable {
  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 2, cap: memory)
    let message = try arena.unpack(bytes, pb__pull_response__unpack).pointee
    switch message.message_case {
    case PB__PULL_RESPONSE__MESSAGE_HEADER:
      self = .header(try PullHeader(message.header.pointee))
    case PB__PULL_RESPONSE__MESSAGE_BATCH:
      self = .batch(try PullBatch(message.batch.pointee))
    default:
      throw CodingError.unknown("the server sent a message that only a newer version knows")
    }
  }
}

extension Cursor {
  func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Cursor> {
    let message = try arena.make(pb__cursor__init)
    message.pointee.lineage = lineage.number
    message.pointee.position = position.number
    return message
  }

  init(_ message: Pb__Cursor) throws {
    self.init(
      lineage: Lineage(message.lineage), position: try LiaisonWire.position(message.position))
  }
}

extension PullHeader {
  fileprivate func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Header> {
    let message = try arena.make(pb__header__init)
    message.pointee.protocol = version
    message.pointee.register_ = try arena.copy(register.bytes)
    message.pointee.head = try head.message(in: arena)
    message.pointee.schema_version = schemaVersion
    message.pointee.schema = try schema?.message(in: arena)
    let limits = try arena.make(pb__server_limits__init)
    limits.pointee.batch_bytes = UInt32(clamping: self.limits.batch.bytes)
    limits.pointee.batch_count = UInt32(clamping: self.limits.batch.count)
    limits.pointee.office_calls = UInt32(clamping: self.limits.officeCalls)
    message.pointee.limits = limits
    return message
  }

  fileprivate init(_ message: Pb__Header) throws {
    guard let head = message.head, let limits = message.limits?.pointee else {
      throw CodingError.malformed("a header has no cursor or no limits")
    }
    self.init(
      version: message.protocol, register: try message.register_.identity("a register"),
      head: try Cursor(head.pointee), schemaVersion: message.schema_version,
      schema: try message.schema.map { try Schema($0.pointee) },
      limits: ServerLimits(
        batch: BatchLimit(count: Int(limits.batch_count), bytes: Int(limits.batch_bytes)),
        officeCalls: Int(limits.office_calls)))
  }
}

extension PullBatch {
  fileprivate func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Batch> {
    let message = try arena.make(pb__batch__init)
    message.pointee.through = through.number
    message.pointee.remaining = Int64(remaining)
    message.pointee.n_changes = changes.count
    message.pointee.changes = try arena.array(changes) { change in
      let part = try arena.make(pb__change__init)
      part.pointee.position = change.position.number
      part.pointee.revision = try arena.copy(change.bytes)
      return part
    }
    return message
  }

  fileprivate init(_ message: Pb__Batch) throws {
    self.init(
      changes: try elements(message.changes, message.n_changes).map { change in
        Change(
          position: try position(change.pointee.position), bytes: change.pointee.revision.array)
      },
      through: try position(message.through), remaining: Int(clamping: message.remaining))
  }
}
