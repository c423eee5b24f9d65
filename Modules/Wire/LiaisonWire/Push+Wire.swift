internal import CLiaisonProto
internal import LiaisonModel
public import LiaisonSync

// The messages of Push.

extension PushRequest: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed(first: edits.reduce(1024) { $0 + $1.expectedBytes }) { arena in
      let message = try arena.make(pb__push_request__init)
      message.pointee.protocol = version
      message.pointee.register_ = try arena.copy(register.bytes)
      message.pointee.cursor = try cursor.message(in: arena)
      message.pointee.n_edits = edits.count
      message.pointee.edits = try arena.array(edits) { edit in
        let part = try arena.make(pb__edit__init)
        part.pointee.id = try arena.copy(edit.id.bytes)
        part.pointee.revision = try arena.copy(edit.bytes)
        part.pointee.n_absorbed = edit.absorbed.count
        part.pointee.absorbed = try arena.array(edit.absorbed) { try arena.copy($0.bytes) }
        part.pointee.n_ancestors = edit.ancestors.count
        part.pointee.ancestors = try arena.array(edit.ancestors) { try arena.copy($0) }
        part.pointee.reoffer = edit.isReoffer ? 1 : 0
        part.pointee.sent_before = edit.wasSent ? 1 : 0
        return part
      }
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 2, cap: memory)
    let message = try arena.unpack(bytes, pb__push_request__unpack).pointee
    guard let cursor = message.cursor?.pointee else {
      throw CodingError.malformed("a push has no cursor")
    }
    self.init(
      version: message.protocol, register: try message.register_.identity("a register"),
      cursor: try Cursor(cursor),
      edits: try elements(message.edits, message.n_edits).map { try Edit($0.pointee) })
  }
}

extension Edit {
  fileprivate init(_ message: Pb__Edit) throws {
    self.init(
      id: try message.id.identity("an edit's id"), bytes: message.revision.array,
      absorbed: try elements(message.absorbed, message.n_absorbed)
        .map { try $0.identity("an edit's id") },
      ancestors: elements(message.ancestors, message.n_ancestors).map(\.array),
      isReoffer: message.reoffer != 0, wasSent: message.sent_before != 0)
  }

  /// What its message takes at most, beside those of its parts that vary.
  fileprivate var expectedBytes: Int {
    ancestors.reduce(160 + bytes.count + absorbed.count * 32) { $0 + $1.count + 24 }
  }
}

extension PushResponse: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed(first: verdicts.count * 256 + 1024) { arena in
      let message = try arena.make(pb__push_response__init)
      message.pointee.n_verdicts = verdicts.count
      message.pointee.verdicts = try arena.array(verdicts) { try $0.message(in: arena) }
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer, memory: Int) throws {
    let arena = Arena(first: bytes.count * 2, cap: memory)
    let message = try arena.unpack(bytes, pb__push_response__unpack).pointee
    self.init(
      verdicts: try elements(message.verdicts, message.n_verdicts).map { try Verdict($0.pointee) })
  }
}

extension Verdict {
  fileprivate func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Verdict>? {
    let message = try arena.make(pb__verdict__init)
    message.pointee.edit = try arena.copy(edit.bytes)
    switch outcome {
    case .committed(let committed):
      message.pointee.outcome_case = PB__VERDICT__OUTCOME_COMMITTED
      message.pointee.committed = try committed.message(in: arena)
    case .alreadyCommitted(let committed):
      message.pointee.outcome_case = PB__VERDICT__OUTCOME_ALREADY_COMMITTED
      message.pointee.already_committed = try committed.message(in: arena)
    case .stale(let head):
      let stale = try arena.make(pb__stale__init)
      stale.pointee.head = try arena.copy(head?.bytes ?? [])
      message.pointee.outcome_case = PB__VERDICT__OUTCOME_STALE
      message.pointee.stale = stale
    case .refused(let refusal):
      let refused = try arena.make(pb__refused__init)
      refused.pointee.reason = Refusal.Reason.table[refusal.reason]
      refused.pointee.message = try arena.copy(refusal.message)
      message.pointee.outcome_case = PB__VERDICT__OUTCOME_REFUSED
      message.pointee.refused = refused
    }
    return message
  }

  fileprivate init(_ message: Pb__Verdict) throws {
    let outcome: Outcome
    switch message.outcome_case {
    case PB__VERDICT__OUTCOME_COMMITTED:
      outcome = .committed(try Committed(message.committed.pointee))
    case PB__VERDICT__OUTCOME_ALREADY_COMMITTED:
      outcome = .alreadyCommitted(try Committed(message.already_committed.pointee))
    case PB__VERDICT__OUTCOME_STALE:
      outcome = .stale(head: try message.stale.pointee.head.optionalRevisionID("a head"))
    case PB__VERDICT__OUTCOME_REFUSED:
      let refused = message.refused.pointee
      // A reason that only a newer server knows is read as `invalid`: its message says the rest.
      let reason = Refusal.Reason.table.ours(refused.reason) ?? .invalid
      outcome = .refused(Refusal(reason, try refused.message.string("a refusal's message")))
    default:
      throw CodingError.unknown("the server sent a verdict that only a newer version knows")
    }
    self.init(edit: try message.edit.identity("an edit's id"), outcome: outcome)
  }
}

extension Committed {
  func message(in arena: Arena) throws -> UnsafeMutablePointer<Pb__Committed> {
    let message = try arena.make(pb__committed__init)
    message.pointee.position = position.number
    message.pointee.revision = try arena.copy(revision.bytes)
    return message
  }

  init(_ message: Pb__Committed) throws {
    self.init(
      position: try LiaisonWire.position(message.position),
      revision: try message.revision.revisionID("a revision"))
  }
}

extension Refusal.Reason {
  fileprivate static let table = EnumTable<Refusal.Reason, Pb__Refusal> { reason in
    switch reason {
    case .malformed: PB__REFUSAL__REFUSAL_MALFORMED
    case .invalid: PB__REFUSAL__REFUSAL_INVALID
    case .codeTaken: PB__REFUSAL__REFUSAL_CODE_TAKEN
    case .reference: PB__REFUSAL__REFUSAL_REFERENCE
    case .office: PB__REFUSAL__REFUSAL_OFFICE
    case .role: PB__REFUSAL__REFUSAL_ROLE
    }
  }
}
