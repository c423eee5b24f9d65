internal import CLiaisonProto
internal import LiaisonModel
public import LiaisonSync

// The messages of Pull. Revisions stay the bytes that they are, on both ends.

extension PullRequest: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed(first: 1024 + edits.count * 32 + older.count * 128) { arena in
      let message = try arena.make(pb__pull_request__init)
      message.pointee.protocol = versions.upperBound
      message.pointee.oldest_protocol =
        versions.count == 1 ? 0 : versions.lowerBound
      message.pointee.register_ = try arena.copy(register?.bytes ?? [])
      message.pointee.cursor = try cursor?.message(in: arena)
      message.pointee.schema = try arena.copy(schema?.bytes ?? [])
      message.pointee.follow = follow ? 1 : 0
      message.pointee.n_edits = edits.count
      message.pointee.edits = try arena.array(edits) { try arena.copy($0.bytes) }
      message.pointee.until = try until?.message(in: arena)
      message.pointee.n_older = older.count
      message.pointee.older = try arena.array(older) { try $0.message(in: arena) }
      message.pointee.report = try report?.message(in: arena)
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 4, cap: memory)
    let message = try arena.unpack(bytes, pb__pull_request__unpack).pointee
    // One that says no oldest speaks one.
    let oldest = message.oldest_protocol == 0 ? message.protocol : message.oldest_protocol
    guard oldest <= message.protocol else {
      throw CodingError.malformed("the oldest protocol is newer than the newest")
    }
    self.init(
      versions: oldest...message.protocol,
      register: try message.register_.optionalIdentity("a register"),
      cursor: try message.cursor.map { try Cursor($0.pointee) },
      schema: try message.schema.optionalSchemaMark(), follow: message.follow != 0,
      edits: try elements(message.edits, message.n_edits).map { try $0.identity("an edit's id") },
      older: try elements(message.older, message.n_older).map { try Cursor($0.pointee) },
      until: try message.until.map { try Cursor($0.pointee) },
      report: try message.report.map { try ReplicaReport($0.pointee) })
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
    switch self {
    case .header(let header):
      return 2048 + header.known.count * 192 + header.wanted.count * 192
        + (header.schema?.bytes.count ?? 0)
    case .batch(let batch):
      return batch.changes.reduce(1024 + (batch.schema?.bytes.count ?? 0)) {
        $0 + $1.bytes.count + 128
      }
    }
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
  func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Cursor>? {
    let message = try arena.make(pb__cursor__init)
    message.pointee.position = position.number
    message.pointee.prefix = try arena.copy(prefix.bytes)
    return message
  }

  init(_ message: Pb__Cursor) throws {
    guard let prefix = LogPrefix(message.prefix.buffer) else {
      throw CodingError.malformed("a cursor's prefix is not 32 bytes")
    }
    self.init(position: try LiaisonWire.position(message.position), prefix: prefix)
  }
}

extension PullHeader {
  fileprivate func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Header> {
    let message = try arena.make(pb__header__init)
    message.pointee.protocol = version
    message.pointee.register_ = try arena.copy(register?.bytes ?? [])
    message.pointee.head = try head?.message(in: arena)
    message.pointee.schema = try arena.copy(schema?.bytes ?? [])
    let limits = try arena.make(pb__server_limits__init)
    limits.pointee.batch_bytes = UInt32(clamping: self.limits.batch.bytes)
    limits.pointee.batch_count = UInt32(clamping: self.limits.batch.count)
    limits.pointee.office_calls = UInt32(clamping: self.limits.officeCalls)
    message.pointee.limits = limits
    message.pointee.shared = try shared?.message(in: arena)
    message.pointee.n_known = known.count
    message.pointee.known = try arena.array(known) { known in
      let part = try arena.make(pb__known_edit__init)
      part.pointee.edit = try arena.copy(known.edit.bytes)
      part.pointee.committed = try known.committed.message(in: arena)
      return part
    }
    message.pointee.role = role.map { Role.table[$0] } ?? PB__ROLE__ROLE_UNSPECIFIED
    message.pointee.n_wanted = wanted.count
    message.pointee.wanted = try arena.array(wanted) { wanted in
      let part = try arena.make(pb__wanted__init)
      part.pointee.record = try arena.copy(wanted.record.bytes)
      part.pointee.revision = try arena.copy(wanted.revision.bytes)
      return part
    }
    return message
  }

  fileprivate init(_ message: Pb__Header) throws {
    guard let limits = message.limits?.pointee else {
      throw CodingError.malformed("a header has no limits")
    }
    self.init(
      version: message.protocol, register: try message.register_.optionalIdentity("a register"),
      head: try message.head.map { try Cursor($0.pointee) },
      schema: try message.schema.optionalSchema(),
      limits: ServerLimits(
        batch: BatchLimit(count: Int(limits.batch_count), bytes: Int(limits.batch_bytes)),
        officeCalls: Int(limits.office_calls)),
      known: try elements(message.known, message.n_known).map { try KnownEdit($0.pointee) },
      shared: try message.shared.map { try Cursor($0.pointee) },
      wanted: try elements(message.wanted, message.n_wanted).map {
        WantedRevision(
          record: try $0.pointee.record.identity("a record"),
          revision: try $0.pointee.revision.revisionID("what is wanted"))
      },
      role: Role.table.ours(message.role))
  }
}

extension KnownEdit {
  fileprivate init(_ message: Pb__KnownEdit) throws {
    guard let committed = message.committed?.pointee else {
      throw CodingError.malformed("a known edit has no place in the log")
    }
    self.init(
      edit: try message.edit.identity("an edit's id"), committed: try Committed(committed))
  }
}

extension PullBatch {
  fileprivate func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Batch> {
    let message = try arena.make(pb__batch__init)
    message.pointee.schema = try arena.copy(schema?.bytes ?? [])
    message.pointee.through = try through.message(in: arena)
    message.pointee.remaining = Int64(remaining)
    message.pointee.n_changes = changes.count
    message.pointee.changes = try arena.array(changes) { try $0.message(in: arena) }
    return message
  }

  fileprivate init(_ message: Pb__Batch) throws {
    guard let through = message.through?.pointee else {
      throw CodingError.malformed("a batch has no cursor")
    }
    self.init(
      changes: try elements(message.changes, message.n_changes).map { try Change($0.pointee) },
      schema: try message.schema.optionalSchema(), through: try Cursor(through),
      remaining: Int(clamping: message.remaining))
  }
}

extension Change {
  func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Change>? {
    let message = try arena.make(pb__change__init)
    message.pointee.position = position.number
    message.pointee.revision = try arena.copy(bytes)
    message.pointee.edits =
      try edits?.withUnsafeBytes { try arena.copy($0) } ?? ProtobufCBinaryData()
    return message
  }

  init(_ message: Pb__Change) throws {
    self.init(
      position: try LiaisonWire.position(message.position), bytes: message.revision.array,
      edits: try message.edits.optionalEditIDs())
  }
}

extension ProtobufCBinaryData {
  fileprivate func optionalEditIDs() throws -> EditIDs? {
    guard len > 0 else { return nil }
    guard let edits = EditIDs(buffer) else {
      throw CodingError.malformed("the ids of a change's edits are none")
    }
    return edits
  }

  fileprivate func optionalSchema() throws -> FiledSchema? {
    len == 0 ? nil : try SchemaCodec().file(schema: array)
  }

  fileprivate func optionalSchemaMark() throws -> SchemaMark? {
    guard len > 0 else { return nil }
    guard let mark = SchemaMark(UnsafeRawBufferPointer(buffer)) else {
      throw CodingError.malformed("a schema's mark is not 8 bytes")
    }
    return mark
  }
}

extension Role {
  fileprivate static let table = EnumTable<Role, Pb__Role> { role in
    switch role {
    case .reader: PB__ROLE__ROLE_READER
    case .contributor: PB__ROLE__ROLE_CONTRIBUTOR
    case .registrar: PB__ROLE__ROLE_REGISTRAR
    }
  }
}
