internal import CLiaisonProto
internal import LiaisonModel
public import LiaisonSync

// The messages of Pull. A server writes a ``PullResponse``, whose revisions are bytes that it does
// not decode; a replica reads a ``PullResponse``, whose revisions are named and summarized.

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

  public init(wire bytes: UnsafeRawBufferPointer) throws {
    let arena = Arena(first: bytes.count * 4)
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
      case .batch(let batch, let remaining):
        message.pointee.message_case = PB__PULL_RESPONSE__MESSAGE_BATCH
        message.pointee.batch = try batch.message(remaining: remaining, in: arena)
      }
      return message
    }
  }

  private var expectedBytes: Int {
    guard case .batch(let batch, _) = self else { return 2048 }
    return batch.items.reduce(1024) { $0 + $1.bytes.count + 96 }
  }
}

extension PullResponse: WireDecodable {
  public init(wire bytes: UnsafeRawBufferPointer) throws {
    let arena = Arena(first: bytes.count * 2)
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
    limits.pointee.batch_bytes = UInt32(clamping: self.limits.batchBytes)
    limits.pointee.batch_count = UInt32(clamping: self.limits.batchCount)
    limits.pointee.revision_bytes = UInt32(clamping: self.limits.revisionBytes)
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
        batchBytes: Int(limits.batch_bytes), batchCount: Int(limits.batch_count),
        revisionBytes: Int(limits.revision_bytes)))
  }
}

extension LogBatch {
  fileprivate func message(
    remaining: Int, in arena: Arena
  ) throws -> UnsafeMutablePointer<Pb__Batch> {
    let message = try arena.make(pb__batch__init)
    message.pointee.through = through.number
    message.pointee.remaining = Int64(remaining)
    message.pointee.n_changes = items.count
    message.pointee.changes = try arena.array(items) { item in
      let change = try arena.make(pb__change__init)
      change.pointee.position = item.position.number
      change.pointee.revision = try arena.copy(item.bytes)
      return change
    }
    return message
  }
}

extension PullBatch {
  fileprivate init(_ message: Pb__Batch) throws {
    let arena = Arena(first: 8192)
    let changes = try elements(message.changes, message.n_changes).map { change in
      defer { arena.reset() }
      let bytes = change.pointee.revision.buffer
      return Change(
        position: try position(change.pointee.position),
        revision: EncodedRevision(id: RevisionCodec.id(of: bytes), bytes: Array(bytes)),
        summary: RevisionSummary(try RevisionCodec.decode(bytes, in: arena)))
    }
    self.init(
      changes: changes, through: try position(message.through),
      remaining: Int(clamping: message.remaining))
  }
}
