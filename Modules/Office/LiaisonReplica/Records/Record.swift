internal import LiaisonModel
internal import LiaisonSync

/// A record as an office sees it: what the register says, and what the office wrote on top.
struct Record {
  let stored: StoredRecord
  let kind: Kind
  /// What the office sees: its own edit if there is one.
  let visible: Revision
  /// What the register says; nil for a record that it has not accepted.
  let head: Revision?
  /// What the office's own edit was made from; nil if there is none, or the record is new.
  let base: Revision?
  /// Whether this version can read what it is made of; otherwise that has no fields.
  let isReadable: Bool

  var id: RecordID { stored.id }
  var code: RecordCode { visible.state.code }
  var pending: OutboxEntry? { stored.pending }
  var isDeleted: Bool { visible.state.isDeleted }
  var isConflict: Bool { pending?.isConflict ?? false }
  /// Every record that the record's states refer to.
  var references: Set<RecordID> {
    [head, base].compactMap { $0?.state.references }
      .reduce(visible.state.references) { $0.union($1) }
  }

  /// Nil for a record of a kind that the schema does not have.
  /// - Parameter fields: what its revisions are to hold, to look at them; nil for all.
  /// - Throws: ``CodingError``.
  init?(
    _ stored: StoredRecord, schema: Schema, coding: any RevisionCoding,
    reading fields: Set<FieldNumber>? = nil
  ) throws {
    guard let now = stored.visible, let kind = schema.kind(stored.kind) else { return nil }
    var isReadable = true
    func read(_ encoded: EncodedRevision) throws -> Revision {
      do {
        return try fields.map { try coding.decode(encoded.bytes, only: $0) }
          ?? coding.decode(encoded.bytes)
      } catch is CodingError {
        isReadable = false
        return try coding.look(at: encoded).revision
      }
    }
    self.stored = stored
    self.kind = kind
    visible = try read(now)
    base = try stored.pending?.base.map { try read($0) }
    head = stored.pending == nil ? visible : try stored.head.map { try read($0) }
    self.isReadable = isReadable
  }

  /// The revision of this record that a person writes next.
  ///
  /// One that is made again before a sync keeps its second parent: an edited resolution stays one.
  func successor(_ state: RecordState, _ origin: Origin) -> Revision {
    let isAmendment = pending?.isInFlight ?? false
    let parent = isAmendment ? pending?.ours.id : pending.map { $0.base?.id } ?? stored.head?.id
    let isMadeAgain = pending != nil && !isAmendment
    return Revision(
      record: id, kind: kind.number, parent: parent,
      secondParent: isMadeAgain ? pending?.ancestors.first : nil, state: state, origin: origin)
  }
}
