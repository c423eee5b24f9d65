internal import CLiaisonProto
internal import LiaisonModel
public import LiaisonSync

// The messages of Push.

extension PushBatch: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed(first: edits.reduce(1024) { $0 + $1.bytes.count + 160 }) { arena in
      let message = try arena.make(liaison__sync__v1__push_request__init)
      message.pointee.protocol = version
      message.pointee.register_ = try arena.copy(register.bytes)
      message.pointee.lineage = lineage.number
      message.pointee.n_edits = edits.count
      message.pointee.edits = try arena.array(edits) { edit in
        let part = try arena.make(liaison__sync__v1__edit__init)
        part.pointee.id = try arena.copy(edit.id.bytes)
        part.pointee.revision = try arena.copy(edit.bytes)
        return part
      }
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer) throws {
    let arena = Arena(first: bytes.count * 2)
    let message = try arena.unpack(bytes, liaison__sync__v1__push_request__unpack).pointee
    self.init(
      version: message.protocol, register: try message.register_.identity("a register"),
      lineage: Lineage(message.lineage),
      edits: try elements(message.edits, message.n_edits).map { edit in
        Edit(
          id: try edit.pointee.id.identity("an edit's id"), bytes: edit.pointee.revision.array)
      })
  }
}

/// The verdicts on one ``PushBatch``, in its order.
public struct PushReply: Hashable, Sendable {
  public let verdicts: [Verdict]
  public init(verdicts: [Verdict]) { self.verdicts = verdicts }
}

extension PushReply: WireEncodable, WireDecodable {
  public func packed() throws -> Packed {
    try Packed(first: verdicts.count * 256 + 1024) { arena in
      let message = try arena.make(liaison__sync__v1__push_response__init)
      message.pointee.n_verdicts = verdicts.count
      message.pointee.verdicts = try arena.array(verdicts) { try $0.message(in: arena) }
      return message
    }
  }

  public init(wire bytes: UnsafeRawBufferPointer) throws {
    let arena = Arena(first: bytes.count * 2)
    let message = try arena.unpack(bytes, liaison__sync__v1__push_response__unpack).pointee
    verdicts = try elements(message.verdicts, message.n_verdicts).map { try Verdict($0.pointee) }
  }
}

extension Verdict {
  fileprivate func message(in arena: Arena) throws -> UnsafeMutablePointer<CVerdict>? {
    let message = try arena.make(liaison__sync__v1__verdict__init)
    message.pointee.edit = try arena.copy(edit.bytes)
    switch outcome {
    case .committed(let accepted):
      message.pointee.outcome_case = LIAISON__SYNC__V1__VERDICT__OUTCOME_COMMITTED
      message.pointee.committed = try accepted.message(in: arena)
    case .alreadyCommitted(let accepted):
      message.pointee.outcome_case = LIAISON__SYNC__V1__VERDICT__OUTCOME_ALREADY_COMMITTED
      message.pointee.already_committed = try accepted.message(in: arena)
    case .stale(let head):
      let stale = try arena.make(liaison__sync__v1__stale__init)
      stale.pointee.head = try arena.copy(head?.bytes ?? [])
      message.pointee.outcome_case = LIAISON__SYNC__V1__VERDICT__OUTCOME_STALE
      message.pointee.stale = stale
    case .refused(let refusal):
      let refused = try arena.make(liaison__sync__v1__refused__init)
      refused.pointee.code = refusal.code.number
      refused.pointee.reason = try arena.copy(refusal.reason)
      message.pointee.outcome_case = LIAISON__SYNC__V1__VERDICT__OUTCOME_REFUSED
      message.pointee.refused = refused
    }
    return message
  }

  fileprivate init(_ message: CVerdict) throws {
    let outcome: Outcome
    switch message.outcome_case {
    case LIAISON__SYNC__V1__VERDICT__OUTCOME_COMMITTED:
      outcome = .committed(try Accepted(message.committed.pointee))
    case LIAISON__SYNC__V1__VERDICT__OUTCOME_ALREADY_COMMITTED:
      outcome = .alreadyCommitted(try Accepted(message.already_committed.pointee))
    case LIAISON__SYNC__V1__VERDICT__OUTCOME_STALE:
      outcome = .stale(head: try message.stale.pointee.head.optionalRevisionID("a head"))
    case LIAISON__SYNC__V1__VERDICT__OUTCOME_REFUSED:
      let refused = message.refused.pointee
      outcome = .refused(
        Refusal(Refusal.Code(refused.code), try refused.reason.string("a reason")))
    default:
      throw WireError(.unknown, "the server sent a verdict that only a newer version knows")
    }
    self.init(edit: try message.edit.identity("an edit's id"), outcome: outcome)
  }
}

extension Accepted {
  fileprivate func message(in arena: Arena) throws -> UnsafeMutablePointer<CCommitted> {
    let message = try arena.make(liaison__sync__v1__committed__init)
    message.pointee.sequence = sequence.number
    message.pointee.revision = try arena.copy(revision.bytes)
    return message
  }

  fileprivate init(_ message: CCommitted) throws {
    self.init(
      sequence: try LiaisonWire.sequence(message.sequence),
      revision: try message.revision.revisionID("a revision"))
  }
}

extension Refusal.Code {
  fileprivate var number: Liaison__Sync__V1__Refusal {
    switch self {
    case .malformed: LIAISON__SYNC__V1__REFUSAL__REFUSAL_MALFORMED
    case .invalid: LIAISON__SYNC__V1__REFUSAL__REFUSAL_INVALID
    case .codeTaken: LIAISON__SYNC__V1__REFUSAL__REFUSAL_CODE_TAKEN
    case .reference: LIAISON__SYNC__V1__REFUSAL__REFUSAL_REFERENCE
    case .office: LIAISON__SYNC__V1__REFUSAL__REFUSAL_OFFICE
    }
  }

  /// A code that only a newer server knows is read as `invalid`: its reason says the rest.
  fileprivate init(_ number: Liaison__Sync__V1__Refusal) {
    self = Refusal.Code.allCases.first { $0.number == number } ?? .invalid
  }
}
